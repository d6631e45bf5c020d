/**
 * @module
 * From and to the arrays of the npm package `ndarray`, which much of JavaScript's image processing passes around.
 */

import ndarray from "ndarray";
import type { NdArray } from "ndarray";
import { DTypeError } from "../errors.ts";
import { allocate, dtypes } from "../tensor/dtype.ts";
import type { DType, DTypeArrays } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** Where {@link fromNdarray} reads: all that it needs of an ndarray, whose methods are not used. */
type NdSource = Pick<NdArray, "shape" | "stride" | "offset"> & { readonly data: NdArray["data"] };

/**
 * A tensor of the elements of an ndarray in row-major order; always a copy. Any stride and offset will do: transposed,
 * sliced, stepped, reversed. The element type is that of the array behind it, uint8 for `Uint8ClampedArray`; numbers in a
 * plain array or in an object with `get` become float32.
 *
 * @example
 * fromNdarray(ndarray(new Float32Array([1, 2, 3, 4]), [2, 2]).transpose(1, 0)); // [[1, 3], [2, 4]]
 * @throws DTypeError when the array behind it is of a kind that tensors do not have, such as `Float16Array`
 */
export function fromNdarray(array: NdArray<Float32Array>): Tensor<"float32">;
export function fromNdarray(array: NdArray<Float64Array>): Tensor<"float64">;
export function fromNdarray(array: NdArray): AnyTensor;
export function fromNdarray(array: NdSource): AnyTensor {
  const dtype = dtypeOf(array.data);
  const data = allocate(dtype, elementCount(array.shape));
  const read = readerOf(array.data);
  let to = 0;
  const copy = (dimension: number, from: number): void => {
    if (dimension === array.shape.length) {
      store(data, to++, read(from));
      return;
    }
    for (let i = 0; i < array.shape[dimension]; i++) copy(dimension + 1, from + i * array.stride[dimension]);
  };
  copy(0, array.offset);
  return new Tensor(data, array.shape, dtype);
}

/**
 * An ndarray over the elements of a tensor, which are shared: writing to one writes to the other. Element types are kept,
 * as far as JavaScript's arrays have them; `bool` is bytes of 0 and 1.
 *
 * @example
 * toNdarray(zeros([1, 28, 28])).get(0, 3, 5); // 0
 */
export function toNdarray(x: Tensor): NdArray<Float32Array | Float64Array>;
export function toNdarray(x: AnyTensor): NdArray;
export function toNdarray(x: AnyTensor): NdArray {
  // The types of ndarray exclude 64-bit integers in shared memory, which it handles like all others.
  return ndarray(x.data as NdArray["data"], [...x.shape]);
}

function dtypeOf(data: NdSource["data"]): DType {
  if (!ArrayBuffer.isView(data)) return "float32";
  if (data instanceof Uint8ClampedArray) return "uint8";
  const found = dtypes.find(
    (dtype) => dtype !== "bool" && data.constructor === allocate(dtype, 0).constructor,
  );
  if (found === undefined)
    throw new DTypeError(`fromNdarray: there are no tensors of ${data.constructor.name}`);
  return found;
}

/** How an element is read: lists and typed arrays by index, other containers by their own `get`. */
function readerOf(data: NdSource["data"]): (at: number) => number | bigint {
  if (Array.isArray(data) || ArrayBuffer.isView(data)) {
    const elements: ArrayLike<number | bigint> = data;
    return (at) => elements[at];
  }
  return (at) => data.get(at);
}

function store(data: DTypeArrays[DType], at: number, value: number | bigint): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[at] = BigInt(value);
  else data[at] = Number(value);
}
