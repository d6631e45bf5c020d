/**
 * @module
 * One recorded operation, and the reverse pass over the graph that the records form.
 *
 * Nodes are numbered as they are made, so every node has a larger number than those it depends on: walking them in
 * descending order is a topological order, without recursion and without a sort of the graph.
 */

import type { FloatArray } from "../kernels/geometry.ts";
import { allocate } from "../tensor/dtype.ts";
import type { GradFn, Tensor } from "../tensor/tensor.ts";

/**
 * The adjoint of one operation: adds dL/d(input i) to `dxs[i]`, given dL/d(output). A null slot was not asked for (the
 * input needs no gradient, or is absent) and must be left alone. It must add, never overwrite, and not keep its arguments.
 */
export type Pullback = (dy: FloatArray, dxs: readonly (FloatArray | null)[]) => void;

let nodesMade = 0;

/** A recorded operation. Holds its inputs and, in the closure `pullback`, whatever its adjoint needs. */
export class Node implements GradFn {
  readonly id = ++nodesMade;
  readonly name: string;
  readonly inputs: readonly (Tensor | null)[];
  readonly pullback: Pullback;

  constructor(name: string, inputs: readonly (Tensor | null)[], pullback: Pullback) {
    this.name = name;
    this.inputs = inputs;
    this.pullback = pullback;
  }

  runBackward(output: Tensor, gradient: Tensor): void {
    const leaves = new Set<Tensor>();
    const gradients = reversePass([{ tensor: output, gradient: gradient.data }], (input) => {
      if (!input.requiresGrad) return false;
      if (input.isLeaf) leaves.add(input);
      return true;
    });
    for (const leaf of leaves) {
      const sum = gradients.get(leaf);
      if (sum !== undefined) leaf.accumulateGrad(sum);
    }
  }
}

/** Where a reverse pass starts: a tensor, and dL/d(tensor) in row-major order. */
export interface Seed {
  readonly tensor: Tensor;
  readonly gradient: FloatArray;
}

/**
 * Walks the graph behind the seeds once, from the last operation to the first.
 * @param wanted whether an input of an operation is to receive a gradient
 * @returns the gradient of every tensor that received one, keyed by {@link gradientKey}
 */
export function reversePass(
  seeds: readonly Seed[],
  wanted: (input: Tensor) => boolean,
): Map<Node | Tensor, FloatArray> {
  const gradients = new Map<Node | Tensor, FloatArray>();
  const slot = (tensor: Tensor): FloatArray => {
    const key = gradientKey(tensor);
    let sum = gradients.get(key);
    if (sum === undefined) {
      sum = allocate(tensor.dtype, tensor.data.length);
      gradients.set(key, sum);
    }
    return sum;
  };
  for (const { tensor, gradient } of seeds) {
    const sum = slot(tensor);
    for (let i = 0; i < sum.length; i++) sum[i] += gradient[i];
  }
  for (const node of nodesBehind(seeds)) {
    const dy = gradients.get(node);
    if (dy === undefined) continue;
    node.pullback(
      dy,
      node.inputs.map((input) => (input !== null && wanted(input) ? slot(input) : null)),
    );
  }
  return gradients;
}

/** Under which key {@link reversePass} collects a tensor's gradient: its operation, or itself for a leaf. */
export function gradientKey(tensor: Tensor): Node | Tensor {
  return tensor.gradFn instanceof Node ? tensor.gradFn : tensor;
}

/** All operations that the seeds depend on, the most recent first. */
export function nodesBehind(seeds: readonly Seed[]): Node[] {
  const found = new Set<Node>();
  const stack = seeds.map((seed) => seed.tensor.gradFn);
  for (let fn = stack.pop(); fn !== undefined; fn = stack.pop()) {
    if (!(fn instanceof Node) || found.has(fn)) continue;
    found.add(fn);
    for (const input of fn.inputs) {
      if (input !== null) stack.push(input.gradFn);
    }
  }
  return [...found].sort((a, b) => b.id - a.id);
}
