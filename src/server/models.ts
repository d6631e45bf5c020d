/**
 * @module
 * The models that a server offers, by name and version.
 */

import { ArgumentError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import { RequestError } from "./errors.ts";

/** TorchServe's rule for names. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_\-.]*$/;

/** Models by name, several versions of one name beside each other; the first version of a name is its default. */
export class ModelRegistry {
  readonly #models = new Map<string, Map<string, Model>>();

  constructor(models: Iterable<Model> = []) {
    for (const model of models) this.add(model);
  }

  /** @throws ArgumentError when the name has characters that a URL segment should not have, or the version is taken */
  add(model: Model): void {
    if (!NAME.test(model.name)) {
      throw new ArgumentError(
        `model name "${model.name}": expected letters, digits, "_", "-" and ".", beginning with a letter or digit`,
      );
    }
    const versions = this.#models.get(model.name) ?? new Map<string, Model>();
    if (versions.has(model.version)) {
      throw new ArgumentError(`Model version ${model.version} is already registered for model ${model.name}`);
    }
    versions.set(model.version, model);
    this.#models.set(model.name, versions);
  }

  /** The names, in order of their first registration. */
  names(): string[] {
    return [...this.#models.keys()];
  }

  /** The versions of a name, the default one first. @throws RequestError when there is no such model */
  versions(name: string): string[] {
    this.get(name);
    return [...(this.#models.get(name)?.keys() ?? [])];
  }

  /**
   * The model of a name: the version asked for, else the default one.
   * @throws RequestError in TorchServe's words
   */
  get(name: string, version?: string): Model {
    const versions = this.#models.get(name);
    if (versions === undefined) {
      // TorchServe's words and no more: clients compare them.
      throw new RequestError("modelNotFound", `Model not found: ${name}`);
    }
    const [byDefault] = versions.values();
    const found = version === undefined ? byDefault : versions.get(version);
    if (found === undefined) {
      throw new RequestError(
        "versionNotFound",
        `Model version: ${version} does not exist for model: ${name}`,
      );
    }
    return found;
  }
}
