/**
 * @module
 * Loading and unloading models at run time, as the protocols ask for it.
 */

import type { RepositoryEntry } from "../../oip/index.ts";

/** The models that could be loaded, and those that are. */
export interface Repository {
  index(): RepositoryEntry[] | Promise<RepositoryEntry[]>;
  /** Resolves when the model is ready. @throws RequestError when it cannot be loaded */
  load(name: string): Promise<void>;
  /** Resolves when the model is gone. @throws RequestError when there is no such model */
  unload(name: string): Promise<void>;
}
