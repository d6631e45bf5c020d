/** @module Reads the files of ./material.ts, for engines that run in Node. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The files' folder and the number of threads, as the program was started with them. */
export interface EngineArguments {
  readonly folder: string;
  readonly threads: number;
}

/** A tensor of the weights. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Points and weights on the path of an explanation. */
export interface Rule {
  readonly alphas: readonly number[];
  readonly weights: readonly number[];
}

interface Facts {
  readonly labels: readonly number[];
  readonly singles: number;
  readonly checkedSteps: number;
  readonly seed: number;
  readonly rules: Readonly<Record<"15" | "50", Rule>>;
}

const PIXELS = 784;

/** The command line of an engine: the folder, then the number of threads. */
export function engineArguments(): EngineArguments {
  const [folder, threads = "1"] = process.argv.slice(2);
  return { folder, threads: Number(threads) };
}

/** Labels, rules and the way in which training is checked. */
export function readFacts(folder: string): Facts {
  return JSON.parse(readFileSync(join(folder, "material.json"), "utf8")) as Facts;
}

/** The weights by name. */
export function readWeights(folder: string): Map<string, Weight> {
  const bytes = readFloats(join(folder, "weights.bin"));
  const { tensors } = JSON.parse(readFileSync(join(folder, "weights.json"), "utf8")) as {
    tensors: Record<string, { shape: number[]; offset: number }>;
  };
  return new Map(
    Object.entries(tensors).map(([name, { shape, offset }]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return [name, { shape, data: bytes.slice(offset / 4, offset / 4 + length) }];
    }),
  );
}

/** The pixels of `count` digits, from the one at `first` on. */
export function readDigits(folder: string): (count: number, first?: number) => Float32Array {
  const pixels = readFloats(join(folder, "digits.bin"));
  return (count, first = 0) => pixels.slice(first * PIXELS, (first + count) * PIXELS);
}

function readFloats(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** The exact version of a package that is installed beside this folder. */
export function versionOf(name: string): string {
  const path = join(import.meta.dirname, "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
