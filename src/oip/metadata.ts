/**
 * @module
 * What servers and models say about themselves under the Open Inference Protocol.
 */

import type { Datatype } from "./datatypes.ts";

/** Who answers. */
export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  readonly extensions: readonly string[];
}

/** A tensor that a model takes or gives; -1 is an axis of any size. */
export interface TensorMetadata {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/** What a model takes and gives. */
export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
}

/** What is said of one version of a model in the repository. */
export interface RepositoryEntry {
  readonly name: string;
  readonly version: string;
  readonly state: "READY" | "UNAVAILABLE" | "LOADING" | "UNLOADING";
  /** Why it is not ready; "" when it is. */
  readonly reason: string;
}
