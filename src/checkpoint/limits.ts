/**
 * @module
 * What a file may ask for. Every limit is far above real checkpoints and keeps a hostile one from costing more than its
 * own size warrants.
 */

import { FormatError } from "../errors.ts";
import { allowance } from "../zip/index.ts";

/** Bytes of one pickle. A tensor takes about 150, so this is some 400,000 tensors. */
export const MAX_PICKLE_BYTES = 64 * 2 ** 20;

/** Instructions of one pickle; a tensor takes about 40. */
export const MAX_PICKLE_OPS = 8_000_000;

/** Lists, tuples, dicts, sets and calls of one pickle; a tensor takes about 5. */
export const MAX_PICKLE_CONTAINERS = 600_000;

/** Values that one pickle may remember for later; a tensor takes about 10. */
export const MAX_PICKLE_MEMO = 1_000_000;

/** Classes and functions that a file may name and still be described. */
export const MAX_FOREIGN_NAMES = 1000;

/** Levels of containers inside containers. */
export const MAX_DEPTH = 100;

/** Values of a pickle after everything that it mentions several times is counted each time. */
export const MAX_UNFOLDED_VALUES = 4_000_000;

/** Bytes of the name of a module, class or function in a pickle. */
export const MAX_GLOBAL_NAME = 512;

/** Dimensions of a tensor; PyTorch's own limit. */
export const MAX_RANK = 64;

/** Tensors of one safetensors or JSON file. */
export const MAX_TENSORS = 100_000;

/** Bytes of a safetensors header, as its specification says. */
export const MAX_SAFETENSORS_HEADER = 100_000_000;

/** Bytes that even an empty tensor takes in memory, roughly. */
const TENSOR_OVERHEAD = 256;

/** Keeps the tensors of one file within its {@link allowance}. */
export class Budget {
  readonly #limit: number;
  #spent = 0;

  constructor(fileBytes: number) {
    this.#limit = allowance(fileBytes);
  }

  /**
   * Accounts for a tensor whose values take `bytes`.
   * @throws FormatError when that is more than the file warrants
   */
  spend(bytes: number, what: string): void {
    this.#spent += bytes + TENSOR_OVERHEAD;
    if (!(this.#spent <= this.#limit)) {
      throw new FormatError(
        `${what}: would take ${this.#spent} bytes in all, more than the ${this.#limit} that a file of this size may ` +
          "become; save expanded or overlapping views as tensors of their own: x.clone()",
      );
    }
  }
}
