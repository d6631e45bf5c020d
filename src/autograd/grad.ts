/**
 * @module
 * Gradients of chosen tensors, without touching anybody's `grad`.
 */

import { AutogradError, formatShape, ShapeError } from "../errors.ts";
import { allocate } from "../tensor/dtype.ts";
import { sameShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { gradientKey, Node, nodesBehind, reversePass } from "./node.ts";
import type { Seed } from "./node.ts";

/** Options of {@link grad}. */
export interface GradOptions {
  /** dL/d(output) for each output, of its shape; left out, every output has one element and a gradient of 1. */
  readonly gradOutputs?: readonly Tensor[];
  /** Whether an input that no output depends on gets zeros rather than an error. As `materialize_grads`. */
  readonly allowUnused?: boolean;
}

/**
 * The gradients of the sum of `outputs` with respect to `inputs`, which may be leaves or results on the way. Only the
 * operations between inputs and outputs are walked: the weights of a model get no gradient work. As
 * `torch.autograd.grad`.
 * @returns one tensor for each input, of its shape and dtype
 * @throws AutogradError when an input does not require a gradient, or no output depends on it
 * @throws ShapeError when an output has several elements and no `gradOutputs` is given, or one has the wrong shape
 *
 * @example
 * const x = tensor([3], { requiresGrad: true });
 * const [dx] = grad([mul(x, x)], [x]); // [6]
 */
export function grad(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): Tensor[] {
  const seeds = outputs.map((output, i) => seedOf(output, options.gradOutputs?.[i]));
  const unrecorded = inputs.findIndex((input) => !input.requiresGrad);
  if (unrecorded >= 0) {
    throw new AutogradError(
      `grad: input ${unrecorded} of shape ${formatShape(inputs[unrecorded].shape)} does not require a gradient; ` +
        "set requiresGrad before computing the outputs",
    );
  }
  const wanted = new Set(inputs.map(gradientKey));
  // Ascending order, so that a node comes after those that it depends on.
  for (const node of nodesBehind(seeds).reverse()) {
    if (node.inputs.some((input) => input !== null && wanted.has(gradientKey(input)))) wanted.add(node);
  }
  const gradients = reversePass(seeds, (input) => wanted.has(gradientKey(input)));
  return inputs.map((input, i) => {
    const gradient = gradients.get(gradientKey(input));
    if (gradient === undefined && !(options.allowUnused ?? false)) {
      throw new AutogradError(
        `grad: no output depends on input ${i} of shape ${formatShape(input.shape)}; ` +
          "compute the outputs from this very tensor, or pass allowUnused for zeros",
      );
    }
    return new Tensor(gradient ?? allocate(input.dtype, input.data.length), input.shape, input.dtype);
  });
}

function seedOf(output: Tensor, gradient: Tensor | undefined): Seed {
  if (!(output.gradFn instanceof Node) && !output.requiresGrad) {
    throw new AutogradError(
      "grad: an output has no recorded history; compute it from a tensor with requiresGrad, outside of noGrad()",
    );
  }
  if (gradient !== undefined) {
    if (!sameShape(gradient.shape, output.shape)) {
      throw new ShapeError(
        `grad: expected a gradient of shape ${formatShape(output.shape)}, got ${formatShape(gradient.shape)}`,
      );
    }
    return { tensor: output, gradient: gradient.data };
  }
  if (output.data.length !== 1) {
    throw new ShapeError(
      `grad: an output of shape ${formatShape(output.shape)} needs an entry in gradOutputs; ` +
        "only a tensor of one element has an implicit gradient of 1",
    );
  }
  return { tensor: output, gradient: allocate(output.dtype, 1).fill(1) };
}
