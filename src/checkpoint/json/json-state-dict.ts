/**
 * @module
 * The `.json` layout of a state dict, for people and for programs in other languages:
 *
 *     {"format": "candil-state-dict", "version": 1, "tensors": {NAME: {"dtype", "shape", "data" | "offset"}}}
 *
 * `dtype` is PyTorch's name without `torch.`, one of those that a {@link Tensor} has. `data` is a flat list in row-major
 * order: numbers; `"NaN"`, `"Infinity"` and `"-Infinity"` as strings; 64-bit integers beyond ±(2^53 - 1) as decimal
 * strings; `bool` as 0 and 1. `offset` counts bytes into the `.bin` beside the `.json`, which holds the values one
 * tensor after another, little-endian, each at a multiple of 8 bytes. Tied tensors have the same offset.
 */

/** The `format` of a `.json` state dict. */
export const JSON_FORMAT = "candil-state-dict";

/** The `version` of the layout. */
export const JSON_VERSION = 1;

/** Each tensor starts at a multiple of this many bytes of the `.bin`, so that any typed array can be laid over it. */
export const BIN_ALIGNMENT = 8;
