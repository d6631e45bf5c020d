/**
 * @module
 * Loading and unloading by name, as KServe's protocols ask for it: models of the store, within a bound on memory.
 */

import { stat } from "node:fs/promises";
import type { RepositoryEntry } from "../../oip/index.ts";
import { RequestError } from "../errors.ts";
import type { ModelRegistry } from "../models.ts";
import { entryOf } from "../protocols/repository.ts";
import type { Repository } from "../protocols/repository.ts";
import type { ServedModel } from "../served-model.ts";
import { folderSize } from "./folder-size.ts";
import { nameOfFile } from "./file-names.ts";
import { modelsBelow } from "./kserve-folder.ts";
import { bytesTaken, listOfTaken, mebibytes } from "./memory-budget.ts";
import type { ModelStore } from "./model-store.ts";
import type { RegisterRequest } from "./registration.ts";

/** Registers and unregisters; a ModelManager does. */
export interface Registrar {
  readonly models: ModelRegistry;
  readonly store: ModelStore | null;
  register(request: RegisterRequest): Promise<unknown>;
  unregister(name: string, version?: string): Promise<void>;
}

/**
 * The models of a store. One that would exceed the memory budget is refused, and none is unloaded in its place: whoever put
 * a model there counts on it, and can unload what it can spare.
 */
export class StoredRepository implements Repository {
  readonly #registrar: Registrar;
  readonly #budget: number | null;
  /** Loads follow each other, so that two of them do not both take what is left. */
  #last: Promise<unknown> = Promise.resolve();

  readonly #workers: number;

  /**
   * @param workers threads of each model that is loaded
   * @param budget bytes for all models together; null is no bound
   */
  constructor(registrar: Registrar, workers: number, budget: number | null = null) {
    this.#registrar = registrar;
    this.#workers = workers;
    this.#budget = budget;
  }

  /** Models on offer, and those of the store that are not. */
  async index(): Promise<RepositoryEntry[]> {
    const { models, store } = this.#registrar;
    const offered = models.all().map(entryOf);
    const urls = new Set(models.all().map(({ url }) => url));
    const waiting = (store === null ? [] : await modelsBelow(store.folder))
      .filter((url) => !urls.has(url))
      .map((url): RepositoryEntry => {
        return { name: nameOfFile(url), version: "", state: "UNAVAILABLE", reason: "not loaded" };
      });
    return [...offered, ...waiting];
  }

  /** A model that is there already stays as it is. */
  load(name: string): Promise<void> {
    const loading = this.#last.then(() => this.#load(name));
    this.#last = loading.catch(() => undefined);
    return loading;
  }

  /** All versions of a name, the default one last. */
  async unload(name: string): Promise<void> {
    const { models } = this.#registrar;
    const [byDefault, ...others] = models.versions(name);
    for (const version of [...others, byDefault]) await this.#registrar.unregister(name, version);
  }

  async #load(name: string): Promise<void> {
    const { models } = this.#registrar;
    if (models.names().includes(name)) return;
    const url = await this.#fileOf(name);
    await this.#checkFile(name, url);
    await this.#registrar.register({ url, modelName: name, initialWorkers: this.#workers });
    await this.#checkLoaded(name);
  }

  /** The file or folder of the store with this name, with or without its ending. */
  async #fileOf(name: string): Promise<string> {
    const { store } = this.#registrar;
    const files = store === null ? [] : await modelsBelow(store.folder);
    const found = files.find((file) => file === name) ?? files.find((file) => nameOfFile(file) === name);
    if (found !== undefined) return found;
    throw new RequestError("modelNotFound", `Model not found: ${name}`);
  }

  /** What is larger on disk than what is left will not be smaller in memory. */
  async #checkFile(name: string, url: string): Promise<void> {
    const { store, models } = this.#registrar;
    if (this.#budget === null || store === null) return;
    const path = await store.pathOf(url);
    const size = (await stat(path)).isDirectory() ? await folderSize(path) : (await stat(path)).size;
    if (bytesTaken(models.all()) + size > this.#budget) throw this.#refusal(name, size, models.all());
  }

  async #checkLoaded(name: string): Promise<void> {
    const { models } = this.#registrar;
    if (this.#budget === null || bytesTaken(models.all()) <= this.#budget) return;
    const size = bytesTaken(models.allOf(name));
    const others = models.all().filter((model) => model.name !== name);
    await this.unload(name);
    throw this.#refusal(name, size, others);
  }

  #refusal(name: string, size: number, others: readonly ServedModel[]): RequestError {
    return new RequestError(
      "unavailable",
      `Model "${name}" takes at least ${mebibytes(size)}; the budget of ${mebibytes(this.#budget ?? 0)} holds ${listOfTaken(others)}. ` +
        "Unload one of them, or raise --memory_budget.",
    );
  }
}
