/**
 * @module
 * Element types. PyTorch's names; the values live in the typed array of the same width.
 */

/** Element types that are computed with and carry gradients. */
export type FloatDType = "float32" | "float64";

/** Element types for labels, indices, masks and what checkpoints hold beside the weights. */
export type IntDType =
  "int64" | "int32" | "int16" | "int8" | "uint64" | "uint32" | "uint16" | "uint8" | "bool";

/** Every element type of a {@link Tensor}. float16, bfloat16 and float8 are widened to float32 when read. */
export type DType = FloatDType | IntDType;

/** The typed array behind each element type; `bool` is one byte, 0 or 1. */
export interface DTypeArrays {
  float32: Float32Array;
  float64: Float64Array;
  int64: BigInt64Array;
  int32: Int32Array;
  int16: Int16Array;
  int8: Int8Array;
  uint64: BigUint64Array;
  uint32: Uint32Array;
  uint16: Uint16Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

const constructors: { readonly [D in DType]: new (length: number) => DTypeArrays[D] } = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

const itemSizes: { readonly [D in DType]: number } = {
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

/** The names of all element types. */
export const dtypes: readonly DType[] = Object.keys(itemSizes) as DType[];

/** A zero-filled array of `length` elements of `dtype`. */
export function allocate<D extends DType>(dtype: D, length: number): DTypeArrays[D] {
  return new constructors[dtype](length);
}

/** Bytes that one element of `dtype` takes. */
export function itemSize(dtype: DType): number {
  return itemSizes[dtype];
}

/** Whether `dtype` is computed with and may carry a gradient. */
export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === "float32" || dtype === "float64";
}
