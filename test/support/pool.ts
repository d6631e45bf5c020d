/**
 * @module
 * Models with real worker threads for tests, and jobs for them.
 */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultServing, PooledModel } from "../../src/server/index.ts";
import type { Job, PoolObserver, Question, ServingSettings } from "../../src/server/index.ts";
import { workerBundle } from "./worker-bundle.ts";
import { fuseVariable, gateVariable } from "./pool-model.ts";

/**
 * A model whose workers load ./pool-model.ts; they start again without waiting.
 * @param options.fromSource they read TypeScript file by file, as those of a candil that is not built
 */
export async function pooledModel(
  settings: Partial<ServingSettings> = {},
  options: { readonly name?: string; readonly observer?: PoolObserver; readonly fromSource?: boolean } = {},
): Promise<PooledModel> {
  const { entry, model } =
    options.fromSource === true
      ? { entry: null, model: new URL("./pool-model.ts", import.meta.url) }
      : await workerBundle();
  return new PooledModel({
    name: options.name ?? "mnist",
    version: "1.0",
    url: "mnist.pt",
    source: { kind: "module", url: model.href },
    ...(entry === null ? {} : { entry }),
    settings: { ...defaultServing, minWorkers: 0, maxWorkers: 0, ...settings },
    limits: { maxImagePixels: 1_000_000 },
    backOffMs: [0],
    ...(options.observer === undefined ? {} : { observer: options.observer }),
  });
}

/** A picture of numbers that all are `value`, except for the first one. */
export function numbers(first: number, value = 0.5): Float32Array {
  const data = new Float32Array(784).fill(value);
  data[0] = first;
  return data;
}

/** A question about numbers, answered in TorchServe's bytes. */
export function job(data: Float32Array, question: Question = { kind: "predict" }): Job {
  return { input: { kind: "numbers", data, shape: [1, 28, 28] }, question, form: { as: "bare" } };
}

/** A signal that never aborts. */
export const forEver = new AbortController().signal;

/** The files by which a test holds workers and ends them; see ./pool-model.ts. */
export class Traps {
  readonly #folder = mkdtempSync(join(tmpdir(), "candil-traps-"));
  readonly #gate = join(this.#folder, "gate");
  readonly #fuse = join(this.#folder, "fuse");

  /** Workers that start from now on know the files. */
  constructor() {
    process.env[gateVariable] = this.#gate;
    process.env[fuseVariable] = this.#fuse;
  }

  /** The next jobs with `traps.wait` wait. */
  shutGate(): void {
    writeFileSync(this.#gate, "");
  }

  /** Jobs with `traps.wait` go on. */
  openGate(): void {
    rmSync(this.#gate, { force: true });
  }

  /** The next job with `traps.exitOnce` ends its worker. */
  layFuse(): void {
    writeFileSync(this.#fuse, "");
  }

  /** Whether the fuse has been used. */
  get fuseIsGone(): boolean {
    return !existsSync(this.#fuse);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
