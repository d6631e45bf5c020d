/**
 * @module
 * The shape of what `candil inspect` tells about a file of weights.
 */

import type { CheckpointFormat } from "./sniff.ts";

/** One tensor of a file. */
export interface CheckpointEntry {
  /** Where it stands, `model.conv1.weight` for `{"model": {"conv1.weight": ...}}`. */
  readonly name: string;
  /** The element type in the file, `bfloat16`; after reading it may be wider. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elements: number;
  /** Bytes of its elements in the file; tied and expanded tensors take fewer in truth. */
  readonly bytes: number;
}

/** What a file of weights holds. */
export interface CheckpointDescription {
  readonly format: CheckpointFormat;
  readonly entries: readonly CheckpointEntry[];
  /** What a reader may want to know: devices, byte order, other contents, metadata. */
  readonly notes: readonly string[];
  /** Why `loadCheckpoint` would refuse the file, one sentence each; empty when it would not for what it names. */
  readonly unsupported: readonly string[];
}
