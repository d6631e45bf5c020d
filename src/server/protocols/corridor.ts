/**
 * @module
 * The models on offer as the doors of the KServe protocols see them.
 */

import { RequestError } from "../errors.ts";
import type { ModelRegistry } from "../models.ts";
import type { Shelf } from "./door.ts";
import { entryOf } from "./repository.ts";
import type { Repository } from "./repository.ts";
import { subjectOf } from "./subject.ts";

/** What a shelf is made of. */
export interface ShelfOptions extends Pick<Shelf, "accepting" | "limits"> {
  readonly models: ModelRegistry;
  /** Loads and unloads models; without one they are those that the server was started with. */
  readonly repository?: Repository;
}

/** The models of a registry. */
export function shelfOf({ models, limits, accepting, repository }: ShelfOptions): Shelf {
  return {
    limits,
    names: () => models.names(),
    subject: (name, version) => subjectOf(models.get(name, version)),
    versions: (name) => models.versions(name),
    accepting,
    repository: repository ?? fixedRepository(models),
  };
}

/** The repository of a server whose models are those it was started with. */
function fixedRepository(models: ModelRegistry): Repository {
  const refuse = (name: string): never => {
    models.get(name);
    throw new RequestError(
      "methodNotAllowed",
      "The models of this server are those it was started with; candil kserve --enable_model_api loads and unloads.",
    );
  };
  return {
    index: () => models.all().map(entryOf),
    load: (name) => Promise.resolve(void models.get(name)),
    unload: (name) => Promise.resolve(refuse(name)),
  };
}
