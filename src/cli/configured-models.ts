/**
 * @module
 * The models that a configuration names, as requests to load them.
 */

import { CandilError } from "../errors.ts";
import type { ServerConfig, Snapshot } from "../server/config/index.ts";
import { isEmbedded } from "../server/store/file-names.ts";
import { ModelStore } from "../server/store/model-store.ts";
import type { StartRequest } from "../server/store/registration.ts";

/**
 * The models of a snapshot, else those of `load_models`: named ones, or all of the store.
 * @throws CandilError when a snapshot names a file that is no longer in the store: a server that comes back without one of its
 *   models is worse than one that says why it does not
 */
export async function configuredModels(config: ServerConfig): Promise<readonly StartRequest[]> {
  const { snapshot, loadModels, modelStore } = config;
  if (snapshot !== null) {
    if (modelStore !== null) await requireFiles(snapshot, new ModelStore(modelStore));
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

async function requireFiles({ name, models }: Snapshot, store: ModelStore): Promise<void> {
  for (const [model, versions] of models) {
    for (const [version, { marName }] of versions) {
      if (marName === undefined || isEmbedded(marName) || (await store.has(marName))) continue;
      throw new CandilError(
        `snapshot ${name}: Model archive file for model ${model}, version ${version} not found in model store: expected ${marName} ` +
          `in ${store.folder}. Put it back, or start with --ncs, which takes no snapshot.`,
      );
    }
  }
}
