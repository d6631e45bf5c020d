/**
 * @module
 * The models that `candil serve` is told to serve, on workers or on the server's own thread.
 */

import { CandilError } from "../errors.ts";
import type { MnistNetName } from "../model/mnist-net.ts";
import { availableCpus } from "../server/available-cpus.ts";
import type { ModelSource } from "../server/pool/model-source.ts";
import type { PoolObserver } from "../server/pool/observer.ts";
import { PooledModel } from "../server/pool/pooled-model.ts";
import { defaultLimits } from "../server/limits.ts";
import { defaultServing } from "../server/served-model.ts";
import type { ServedModel } from "../server/served-model.ts";
import { readEmbedded } from "../server/store/embedded.ts";
import { isEmbedded, nameOfFile } from "../server/store/file-names.ts";
import { readModelFile } from "../server/store/model-file.ts";
import { ModelStore } from "../server/store/model-store.ts";
import { explainMissing } from "./model-source.ts";
import { UsageError } from "./usage-error.ts";
import { aboutFile } from "./weights-file.ts";

/** What the command line says about models. */
export interface ModelChoice {
  /** `NAME=FILE`, a file, which is named after itself, the name of an embedded model, or `all` of the store. */
  readonly models: readonly string[];
  readonly modelStore?: string;
  readonly net: MnistNetName;
  /** Threads for each model; 0 is this thread. */
  readonly workers?: number;
}

/** A model that was named and read, but not loaded. */
interface NamedSource {
  readonly name: string;
  /** As it was named. */
  readonly file: string;
  readonly source: ModelSource;
}

/**
 * Reads all models and starts to load them.
 * @returns what opens them: they can answer when it resolves. Meanwhile this thread is free for other work.
 * @throws UsageError for what the command line should not say
 * @throws CandilError naming the file that holds no model, also when what was returned is called
 */
export async function startModels(
  choice: ModelChoice,
  observer: PoolObserver,
): Promise<() => Promise<ServedModel[]>> {
  const named = await Promise.all((await entriesOf(choice)).map((entry) => readEntry(entry, choice)));
  const workers = choice.workers ?? availableCpus();
  const opening = Promise.allSettled(
    named.map((one) => (workers === 0 ? openHere(one) : openOnWorkers(one, workers, observer))),
  );
  return async () => {
    const opened = await opening;
    const models = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    for (const result of opened) {
      if (result.status === "fulfilled") continue;
      await Promise.all(models.map((model) => model.close(0)));
      throw result.reason;
    }
    return models;
  };
}

async function entriesOf({ models, modelStore }: ModelChoice): Promise<readonly string[]> {
  if (!models.includes("all")) return models;
  if (modelStore === undefined) {
    throw new UsageError("--models all needs --model-store DIR, or name the files");
  }
  const found = await new ModelStore(modelStore).list();
  if (found.length === 0) throw new UsageError(`--models all: there is no model in ${modelStore}`);
  return found;
}

async function readEntry(entry: string, { modelStore, net }: ModelChoice): Promise<NamedSource> {
  const mark = entry.indexOf("=");
  if (mark === 0) throw new UsageError(`--models: expected NAME=FILE, got "${entry}"`);
  const file = entry.slice(mark + 1);
  const name = mark > 0 ? entry.slice(0, mark) : nameOfFile(file);
  if (isEmbedded(file)) {
    return { name, file, source: (await readEmbedded()).source };
  }
  try {
    const path = modelStore === undefined ? file : await inStore(new ModelStore(modelStore), file);
    const { source } = await aboutFile(file, () => readModelFile(path, { net }));
    return { name, file, source };
  } catch (error) {
    throw explainMissing(error, file);
  }
}

/** A file is looked for in the store first, as TorchServe does, and then where the command line says. */
async function inStore(store: ModelStore, file: string): Promise<string> {
  try {
    return await store.pathOf(file);
  } catch (error) {
    if (error instanceof CandilError) return file;
    throw error;
  }
}

async function openHere({ name, file, source }: NamedSource): Promise<ServedModel> {
  const [{ InProcessModel }, { openSource }] = await Promise.all([
    import("../server/pool/in-process-model.ts"),
    import("../server/pool/model-source.ts"),
  ]);
  const model = await aboutFile(file, () => openSource(source, { name, version: "1.0" }));
  return new InProcessModel(model, { url: file });
}

async function openOnWorkers(
  { name, file, source }: NamedSource,
  workers: number,
  observer: PoolObserver,
): Promise<ServedModel> {
  const settings = { ...defaultServing, minWorkers: workers, maxWorkers: workers };
  const limits = { maxImagePixels: defaultLimits.maxImagePixels };
  const model = new PooledModel({
    name,
    version: "1.0",
    url: file,
    source,
    settings,
    limits,
    loadedAtStartup: true,
    observer,
  });
  try {
    await aboutFile(file, () => model.scale(workers, workers));
  } catch (error) {
    await model.close(0);
    throw error;
  }
  return model;
}
