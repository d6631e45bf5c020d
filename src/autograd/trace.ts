/**
 * @module
 * Listening to a function as it runs: which operations it called, in which order, on which tensors.
 */

import type { FloatArray } from "../kernels/geometry.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Pullback } from "./node.ts";
import type { Plan } from "./op.ts";

/** One call of an operation, as {@link trace} heard it. */
export interface TracedCall {
  /** The operation's name. */
  readonly name: string;
  /** What it was called with; an absent optional input is null. */
  readonly inputs: readonly (Tensor | null)[];
  readonly output: Tensor;
  /** The operation's own decisions about the call; `planOf` of the operation gives them their type. */
  readonly plan: Plan;
  /** Whether the output is the first input under another shape. */
  readonly alias: boolean;
  /** Does the call again on other tensors of the same shapes: fills `y`, which is zero, and returns the adjoint. */
  compute(y: FloatArray, inputs: readonly (Tensor | null)[]): Pullback;
}

let listener: TracedCall[] | null = null;
let reads: string[] = [];

/** Hands a call to whoever listens. */
export function record(call: TracedCall): void {
  listener?.push(call);
}

/**
 * Says that values of a tensor were looked at outside of any operation, as a comparison does that decides a branch: what
 * follows may be other operations, or constants that are none, for another input.
 */
export function noteRead(reason: string): void {
  if (listener !== null) reads.push(reason);
}

/** Whether anybody listens. */
export function isTracing(): boolean {
  return listener !== null;
}

/** What {@link trace} heard. */
export interface Trace<T> {
  readonly result: T;
  /** Every call of an operation, in order. */
  readonly calls: readonly TracedCall[];
  /** What looked at values besides, see {@link noteRead}: when there is something, the calls are not the whole story. */
  readonly reads: readonly string[];
}

/** Runs `body` and listens to it. */
export function trace<T>(body: () => T): Trace<T> {
  const before = { listener, reads };
  const calls: TracedCall[] = [];
  const heard: string[] = [];
  listener = calls;
  reads = heard;
  try {
    return { result: body(), calls, reads: heard };
  } finally {
    ({ listener, reads } = before);
  }
}
