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

/** Hands a call to whoever listens. */
export function record(call: TracedCall): void {
  listener?.push(call);
}

/** Whether anybody listens. */
export function isTracing(): boolean {
  return listener !== null;
}

/** Runs `body` and returns its result with every call of an operation that it made, in order. */
export function trace<T>(body: () => T): { readonly result: T; readonly calls: readonly TracedCall[] } {
  const before = listener;
  const calls: TracedCall[] = [];
  listener = calls;
  try {
    return { result: body(), calls };
  } finally {
    listener = before;
  }
}
