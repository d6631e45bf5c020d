/**
 * @module
 * The tensor: a shape, an element type and a flat array. Always contiguous and row-major: what would be a strided
 * view in PyTorch (permute, slice, expand) is a copy here; only reshape and its kin share the array.
 */

import { ArgumentError, AutogradError, DTypeError, formatShape, ShapeError } from "../errors.ts";
import { allocate, isFloat } from "./dtype.ts";
import type { DType, DTypeArrays, FloatDType } from "./dtype.ts";
import { formatTensor } from "./format.ts";
import { checkShape, elementCount, sameShape } from "./shape.ts";
import type { Shape } from "./shape.ts";

/** What a tensor knows of the operation that made it. `autograd` implements it; PyTorch's `grad_fn`. */
export interface GradFn {
  /** The operation's name, for messages. */
  readonly name: string;
  /** Runs the reverse pass from `output`, adding to `grad` of every leaf that requires it. */
  runBackward(output: Tensor, gradient: Tensor): void;
}

/** A tensor of any element type. */
export type AnyTensor = Tensor<DType>;

/** Nested arrays of numbers as `toArray` returns them; a scalar is a plain number. */
export type NestedArray = number | NestedArray[];

/**
 * An n-dimensional array. `Tensor` without a parameter is a floating-point tensor, the kind that operations take;
 * `Tensor<"int64">` and the like hold labels, indices and counters. The twin of `torch.Tensor`, with these differences:
 * it is always contiguous, never overlaps another tensor partially, and lives in the JavaScript heap, so there is nothing
 * to free.
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * sum(mul(x, x)).backward();
 * x.grad; // Tensor [2, 2] float32: [[2, 4], [6, 8]]
 */
export class Tensor<D extends DType = FloatDType> {
  readonly shape: Shape;
  readonly dtype: D;
  /** The elements in row-major order. Writing to it changes the tensor; no history is kept of that. */
  readonly data: DTypeArrays[D];
  /** The operation that made this tensor, when its history is recorded; null for a leaf. */
  readonly gradFn: GradFn | null;
  /** The gradient that {@link backward} has accumulated; null before, and always for non-leaves. */
  grad: Tensor<D> | null = null;
  #requiresGrad: boolean;

  /**
   * Wraps `data` without copying it. Most code calls {@link tensor}, {@link zeros} and their kin instead.
   * @throws ShapeError when `data` does not have as many elements as `shape`
   * @throws DTypeError when gradients are asked for on integers
   */
  constructor(
    data: DTypeArrays[D],
    shape: Shape,
    dtype: D,
    options: { requiresGrad?: boolean; gradFn?: GradFn | null } = {},
  ) {
    checkShape("Tensor", shape);
    if (data.length !== elementCount(shape)) {
      throw new ShapeError(
        `Tensor: shape ${formatShape(shape)} needs ${elementCount(shape)} elements, got ${data.length}`,
      );
    }
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype;
    this.data = data;
    this.gradFn = options.gradFn ?? null;
    this.#requiresGrad = false;
    this.requiresGrad = this.gradFn !== null || (options.requiresGrad ?? false);
  }

  /** Whether operations on this tensor are recorded so that gradients can flow back to it. */
  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }

  /** @throws AutogradError when switched off on a tensor that an operation made; use {@link detach} there. */
  set requiresGrad(value: boolean) {
    if (value && !isFloat(this.dtype)) {
      throw new DTypeError(
        `requiresGrad: only floating-point tensors have gradients, this one is ${this.dtype}`,
      );
    }
    if (!value && this.gradFn !== null) {
      throw new AutogradError(
        `requiresGrad: this tensor is the result of ${this.gradFn.name}; use detach() to cut it from its history`,
      );
    }
    this.#requiresGrad = value;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Whether this tensor was made by the user rather than by a recorded operation. */
  get isLeaf(): boolean {
    return this.gradFn === null;
  }

  /** Number of elements. */
  numel(): number {
    return this.data.length;
  }

  /** All sizes, or the size of one dimension, which may count from the end. */
  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    if (dim === undefined) return this.shape;
    const size = this.shape.at(dim);
    if (size === undefined || !Number.isInteger(dim)) {
      throw new ShapeError(`size: ${formatShape(this.shape)} has no dimension ${dim}`);
    }
    return size;
  }

  /**
   * The value of a tensor of one element as a number.
   * @throws ArgumentError when it has more or fewer elements
   */
  item(): number {
    if (this.data.length !== 1) {
      throw new ArgumentError(`item: expected a tensor of one element, got shape ${formatShape(this.shape)}`);
    }
    return Number(this.data[0]);
  }

  /** The values as nested arrays, `[]` levels as in the shape. 64-bit integers become numbers. */
  toArray(): NestedArray {
    let position = 0;
    const level = (d: number): NestedArray => {
      if (d === this.shape.length) return Number(this.data[position++]);
      return Array.from({ length: this.shape[d] }, () => level(d + 1));
    };
    return level(0);
  }

  /** The same values without history: shares the array. PyTorch's `detach`. */
  detach(): Tensor<D> {
    return new Tensor(this.data, this.shape, this.dtype);
  }

  /** A copy of the values, a leaf without history. PyTorch's `detach().clone()`. */
  clone(): Tensor<D> {
    const data = allocate(this.dtype, this.data.length);
    copyInto(data, this.data);
    return new Tensor(data, this.shape, this.dtype);
  }

  /**
   * The values in another element type, a leaf without history; a copy even when nothing changes. Floats become
   * integers by truncation, `bool` is 1 where the value is not 0.
   */
  to<T extends DType>(dtype: T): Tensor<T> {
    const data = allocate(dtype, this.data.length);
    if (dtype === "bool") {
      for (let i = 0; i < data.length; i++) data[i] = Number(this.data[i]) !== 0 ? 1 : 0;
    } else {
      copyInto(data, this.data);
    }
    return new Tensor(data, this.shape, dtype);
  }

  /**
   * Overwrites the values in place with those of `source`, converted to this tensor's element type. History is neither
   * kept nor checked: meant for loading weights and for optimizers.
   * @throws ShapeError when the shapes differ
   */
  copyFrom(source: AnyTensor): this {
    if (!sameShape(this.shape, source.shape)) {
      throw new ShapeError(
        `copyFrom: expected shape ${formatShape(this.shape)}, got ${formatShape(source.shape)}`,
      );
    }
    copyInto(this.data, source.data);
    return this;
  }

  /**
   * Computes the gradient of this tensor with respect to every leaf behind it that requires one, and adds it to their
   * `grad`. As `torch.Tensor.backward`; the graph stays usable afterwards, since the garbage collector frees it.
   * @param gradient dL/d(this); may be left out for a tensor of one element, where it is 1
   * @throws AutogradError when no history was recorded
   * @throws ShapeError when `gradient` is missing for several elements or has another shape
   */
  backward(this: Tensor, gradient?: Tensor): void {
    const seed = gradient ?? this.#onesSeed();
    if (!sameShape(seed.shape, this.shape)) {
      throw new ShapeError(
        `backward: expected a gradient of shape ${formatShape(this.shape)}, got ${formatShape(seed.shape)}`,
      );
    }
    if (!this.requiresGrad) {
      throw new AutogradError(
        "backward: this tensor does not require a gradient; set requiresGrad on an input before computing it, " +
          "outside of noGrad()",
      );
    }
    if (this.gradFn !== null) {
      this.gradFn.runBackward(this, seed);
    } else {
      this.accumulateGrad(seed.data.slice());
    }
  }

  /** Adds `gradient` (row-major, of this tensor's size) to `grad`; the array becomes the tensor's own. */
  accumulateGrad(this: Tensor, gradient: Float32Array | Float64Array): void {
    if (this.grad === null) {
      this.grad = new Tensor(gradient, this.shape, this.dtype);
      return;
    }
    const sum = this.grad.data;
    for (let i = 0; i < sum.length; i++) sum[i] += gradient[i];
  }

  /** As {@link formatTensor}: type, shape and the values, long tensors shortened. */
  toString(): string {
    return formatTensor(this);
  }

  #onesSeed(this: Tensor): Tensor {
    if (this.data.length !== 1) {
      throw new ShapeError(
        `backward: a gradient is needed for a tensor of shape ${formatShape(this.shape)}; ` +
          "only a tensor of one element has an implicit gradient of 1",
      );
    }
    return new Tensor(allocate(this.dtype, 1).fill(1), this.shape, this.dtype);
  }
}

/** Copies element by element; bigint arrays take part by conversion through Number where the kinds differ. */
function copyInto(target: DTypeArrays[DType], source: DTypeArrays[DType]): void {
  const targetIsBig = target instanceof BigInt64Array || target instanceof BigUint64Array;
  const sourceIsBig = source instanceof BigInt64Array || source instanceof BigUint64Array;
  if (targetIsBig) {
    if (sourceIsBig) target.set(source);
    else for (let i = 0; i < source.length; i++) target[i] = BigInt(Math.trunc(source[i]));
  } else if (sourceIsBig) {
    for (let i = 0; i < source.length; i++) target[i] = Number(source[i]);
  } else {
    target.set(source);
  }
}
