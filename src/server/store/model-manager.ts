/**
 * @module
 * Models that come and go while a server runs. All doors that register, scale or unregister models go through here.
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CandilError } from "../../errors.ts";
import { RequestError } from "../errors.ts";
import type { ModelRegistry } from "../models.ts";
import { loadOnce } from "../pool/load-once.ts";
import type { ModelInfo } from "../pool/job.ts";
import type { PoolObserver } from "../pool/observer.ts";
import { PooledModel } from "../pool/pooled-model.ts";
import type { ServedModel, ServingSettings } from "../served-model.ts";
import { isEmbedded } from "./file-names.ts";
import type { ModelFile } from "./model-file.ts";
import { isUrl } from "./model-store.ts";
import type { ModelStore } from "./model-store.ts";
import { settingsAtStart, settingsOfRequest } from "./registration.ts";
import type { RegisterRequest, RegistrationDefaults, StartRequest } from "./registration.ts";

/** What models are registered with. */
export interface ModelManagerOptions {
  /** Where they are offered. */
  readonly models: ModelRegistry;
  /** Where they come from; null when no store was configured. */
  readonly store: ModelStore | null;
  readonly defaults: RegistrationDefaults;
  readonly observer?: PoolObserver;
  /** Called after each change: something was registered, scaled or unregistered, or another version is the default. */
  readonly changed?: () => void;
  /** Called with what an archive's owner should know. */
  readonly note?: (url: string, note: string) => void;
  /** Called with what went wrong after the caller had his answer. */
  readonly failed?: (model: ServedModel, reason: unknown) => void;
  /** Milliseconds for which unregistering waits for running requests; 120 s. */
  readonly unregisterMs?: number;
  /** Whether a model may be fetched from an address; those of the public network. */
  readonly mayAsk?: (address: string) => boolean;
  /** The program of workers, as for a {@link PooledModel}. */
  readonly entry?: URL;
}

/** A model as it is to be opened. */
interface Order {
  readonly url: string;
  /** Its name in the store. */
  readonly file: string;
  readonly name: string | undefined;
  readonly handler?: string | undefined;
  readonly runtime?: string | undefined;
  readonly settings: (file: ModelFile, name: string) => ServingSettings;
  readonly atStart: boolean;
}

/** A model that was read and is not on offer yet; its name and version are reserved. */
interface Opened {
  readonly model: PooledModel;
  readonly settings: ServingSettings;
  readonly release: () => void;
}

/** Registers and unregisters models. */
export class ModelManager {
  readonly models: ModelRegistry;
  readonly store: ModelStore | null;
  readonly #options: ModelManagerOptions;
  /** Names and versions of models that are being loaded. */
  readonly #reserved = new Set<string>();
  /** Files that were fetched into the store, by the model that they are for. */
  readonly #fetched = new WeakMap<ServedModel, string>();

  constructor(options: ModelManagerOptions) {
    this.models = options.models;
    this.store = options.store;
    this.#options = options;
  }

  /**
   * Reads a model, offers it and starts its workers: while they load it, it is described, and its requests wait for them.
   * Nothing is left behind when that fails.
   * @returns the model; `settings.minWorkers` tells how many workers it has, or will have when not waited for
   * @throws RequestError in TorchServe's words: not in the store, this version is there already; and with file, line and way
   *   out when the archive cannot be served
   *
   * @example
   * await manager.register({ url: "mnist.mar", initialWorkers: 2 });
   */
  async register(request: RegisterRequest): Promise<{ model: ServedModel; settings: ServingSettings }> {
    const { url } = request;
    if (isUrl(url) && !url.includes("..")) return this.#registerFetched(request);
    return this.#register(request, url);
  }

  async #register(
    request: RegisterRequest,
    file: string,
  ): Promise<{ model: ServedModel; settings: ServingSettings }> {
    const { url, modelName, handler, runtime } = request;
    const { defaults } = this.#options;
    const opened = await this.#open({
      url,
      file,
      name: modelName,
      handler,
      runtime,
      settings: (file, name) => settingsOfRequest(request, file, name, defaults),
      atStart: false,
    });
    const { model, settings } = opened;
    if (file !== url) this.#fetched.set(model, file);
    const { minWorkers, maxWorkers } = settings;
    const now = request.synchronous === false ? Math.min(1, minWorkers) : minWorkers;
    this.#offer(opened);
    try {
      await model.scale(now, maxWorkers);
    } catch (error) {
      this.models.withdraw(model);
      await model.close(0);
      throw cannotLoad(model, error);
    }
    this.#options.changed?.();
    if (now < minWorkers) void this.#later(model, minWorkers, maxWorkers);
    return { model, settings };
  }

  /**
   * Loads models at the start of a server, all at once, and offers them in the order given. One that cannot be loaded is
   * passed over.
   * @param failed called with its name in the store and the reason
   */
  async start(
    requests: readonly StartRequest[],
    failed: (url: string, reason: unknown) => void,
  ): Promise<void> {
    const opened = await Promise.all(
      requests.map(async (request) => {
        try {
          return [await this.#openAtStart(request)];
        } catch (error) {
          failed(request.url, error);
          return [];
        }
      }),
    );
    for (const one of opened.flat()) this.#offer(one);
  }

  /**
   * Takes a version off the offer, the default one if none is named, lets its requests finish and ends its workers. A file
   * that had been fetched for it is removed from the store.
   * @throws RequestError in TorchServe's words: there is none, it is the default of several, or its requests did not end
   */
  async unregister(name: string, version?: string): Promise<void> {
    const { unregisterMs = 120_000, changed } = this.#options;
    const model = this.models.remove(name, version);
    const ended = await model.close(unregisterMs);
    await this.#removeFetched(this.#fetched.get(model));
    changed?.();
    if (!ended) throw new RequestError("timeout", `Timed out while cleaning resources: ${name}`);
  }

  /**
   * Changes the number of a model's workers.
   * @returns when the new ones are ready
   * @throws RequestError when there is no such model, or a worker could not load it
   */
  async scale(model: ServedModel, minWorkers: number, maxWorkers: number): Promise<void> {
    try {
      await model.scale(minWorkers, maxWorkers);
    } catch (error) {
      throw cannotStart(model, error);
    }
    this.#options.changed?.();
  }

  /** A model's name in the store: its URL, unless it was fetched from one. */
  fileOf(model: ServedModel): string {
    return this.#fetched.get(model) ?? model.url;
  }

  /** Lets a version answer where none is named. @throws RequestError in TorchServe's words */
  setDefault(name: string, version: string): void {
    this.models.setDefault(name, version);
    this.#options.changed?.();
  }

  async #registerFetched(
    request: RegisterRequest,
  ): Promise<{ model: ServedModel; settings: ServingSettings }> {
    const { store, defaults, mayAsk, note } = this.#options;
    if (store === null) throw noStore();
    const { download } = await import("./download.ts");
    const { name, sha256 } = await download(request.url, store.folder, {
      allowed: defaults.allowedUrls,
      ...(mayAsk === undefined ? {} : { mayAsk }),
    }).catch((error: unknown) => {
      // The client is not told what the server's network looks like; the log is.
      if (error instanceof Error && error.cause instanceof Error) note?.(request.url, error.cause.message);
      throw error;
    });
    note?.(request.url, `fetched as ${name}${sha256 === "" ? "" : `, sha256 ${sha256}`}`);
    try {
      return await this.#register(request, name);
    } catch (error) {
      await this.#removeFetched(name);
      throw error;
    }
  }

  async #removeFetched(name: string | undefined): Promise<void> {
    if (name !== undefined && this.store !== null) await rm(join(this.store.folder, name), { force: true });
  }

  async #openAtStart(request: StartRequest): Promise<Opened> {
    const { defaults } = this.#options;
    const opened = await this.#open({
      url: request.url,
      file: request.url,
      name: request.modelName,
      settings: (file, name) => settingsAtStart(request, file, name, defaults),
      atStart: true,
    });
    const { model, release, settings } = opened;
    try {
      await model.scale(settings.minWorkers, settings.maxWorkers);
    } catch (error) {
      release();
      await model.close(0);
      throw cannotLoad(model, error);
    }
    return opened;
  }

  /** Reads a model and reserves its name; if no worker is to load it, one does so for once and ends. */
  async #open(order: Order): Promise<Opened> {
    const { models, observer, defaults, entry, note } = this.#options;
    const file = await this.#read(order.file);
    for (const line of file.notes) note?.(order.url, line);
    const name = order.name === undefined || order.name === "" ? file.name : order.name;
    const { version } = file;
    const release = this.#reserve(name, version);
    try {
      models.checkFree(name, version);
      const settings = order.settings(file, name);
      const { source: own } = file;
      const source =
        own.kind === "archive" && order.handler !== undefined ? { ...own, handler: order.handler } : own;
      const limits = { maxImagePixels: defaults.maxImagePixels };
      const worker = { ...(entry === undefined ? {} : { entry }) };
      let info: ModelInfo | null = null;
      // As in TorchServe, a handler that a request names is looked for when there is a worker.
      if (settings.minWorkers === 0 && order.handler === undefined) {
        const timeoutMs = (settings.startupTimeout || defaults.startupTimeout) * 1000;
        const setup = { model: { name, version }, source, limits };
        info = await loadOnce({ ...worker, setup, timeoutMs }).catch((error: unknown) => {
          throw cannotLoad({ name, version }, error);
        });
      }
      const model = new PooledModel({
        ...worker,
        name,
        version,
        url: order.url,
        runtime: order.runtime ?? file.runtime,
        source,
        settings,
        limits,
        info,
        loadedAtStartup: order.atStart,
        ...(observer === undefined ? {} : { observer }),
      });
      return { model, settings, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #read(url: string): Promise<ModelFile> {
    const { store, defaults } = this.#options;
    if (isEmbedded(url) && (store === null || !(await store.has(url)))) {
      const { readEmbedded } = await import("./embedded.ts");
      return readEmbedded();
    }
    if (store === null) throw noStore();
    try {
      return await store.read(url, { defaultHandler: defaults.defaultHandler });
    } catch (error) {
      if (error instanceof RequestError || !(error instanceof CandilError)) throw error;
      throw new RequestError("invalidModel", `${url}: ${error.message}`, { cause: error });
    }
  }

  /** Two registrations of the same version at once: the second is told what it would be told after the first. */
  #reserve(name: string, version: string): () => void {
    const key = JSON.stringify([name, version]);
    if (this.#reserved.has(key)) {
      throw new RequestError("conflict", `Model version ${version} is already registered for model ${name}`);
    }
    this.#reserved.add(key);
    return () => this.#reserved.delete(key);
  }

  #offer({ model, release }: Opened): void {
    release();
    this.models.add(model);
  }

  async #later(model: PooledModel, minWorkers: number, maxWorkers: number): Promise<void> {
    try {
      await this.scale(model, minWorkers, maxWorkers);
    } catch (error) {
      this.#options.failed?.(model, error);
    }
  }
}

function noStore(): RequestError {
  return new RequestError("modelNotFound", "Model store has not been configured.");
}

type Named = Pick<ServedModel, "name" | "version">;

/** What is wrong with the model is its sender's to know; that a worker ended is the server's. */
function cannotLoad(model: Named, error: unknown): RequestError {
  if (!(error instanceof CandilError)) return cannotStart(model, error);
  const text = `Model "${model.name}" version ${model.version} cannot be loaded: ${error.message}`;
  return new RequestError("invalidModel", text, { cause: error });
}

/** TorchServe's words. */
function cannotStart({ name, version }: Named, error: unknown): RequestError {
  const text = `Failed to start workers for model ${name} version: ${version}`;
  return new RequestError("workerFailed", text, { cause: error });
}
