/**
 * @module
 * Tensors from numbers. Random ones are in `random.ts`. `NoInfer` in the results keeps a caller's expectation from
 * choosing the dtype: where labels are wanted, `zeros([2])` is still float32, and a type error.
 */

import { ArgumentError, ShapeError } from "../errors.ts";
import { allocate } from "./dtype.ts";
import type { DType, DTypeArrays } from "./dtype.ts";
import { checkShape, elementCount } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** Nested lists of numbers or booleans, all rows of a level equally long. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/** Element type and history of a new tensor. */
export interface TensorOptions<D extends DType = "float32"> {
  /** Element type; float32 unless said. */
  readonly dtype?: D;
  /** Whether gradients flow to it; false unless said. */
  readonly requiresGrad?: boolean;
}

/**
 * A tensor of nested numbers: `tensor([[1, 2], [3, 4]])` has shape [2, 2]. As `torch.tensor`, except that whole numbers
 * become float32 too unless a dtype is named.
 * @throws ShapeError when rows differ in length
 */
export function tensor<D extends DType = "float32">(
  values: NestedNumbers,
  options: TensorOptions<D> = {},
): Tensor<NoInfer<D>> {
  const shape = nestedShape(values);
  const flat: number[] = [];
  flatten(values, shape, 0, flat);
  return full(shape, 0, options).copyFrom(fromFlat(flat, shape));
}

/**
 * A tensor over an array of its own kind, which is shared, not copied; or over numbers, which are.
 * @throws ShapeError when the count of elements does not fit `shape`
 */
export function fromData(data: Float32Array, shape: Shape): Tensor<"float32">;
export function fromData(data: Float64Array, shape: Shape): Tensor<"float64">;
export function fromData(
  data: Float32Array | Float64Array,
  shape: Shape,
): Tensor<"float32"> | Tensor<"float64"> {
  return data instanceof Float32Array
    ? new Tensor(data, shape, "float32")
    : new Tensor(data, shape, "float64");
}

/** A tensor of zeros. As `torch.zeros`. */
export function zeros<D extends DType = "float32">(
  shape: Shape,
  options: TensorOptions<D> = {},
): Tensor<NoInfer<D>> {
  return full(shape, 0, options);
}

/** A tensor of ones. As `torch.ones`. */
export function ones<D extends DType = "float32">(
  shape: Shape,
  options: TensorOptions<D> = {},
): Tensor<NoInfer<D>> {
  return full(shape, 1, options);
}

/** A tensor filled with one value. As `torch.full`, except that the dtype is float32 unless named. */
export function full<D extends DType = "float32">(
  shape: Shape,
  value: number,
  options: TensorOptions<D> = {},
): Tensor<NoInfer<D>> {
  checkShape("full", shape);
  const dtype = (options.dtype ?? "float32") as D;
  const data = allocate(dtype, elementCount(shape));
  fillArray(data, value);
  return new Tensor(data, shape, dtype, { requiresGrad: options.requiresGrad ?? false });
}

/** A tensor of the shape and dtype of `x`, filled with zeros. */
export function zerosLike<D extends DType>(x: Tensor<D>): Tensor<NoInfer<D>> {
  return full(x.shape, 0, { dtype: x.dtype });
}

/** A tensor of the shape and dtype of `x`, filled with ones. */
export function onesLike<D extends DType>(x: Tensor<D>): Tensor<NoInfer<D>> {
  return full(x.shape, 1, { dtype: x.dtype });
}

/**
 * `start, start + step, ...` below `end`; `arange(n)` counts from 0. As `torch.arange`.
 * @throws ArgumentError when the step is 0 or leads away from `end`
 */
export function arange<D extends DType = "float32">(
  start: number,
  end?: number,
  step = 1,
  options: TensorOptions<D> = {},
): Tensor<NoInfer<D>> {
  const from = end === undefined ? 0 : start;
  const to = end ?? start;
  const count = Math.ceil((to - from) / step);
  if (!Number.isFinite(count) || count < 0) {
    throw new ArgumentError(`arange: a step of ${step} does not lead from ${from} to ${to}`);
  }
  const values = Array.from({ length: count }, (_, i) => from + i * step);
  return full([count], 0, options).copyFrom(fromFlat(values, [count]));
}

/**
 * `steps` values from `start` to `end`, both included. As `torch.linspace`, computed in float64 and rounded once
 * (PyTorch's last bit depends on the vector width of its build).
 */
export function linspace<D extends DType = "float32">(
  start: number,
  end: number,
  steps: number,
  options: TensorOptions<D> = {},
): Tensor<NoInfer<D>> {
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  // The second half counts back from the end, so that the last value is exactly `end`.
  const values = Array.from({ length: steps }, (_, i) =>
    i < steps / 2 ? start + i * step : end - (steps - 1 - i) * step,
  );
  return full([steps], 0, options).copyFrom(fromFlat(values, [steps]));
}

/** The identity matrix of `n` rows, or an `n` × `m` matrix with ones on its diagonal. As `torch.eye`. */
export function eye(n: number, m = n): Tensor<"float32"> {
  const result = zeros([n, m]);
  for (let i = 0; i < Math.min(n, m); i++) result.data[i * m + i] = 1;
  return result;
}

function fromFlat(values: readonly number[], shape: Shape): Tensor<"float64"> {
  return new Tensor(Float64Array.from(values), shape, "float64");
}

function fillArray(data: DTypeArrays[DType], value: number): void {
  if (value === 0) return;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(Math.trunc(value)));
  else data.fill(value);
}

/** Follows the first entry of each level down. */
function nestedShape(values: NestedNumbers): number[] {
  const shape: number[] = [];
  for (let level = values; typeof level === "object"; level = level[0] ?? 0) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

function flatten(values: NestedNumbers, shape: Shape, d: number, flat: number[]): void {
  if (typeof values !== "object") {
    if (d !== shape.length)
      throw new ShapeError(`tensor: expected a list at depth ${d}, got ${String(values)}`);
    flat.push(Number(values));
    return;
  }
  if (d >= shape.length || values.length !== shape[d]) {
    throw new ShapeError(
      `tensor: rows differ: expected ${d < shape.length ? `${shape[d]} entries` : "a number"} at depth ${d}, ` +
        `got a list of ${values.length}`,
    );
  }
  for (const entry of values) flatten(entry, shape, d + 1, flat);
}
