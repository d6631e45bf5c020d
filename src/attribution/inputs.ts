/**
 * @module
 * What is explained: one tensor or several, each with the examples along dimension 0.
 */

import { ArgumentError, DTypeError, formatShape, ShapeError } from "../errors.ts";
import { isFloat } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** One input tensor [N, ...], or several of the same N for a forward of several arguments. */
export type Inputs = AnyTensor | readonly AnyTensor[];

/** One tensor for each input, of its shape: a single one for a single input, a list for a list. */
export type Attributions<X extends Inputs> = X extends readonly AnyTensor[]
  ? { -readonly [K in keyof X]: Tensor }
  : Tensor;

/** The inputs as a list. */
export function inputList(inputs: Inputs): readonly AnyTensor[] {
  return inputs instanceof Tensor ? [inputs] : inputs;
}

/**
 * The number of examples: the size of dimension 0, common to all inputs.
 * @throws ArgumentError when there is no input or something is not a tensor
 * @throws ShapeError when an input has no dimension 0 or the inputs differ in it
 */
export function batchSize(method: string, inputs: readonly AnyTensor[]): number {
  if (inputs.length === 0) throw new ArgumentError(`${method}: expected at least one input tensor, got none`);
  inputs.forEach((input, i) => {
    if (!(input instanceof Tensor)) throw new ArgumentError(`${method}: input ${i} is not a tensor`);
    if (input.ndim === 0) {
      throw new ShapeError(
        `${method}: input ${i} is a scalar; expected the examples along dimension 0, as in [N, ...]`,
      );
    }
    if (input.shape[0] !== inputs[0].shape[0]) {
      throw new ShapeError(
        `${method}: inputs differ in their number of examples: input 0 is ${formatShape(inputs[0].shape)}, ` +
          `input ${i} is ${formatShape(input.shape)}`,
      );
    }
  });
  return inputs[0].shape[0];
}

/** Whether a tensor is of a floating-point type. */
export function isFloatTensor(x: AnyTensor): x is Tensor {
  return isFloat(x.dtype);
}

/**
 * The inputs of a method that takes their gradient as they are.
 * @throws DTypeError for integers and booleans, which have no gradient
 */
export function floatInputs(method: string, inputs: readonly AnyTensor[]): Tensor[] {
  return inputs.map((input, i) => {
    if (isFloatTensor(input)) return input;
    throw new DTypeError(
      `${method}: input ${i} is ${input.dtype}, which has no gradient; convert it with .to("float32")`,
    );
  });
}

/**
 * The inputs of a method that scales them: integers become float32, as they do in PyTorch when multiplied by a fraction.
 * @throws DTypeError for booleans, which PyTorch refuses to subtract
 */
export function promotedInputs(method: string, inputs: readonly AnyTensor[]): Tensor[] {
  return inputs.map((input, i) => {
    if (isFloatTensor(input)) return input;
    if (input.dtype !== "bool") return input.to("float32");
    throw new DTypeError(
      `${method}: input ${i} is bool, and there is no path between booleans; convert it with .to("float32")`,
    );
  });
}
