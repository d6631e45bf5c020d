/**
 * @module
 * What a checkpoint holds: plain data and tensors.
 */

import type { AnyTensor } from "../tensor/tensor.ts";

/** A key of a dict: a parameter's name, or the number of a parameter in an optimizer's state. */
export type CheckpointKey = string | number | bigint | boolean | null;

/**
 * Anything that a checkpoint can hold. Python's dict and OrderedDict become `Map`, list and tuple become arrays, int and
 * float become numbers (ints beyond 2^53 `bigint`), bytes become `Uint8Array`; a device, dtype or layout becomes its
 * name (`"cuda:0"`, `"torch.float16"`).
 */
export type CheckpointValue =
  | CheckpointKey
  | Uint8Array
  | AnyTensor
  | CheckpointValue[]
  | Set<CheckpointKey>
  | Map<CheckpointKey, CheckpointValue>;

/** The tensors of a model by name, in the order of the file. PyTorch's `state_dict`. */
export type StateDict = Map<string, AnyTensor>;
