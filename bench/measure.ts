/** @module How every benchmark is timed and printed. */

import Benchmark from "benchmark";

/** What one run of a benchmark does, to turn its time into a rate. */
export interface Work {
  /** Amount for one run, in the unit's billions: floating-point operations or bytes. */
  readonly amount: number;
  readonly unit: "GFLOP/s" | "GB/s";
}

/** Seconds that a benchmark runs before and while it is measured. */
const WARM_UP = 0.25;
const MEASURE = 0.5;

/**
 * Times a function and returns its median seconds per run. Two phases of warm-up: V8 compiles WebAssembly and
 * JavaScript again, with optimisation, while it runs.
 */
export function secondsPerRun(run: () => void): number {
  const end = performance.now() + 1000 * WARM_UP;
  do run();
  while (performance.now() < end);
  const benchmark = new Benchmark(run, { maxTime: MEASURE, minSamples: 5, minTime: 0.02 });
  benchmark.run();
  // benchmark.js hands an error over instead of throwing it.
  const { error }: { error?: unknown } = benchmark;
  if (error instanceof Error) throw error;
  const taken: readonly number[] = benchmark.stats.sample;
  const samples = taken.toSorted((a, b) => a - b);
  return samples[Math.floor(samples.length / 2)];
}

/**
 * Times a function and returns a cell such as `5.58 ms 57.1 GFLOP/s 97 %`.
 * @param peak what the machine could do in that unit; the share is of it
 */
export function rate(
  run: () => void,
  { amount, unit }: Work,
  peak: Readonly<Record<Work["unit"], number>>,
): string {
  const seconds = secondsPerRun(run);
  const speed = amount / seconds;
  const share = `${Math.round((100 * speed) / peak[unit])} %`;
  return `${duration(seconds).padStart(9)} ${speed.toFixed(1).padStart(6)} ${unit} ${share.padStart(5)}`;
}

/** Seconds as a readable time. */
export function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  return seconds >= 1e-3 ? `${(seconds * 1e3).toFixed(2)} ms` : `${(seconds * 1e6).toFixed(1)} µs`;
}
