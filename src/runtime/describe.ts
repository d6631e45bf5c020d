/** @module A plan for people. */

import type { Step } from "./builder.ts";
import type { Plan } from "./plan.ts";

/** Runs over which a step's time is the least. */
const RUNS = 5;

/**
 * A line for each step of a plan, with the least time of a few runs and what that is in GFLOP/s. Runs the plan, on whatever its
 * buffers hold.
 */
export function describePlan(plan: Plan): string {
  const { machine, forward, backward, bytes } = plan.parts;
  const base = machine.scratch(bytes);
  machine.lastRun = null;
  const steps = [...forward, ...backward];
  const times = steps.map(() => Infinity);
  for (let run = 0; run < RUNS; run++) {
    steps.forEach((step, i) => {
      times[i] = Math.min(times[i], timeOf(step, base));
    });
  }
  const total = times.reduce((sum, time) => sum + time, 0);
  const lines = steps.map((step, i) => lineOf(i < forward.length ? "forward" : "backward", step, times[i]));
  return [
    `[${plan.inShape.join(", ")}] -> [${plan.outShape.join(", ")}] on ${machine.family}, ${Math.ceil(bytes / 1024)} KB of buffers`,
    ...lines,
    `${total.toFixed(3).padStart(9)} ms in all`,
  ].join("\n");
}

function timeOf(step: Step, base: number): number {
  const start = performance.now();
  step.run(base);
  return performance.now() - start;
}

function lineOf(pass: string, { name, flops }: Step, milliseconds: number): string {
  const speed = flops > 1e5 ? `${(flops / milliseconds / 1e6).toFixed(1)} GFLOP/s` : "";
  return `${milliseconds.toFixed(3).padStart(9)} ms ${speed.padStart(14)}  ${pass.padEnd(8)} ${name}`;
}
