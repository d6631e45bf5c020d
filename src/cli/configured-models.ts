/**
 * @module
 * The models that a configuration names: of the store, or embedded ones.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CandilError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import type { ModelToLoad, ServerConfig } from "../server/config/index.ts";
import { nameOfFile, openModel } from "./model-source.ts";

/** A model that was opened, and the file that it came from. */
export interface OpenedModel {
  readonly model: Model;
  readonly file: string;
}

/** What holds a model, by the ends of its name. */
const ENDINGS = /\.(mar|model|tar\.gz|pt|pth|safetensors)$/;

/** The models inside the package, which need no store. */
const EMBEDDED: ReadonlySet<string> = new Set(["mnist"]);

/**
 * Opens the models of a snapshot, else those of `load_models`. As in TorchServe, one that cannot be opened is told of and
 * passed over: the others are served.
 * @param failed called with the file and the reason
 */
export async function openConfiguredModels(
  config: ServerConfig,
  failed: (file: string, reason: unknown) => void,
): Promise<OpenedModel[]> {
  const opened: OpenedModel[] = [];
  for (const { name, url } of await modelsOf(config)) {
    try {
      opened.push({ model: await open(config.modelStore, name, url), file: url });
    } catch (error) {
      failed(url, error);
    }
  }
  return opened;
}

async function modelsOf(config: ServerConfig): Promise<readonly ModelToLoad[]> {
  const { snapshot, loadModels, modelStore } = config;
  if (snapshot !== null) {
    return [...snapshot.models].flatMap(([name, versions]) =>
      [...versions.values()].map(({ marName }) => ({ name, url: marName ?? name })),
    );
  }
  if (loadModels !== "all") return loadModels;
  if (modelStore === null) return [];
  const files = await readdir(modelStore);
  return files
    .filter((file) => ENDINGS.test(file) && !file.startsWith("."))
    .sort()
    .map((url) => ({ name: null, url }));
}

function open(store: string | null, name: string | null, url: string): Promise<Model> {
  const wanted = name ?? nameOfFile(url);
  // A file of the store comes before what the package holds: the operator has put it there.
  if (EMBEDDED.has(url)) return openModel({ model: url, net: "torchserve" }, wanted);
  if (/[/\\\0:]/.test(url) || url === "..") {
    throw new CandilError(
      `Model not found at: ${url} (expected the name of a file in the model store; no URL is loaded at the start)`,
    );
  }
  return openModel({ model: join(store ?? ".", url), net: "torchserve" }, wanted);
}
