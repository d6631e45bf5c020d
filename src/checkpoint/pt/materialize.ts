/**
 * @module
 * From the description of a tensor to its values.
 */

import { contiguousStrides, elementCount } from "../../tensor/shape.ts";
import { itemSize } from "../../tensor/dtype.ts";
import type { DType, DTypeArrays } from "../../tensor/dtype.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { decodeElements } from "../element-types.ts";
import type { Budget } from "../limits.ts";
import type { StorageRef, StoredTensor } from "./stored-tensor.ts";

/** Where the bytes of storages come from. */
export interface StorageSource {
  /** Byte order of all storages. */
  readonly littleEndian: boolean;
  /** The bytes of one storage. @throws FormatError when they are damaged */
  read(storage: StorageRef): Uint8Array;
}

/**
 * Reads tensors, each contiguous and with its own copy of the values (unless they lie in shared memory, see
 * {@link decodeElements}); the same view of the same storage, as tied weights have it, is read once and shared.
 */
export class TensorReader {
  readonly #source: StorageSource;
  readonly #budget: Budget;
  readonly #shared = new Map<string, DTypeArrays[DType]>();

  constructor(source: StorageSource, budget: Budget) {
    this.#source = source;
    this.#budget = budget;
  }

  /** @throws FormatError when the storage is damaged or the values are more than the file warrants */
  read(stored: StoredTensor): AnyTensor {
    const { identity, type, shape } = stored;
    const known = this.#shared.get(identity);
    const bytes = known === undefined ? elementCount(shape) * Math.max(type.bytes, itemSize(type.dtype)) : 0;
    this.#budget.spend(bytes, `a tensor of shape [${shape.join(", ")}]`);
    const { littleEndian } = this.#source;
    const data =
      known ?? decodeElements(type, gather(this.#source.read(stored.storage), stored), littleEndian);
    this.#shared.set(identity, data);
    const requiresGrad = stored.requiresGrad && (type.dtype === "float32" || type.dtype === "float64");
    return new Tensor<DType>(data, shape, type.dtype, { requiresGrad });
  }
}

/** The bytes of a view in row-major order; not copied when they are so already. */
function gather(storage: Uint8Array, view: StoredTensor): Uint8Array {
  const { shape, strides, type } = view;
  const count = elementCount(shape);
  const start = view.offset * type.bytes;
  const contiguous = contiguousStrides(shape);
  if (count === 0) return new Uint8Array(0);
  if (shape.every((size, d) => size === 1 || strides[d] === contiguous[d])) {
    return storage.subarray(start, start + count * type.bytes);
  }
  const result = new Uint8Array(count * type.bytes);
  const index = shape.map(() => 0);
  let from = start;
  for (let to = 0; to < result.length; to += type.bytes) {
    for (let byte = 0; byte < type.bytes; byte++) result[to + byte] = storage[from + byte];
    // Counts `index` up like an odometer: the last dimension turns fastest.
    for (let d = shape.length - 1; d >= 0; d--) {
      from += strides[d] * type.bytes;
      if (++index[d] < shape[d]) break;
      from -= shape[d] * strides[d] * type.bytes;
      index[d] = 0;
    }
  }
  return result;
}
