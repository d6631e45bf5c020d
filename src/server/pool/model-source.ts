/**
 * @module
 * Where the threads of a model get it from.
 */

import { loadModel } from "../../model/load.ts";
import type { MnistNetName } from "../../model/mnist-net.ts";
import { Model } from "../../model/model.ts";
import { ArgumentError } from "../../errors.ts";

/**
 * A model as something that can be sent to a thread: a file's bytes, which all threads share, or a module of JavaScript
 * whose default export is a function `() => Model` (or a promise of one) for models that are written in TypeScript.
 */
export type ModelSource =
  | {
      readonly kind: "file";
      /** In a SharedArrayBuffer, so that weights are in memory once; see {@link sharedCopy}. */
      readonly bytes: Uint8Array;
      readonly net?: MnistNetName;
      readonly bin?: Uint8Array;
    }
  | { readonly kind: "module"; readonly url: string };

/** The name and version under which a model is served. */
export interface ModelName {
  readonly name: string;
  readonly version: string;
}

/**
 * Loads a model on this thread.
 * @throws FormatError, StateDictError, ArgumentError when there is none
 */
export async function openSource(source: ModelSource, { name, version }: ModelName): Promise<Model> {
  if (source.kind === "file") {
    const { bytes, net, bin } = source;
    return loadModel(bytes, {
      name,
      version,
      ...(net === undefined ? {} : { net }),
      ...(bin === undefined ? {} : { bin }),
    });
  }
  const module = (await import(source.url)) as { readonly default?: unknown };
  if (typeof module.default !== "function") {
    throw new ArgumentError(
      `${source.url}: expected a default export that is a function () => Model, got ${typeof module.default}`,
    );
  }
  const make = module.default as (name: ModelName) => unknown;
  const model = await make({ name, version });
  if (model instanceof Model) return model;
  throw new ArgumentError(`${source.url}: its default export returned no Model of candil`);
}
