/**
 * @module
 * What this machine could do at best on one thread: multiply-adds that stay in registers, and copies. A kernel's speed is told
 * as a share of it.
 */

import type { KernelFamily } from "../src/kernels/index.ts";
import { secondsPerRun } from "./measure.ts";

/** Upper bounds of one family. */
export interface Peak {
  readonly "GFLOP/s": number;
  readonly "GB/s": number;
}

/** Chains of multiply-adds that do not wait for each other: enough for two units of four cycles each. */
const CHAINS = 12;
const ROUNDS = 200_000;
/** Floats of an array as large as the largest that the element-wise benchmarks move: 2.2 MB. */
const COPIED = 15 * 64 * 24 * 24;

/**
 * Measures the bounds. The plain TypeScript kernels are told as shares of plain SIMD's, which their engine could use; relaxed
 * SIMD multiplies and adds in one instruction.
 */
export function measurePeak(family: KernelFamily): Peak {
  const loop = compile(family === "relaxed-simd");
  const operations = ROUNDS * CHAINS * 4 * 2;
  const [from, to] = [new Float32Array(COPIED).fill(1), new Float32Array(COPIED)];
  return {
    "GFLOP/s": operations / secondsPerRun(() => void loop(ROUNDS)) / 1e9,
    "GB/s": (2 * 4 * COPIED) / secondsPerRun(() => void to.set(from)) / 1e9,
  };
}

/** f(n): n times acc = acc · a + b in every chain; returns a number that depends on all of them. */
function compile(fused: boolean): (rounds: number) => number {
  const module = new WebAssembly.Module(Uint8Array.from(moduleBytes(fused)));
  const { f } = new WebAssembly.Instance(module).exports;
  return f as (rounds: number) => number;
}

/** Opcodes of WebAssembly, as many as are needed. */
const op = {
  loop: [0x03, 0x40],
  end: [0x0b],
  branchIf: [0x0d, 0x00],
  get: (local: number) => [0x20, local],
  set: (local: number) => [0x21, local],
  tee: (local: number) => [0x22, local],
  one: [0x41, 0x01],
  subtract: [0x6b],
  float: (value: number) => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  addFloat: [0x92],
  splat: [0xfd, 0x13],
  firstLane: [0xfd, 0x1f, 0x00],
  multiplyThenAdd: { multiply: [0xfd, 0xe6, 0x01], add: [0xfd, 0xe4, 0x01] },
  fusedMultiplyAdd: [0xfd, 0x85, 0x02],
} as const;

const [ROUND, A, B, FIRST_CHAIN] = [0, 1, 2, 3];

function moduleBytes(fused: boolean): number[] {
  const [i32, f32, v128] = [0x7f, 0x7d, 0x7b];
  const { multiply, add } = op.multiplyThenAdd;
  const chains = Array.from({ length: CHAINS }, (_, i) => FIRST_CHAIN + i);
  const constant = (local: number, value: number) => [...op.float(value), ...op.splat, ...op.set(local)];
  const step = (acc: number) =>
    fused
      ? [...op.get(acc), ...op.get(A), ...op.get(B), ...op.fusedMultiplyAdd, ...op.set(acc)]
      : [...op.get(acc), ...op.get(A), ...multiply, ...op.get(B), ...add, ...op.set(acc)];
  const body = [
    ...[1, CHAINS + 2, v128],
    // acc = acc / 2 + 1 tends to 2: no overflow and no denormal numbers.
    ...constant(A, 0.5),
    ...constant(B, 1),
    ...chains.flatMap((acc) => constant(acc, acc)),
    ...op.loop,
    ...chains.flatMap(step),
    ...[...op.get(ROUND), ...op.one, ...op.subtract, ...op.tee(ROUND), ...op.branchIf],
    ...op.end,
    ...op.float(0),
    ...chains.flatMap((acc) => [...op.get(acc), ...op.firstLane, ...op.addFloat]),
    ...op.end,
  ];
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 1, i32, 1, f32]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, "f".charCodeAt(0), 0, 0]),
    ...section(10, [1, ...sized(body)]),
  ];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

/** The content behind its length in at most two bytes of seven bits. */
function sized(content: readonly number[]): number[] {
  const { length } = content;
  return length < 0x80 ? [length, ...content] : [(length & 0x7f) | 0x80, length >> 7, ...content];
}
