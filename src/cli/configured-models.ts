/**
 * @module
 * The models that a configuration names: of the store, or embedded ones; each on workers of its own.
 */

import type { ModelSettings, ModelToLoad, ServerConfig } from "../server/config/index.ts";
import { PooledModel } from "../server/pool/pooled-model.ts";
import type { PoolObserver } from "../server/pool/observer.ts";
import { defaultServing } from "../server/served-model.ts";
import type { ServedModel, ServingSettings } from "../server/served-model.ts";
import { readModelFile } from "../server/store/model-file.ts";
import type { ModelFile } from "../server/store/model-file.ts";
import { ModelStore } from "../server/store/model-store.ts";
import { isEmbedded } from "./model-source.ts";
import { embeddedSource } from "./serve-models.ts";

/**
 * Opens the models of a snapshot, else those of `load_models`. As in TorchServe, one that cannot be opened is told of and
 * passed over: the others are served.
 * @param failed called with the file and the reason
 */
export async function openConfiguredModels(
  config: ServerConfig,
  observer: PoolObserver,
  failed: (file: string, reason: unknown) => void,
): Promise<ServedModel[]> {
  const wanted = await modelsOf(config);
  const opened = await Promise.all(
    wanted.map(async (one) => {
      try {
        return [await open(one, config, observer)];
      } catch (error) {
        failed(one.url, error);
        return [];
      }
    }),
  );
  return opened.flat();
}

async function modelsOf(config: ServerConfig): Promise<readonly ModelToLoad[]> {
  const { snapshot, loadModels, modelStore } = config;
  if (snapshot !== null) {
    return [...snapshot.models].flatMap(([name, versions]) =>
      // The default version first: the first of a name is its default.
      [...versions.values()]
        .sort((a, b) => Number(b.defaultVersion ?? false) - Number(a.defaultVersion ?? false))
        .map(({ marName }) => ({ name, url: marName ?? name })),
    );
  }
  if (loadModels !== "all") return loadModels;
  if (modelStore === null) return [];
  return (await new ModelStore(modelStore).list()).map((url) => ({ name: null, url }));
}

async function open(
  { name, url }: ModelToLoad,
  config: ServerConfig,
  observer: PoolObserver,
): Promise<ServedModel> {
  const file = await read(url, config.modelStore);
  const settings = settingsFor(config, name ?? file.name, file);
  const model = new PooledModel({
    name: name ?? file.name,
    version: file.version,
    url,
    source: file.source,
    settings,
    limits: { maxImagePixels: config.maxImagePixels },
    loadedAtStartup: true,
    observer,
  });
  try {
    await model.scale(settings.minWorkers, settings.maxWorkers);
  } catch (error) {
    await model.close(0);
    throw error;
  }
  return model;
}

async function read(url: string, store: string | null): Promise<ModelFile> {
  if (isEmbedded(url)) return { name: url, version: "1.0", settings: {}, source: await embeddedSource() };
  const path = await new ModelStore(store ?? ".").pathOf(url);
  return readModelFile(path);
}

/** What the archive says wins over `models` of config.properties, and that over the defaults. */
function settingsFor(config: ServerConfig, name: string, file: ModelFile): ServingSettings {
  const { defaultWorkers, responseTimeout, startupTimeout, jobQueueSize } = config;
  const fromConfig = (config.snapshot?.models ?? config.modelSettings).get(name)?.get(file.version) ?? {};
  const settings = {
    ...defaultServing,
    responseTimeout,
    startupTimeout,
    jobQueueSize,
    ...servingPart(fromConfig),
    ...file.settings,
  };
  const minWorkers = settings.minWorkers ?? defaultWorkers;
  return { ...settings, minWorkers, maxWorkers: Math.max(minWorkers, settings.maxWorkers ?? minWorkers) };
}

function servingPart({
  defaultVersion: _default,
  marName: _file,
  ...rest
}: ModelSettings): Partial<ServingSettings> {
  return rest;
}
