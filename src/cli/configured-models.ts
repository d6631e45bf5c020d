/**
 * @module
 * The models that a configuration names, as requests to load them.
 */

import type { ServerConfig } from "../server/config/index.ts";
import { ModelStore } from "../server/store/model-store.ts";
import type { StartRequest } from "../server/store/registration.ts";

/** The models of a snapshot, else those of `load_models`: named ones, or all of the store. */
export async function configuredModels(config: ServerConfig): Promise<readonly StartRequest[]> {
  const { snapshot, loadModels, modelStore } = config;
  if (snapshot !== null) {
    return [...snapshot.models].flatMap(([modelName, versions]) =>
      // The default version first: the first of a name is its default.
      [...versions.values()]
        .sort((a, b) => Number(b.defaultVersion ?? false) - Number(a.defaultVersion ?? false))
        .map((state) => ({ modelName, url: state.marName ?? modelName, state })),
    );
  }
  if (loadModels !== "all") {
    return loadModels.map(({ name, url }) => ({ url, ...(name === null ? {} : { modelName: name }) }));
  }
  if (modelStore === null) return [];
  return (await new ModelStore(modelStore).list()).map((url) => ({ url }));
}
