/**
 * @module
 * Loading and unloading models at run time, as the protocols ask for it.
 */

/** What is said of one version of a model in the repository. */
export interface RepositoryEntry {
  readonly name: string;
  readonly version: string;
  readonly state: "READY" | "UNAVAILABLE" | "LOADING" | "UNLOADING";
  /** Why it is not ready; "" when it is. */
  readonly reason: string;
}

/** The models that could be loaded, and those that are. */
export interface Repository {
  index(): RepositoryEntry[] | Promise<RepositoryEntry[]>;
  /** Resolves when the model is ready. @throws RequestError when it cannot be loaded */
  load(name: string): Promise<void>;
  /** Resolves when the model is gone. @throws RequestError when there is no such model */
  unload(name: string): Promise<void>;
}
