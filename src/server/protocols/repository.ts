/**
 * @module
 * Loading and unloading models at run time, as the protocols ask for it.
 */

import type { RepositoryEntry } from "../../oip/index.ts";
import { isLoading } from "../served-model.ts";
import type { ServedModel } from "../served-model.ts";

/** The models that could be loaded, and those that are. */
export interface Repository {
  index(): RepositoryEntry[] | Promise<RepositoryEntry[]>;
  /** Resolves when the model is ready. @throws RequestError when it cannot be loaded */
  load(name: string): Promise<void>;
  /** Resolves when the model is gone. @throws RequestError when there is no such model */
  unload(name: string): Promise<void>;
}

/** A model on offer as the index lists it. */
export function entryOf(model: ServedModel): RepositoryEntry {
  const { name, version, healthy } = model;
  if (healthy) return { name, version, state: "READY", reason: "" };
  return isLoading(model)
    ? { name, version, state: "LOADING", reason: "" }
    : { name, version, state: "UNAVAILABLE", reason: "no worker answers" };
}

/** The models of a repository; `ready` leaves out those that are not on offer. */
export async function indexOf(repository: Repository, ready: boolean): Promise<RepositoryEntry[]> {
  const models = await repository.index();
  return models.filter(({ state }) => !ready || state === "READY");
}
