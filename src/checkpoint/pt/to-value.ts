/**
 * @module
 * From the result of a pickle to the tree that the caller gets: tensors are read, everything of Python's is gone.
 */

import { FormatError } from "../../errors.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { MAX_DEPTH, MAX_UNFOLDED_VALUES } from "../limits.ts";
import { PyGlobal, PyTuple, typeName } from "../pickle/values.ts";
import type { PickleValue } from "../pickle/values.ts";
import type { CheckpointKey, CheckpointValue } from "../value.ts";
import { StoredTensor } from "./stored-tensor.ts";

/** A finished container or tensor, and how many values it has when nothing inside is shared. */
interface Finished {
  readonly value: CheckpointValue;
  readonly unfolded: number;
}

/**
 * Converts a pickled tree. What the pickle mentions twice stays one object.
 * @throws FormatError for containers that hold themselves, are nested deeper than 100 levels, or would unfold to more
 *   than 4,000,000 values, as a small file with references to references can
 */
export function toCheckpointValue(
  root: PickleValue,
  readTensor: (stored: StoredTensor) => AnyTensor,
): CheckpointValue {
  const finished = new Map<object, Finished>();
  const open = new Set<object>();

  const visit = (value: PickleValue): Finished => {
    if (value === null || typeof value !== "object") return { value, unfolded: 1 };
    const known = finished.get(value);
    if (known !== undefined) return known;
    if (open.has(value)) throw new FormatError(`.pt: a ${typeName(value)} holds itself, which is not read`);
    if (open.size >= MAX_DEPTH)
      throw new FormatError(`.pt: containers are nested deeper than ${MAX_DEPTH} levels`);
    open.add(value);
    const result = container(value);
    if (result.unfolded > MAX_UNFOLDED_VALUES) {
      throw new FormatError(
        `.pt: unfolds to more than ${MAX_UNFOLDED_VALUES} values; the file is made to overwhelm`,
      );
    }
    open.delete(value);
    finished.set(value, result);
    return result;
  };

  const container = (value: Exclude<PickleValue, CheckpointKey>): Finished => {
    if (value instanceof StoredTensor) return { value: readTensor(value), unfolded: 1 };
    if (value instanceof Uint8Array || value instanceof Set) return { value, unfolded: 1 };
    if (value instanceof PyGlobal) return { value: value.label, unfolded: 1 };
    if (value instanceof Map) return dict(value);
    if (Array.isArray(value) || value instanceof PyTuple)
      return list(Array.isArray(value) ? value : value.items);
    throw new FormatError(`.pt: a ${typeName(value)} stands where plain data is expected`);
  };

  const list = (items: readonly PickleValue[]): Finished => {
    let unfolded = 1;
    const value = items.map((item) => {
      const child = visit(item);
      unfolded += child.unfolded;
      return child.value;
    });
    return { value, unfolded };
  };

  const dict = (items: ReadonlyMap<CheckpointKey, PickleValue>): Finished => {
    let unfolded = 1;
    const value = new Map<CheckpointKey, CheckpointValue>();
    for (const [key, item] of items) {
      const child = visit(item);
      unfolded += child.unfolded;
      value.set(key, child.value);
    }
    return { value, unfolded };
  };

  return visit(root).value;
}
