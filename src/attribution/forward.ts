/**
 * @module
 * The function that is explained, and calling it with what it needs beside the inputs.
 */

import { ArgumentError, DTypeError, formatShape, ShapeError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { isFloatTensor } from "./inputs.ts";
import { takeRows } from "./rows.ts";

/**
 * A differentiable function of one or several tensors, and of additional arguments after them. Written as a method's
 * type so that TypeScript accepts any parameter list; which arguments fit is between the caller and the function.
 */
export type ForwardFunction = { forward(x: Tensor, ...rest: unknown[]): Tensor }["forward"];

/** A function, or an object (a module) whose method `forward` it is. */
export type Forward = ForwardFunction | { readonly forward: ForwardFunction };

/**
 * What forward gets after the inputs. A tensor has one row for each example, and is repeated as the examples are; a
 * scalar tensor and anything else is handed on as it is. A list is several arguments.
 */
export type AdditionalArgs = unknown;

/** The function behind either form of {@link Forward}. */
export function forwardFunction(forward: Forward): ForwardFunction {
  return typeof forward === "function" ? forward : (x, ...rest) => forward.forward(x, ...rest);
}

/**
 * Calls `forward` for `rows.length` rows.
 * @param rows which example each row of `inputs` stems from; additional tensors are repeated accordingly
 * @throws ShapeError when the result does not have one entry for each row
 * @throws ArgumentError when the result is not a tensor
 * @throws DTypeError when it is one of integers
 */
export function callForward(
  forward: ForwardFunction,
  inputs: readonly Tensor[],
  rows: readonly number[],
  additional: readonly unknown[],
): Tensor {
  const [first, ...others] = inputs;
  const output: unknown = forward(first, ...others, ...additional.map((arg) => repeatArgument(arg, rows)));
  checkOutput(output);
  if (output.shape[0] !== rows.length) {
    throw new ShapeError(
      `forward returned ${formatShape(output.shape)} for ${rows.length} rows; ` +
        "expected one entry along dimension 0 for each row of the input",
    );
  }
  return output;
}

/** Throws unless a forward returned a tensor of floats. */
export function checkOutput(output: unknown): asserts output is Tensor {
  if (output instanceof Promise) {
    throw new ArgumentError(
      "forward returned a promise; expected a tensor: attribution needs a synchronous function",
    );
  }
  if (!isTensor(output)) throw new ArgumentError(`forward returned ${typeof output}; expected a tensor`);
  if (!isFloatTensor(output)) {
    throw new DTypeError(`forward returned a tensor of ${output.dtype}; expected floating-point scores`);
  }
}

/**
 * Additional arguments as a list.
 * @throws ShapeError when a tensor among them does not have one row for each of `examples`
 */
export function argumentList(additional: AdditionalArgs, examples: number): readonly unknown[] {
  if (additional === undefined || additional === null) return [];
  const list: readonly unknown[] = Array.isArray(additional) ? additional : [additional];
  list.forEach((arg, i) => {
    if (isTensor(arg) && arg.ndim > 0 && arg.shape[0] !== examples) {
      throw new ShapeError(
        `additionalForwardArgs: tensor ${i} has shape ${formatShape(arg.shape)}; expected dimension 0 to be ` +
          `the number of examples, ${examples}`,
      );
    }
  });
  return list;
}

/** An additional argument for rows that stem from the examples that `rows` names. */
export function repeatArgument(arg: unknown, rows: readonly number[]): unknown {
  return isTensor(arg) && arg.ndim > 0 ? takeRows(arg, rows) : arg;
}

function isTensor(value: unknown): value is AnyTensor {
  return value instanceof Tensor;
}
