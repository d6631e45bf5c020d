/**
 * @module
 * The models that a server offers, by name and version.
 */

import { ArgumentError } from "../errors.ts";
import { RequestError } from "./errors.ts";
import type { ServedModel } from "./served-model.ts";

/** TorchServe's rule for names. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_\-.]*$/;

interface Versions {
  readonly models: Map<string, ServedModel>;
  byDefault: string;
}

/** Models by name, several versions of one name beside each other; the first version of a name is its default. */
export class ModelRegistry {
  readonly #names = new Map<string, Versions>();

  constructor(models: Iterable<ServedModel> = []) {
    for (const model of models) this.add(model);
  }

  /**
   * @throws ArgumentError when the name has characters that a URL segment should not have
   * @throws RequestError ("conflict") when the version is taken
   */
  add(model: ServedModel): void {
    const { name, version } = model;
    this.checkFree(name, version);
    const versions = this.#names.get(name);
    if (versions === undefined) {
      this.#names.set(name, { models: new Map([[version, model]]), byDefault: version });
    } else {
      versions.models.set(version, model);
    }
  }

  /** Throws what {@link add} would throw. */
  checkFree(name: string, version: string): void {
    if (!NAME.test(name)) {
      throw new ArgumentError(
        `model name "${name}": expected letters, digits, "_", "-" and ".", beginning with a letter or digit`,
      );
    }
    if (this.#names.get(name)?.models.has(version) === true) {
      throw new RequestError("conflict", `Model version ${version} is already registered for model ${name}`);
    }
  }

  /** The names, in order of their first registration. */
  names(): string[] {
    return [...this.#names.keys()];
  }

  /** Every version of every model. */
  all(): ServedModel[] {
    return [...this.#names.values()].flatMap(({ models }) => [...models.values()]);
  }

  /**
   * The model of a name: the version asked for, else the default one.
   * @throws RequestError in TorchServe's words
   */
  get(name: string, version?: string): ServedModel {
    const versions = this.#versionsOf(name);
    const found = versions.models.get(version ?? versions.byDefault);
    if (found !== undefined) return found;
    throw new RequestError("versionNotFound", `Model version: ${version} does not exist for model: ${name}`);
  }

  /** All models of a name, in order of their registration. @throws RequestError when there is none */
  allOf(name: string): ServedModel[] {
    return [...this.#versionsOf(name).models.values()];
  }

  /** The versions of a name, the default one first. @throws RequestError when there is no such model */
  versions(name: string): string[] {
    const { models, byDefault } = this.#versionsOf(name);
    return [byDefault, ...[...models.keys()].filter((version) => version !== byDefault)];
  }

  /** Lets a version answer where none is named. @throws RequestError in TorchServe's words */
  setDefault(name: string, version: string): void {
    const versions = this.#versionsOf(name);
    if (!versions.models.has(version)) {
      // Without the colons of the other message, as TorchServe has it.
      throw new RequestError("versionNotFound", `Model version ${version} does not exist for model ${name}`);
    }
    versions.byDefault = version;
  }

  /**
   * Takes a version out of the offer, the default one if none is named; its workers are left to the caller.
   * @throws RequestError in TorchServe's words: an unknown one, or the default while there are others
   */
  remove(name: string, version?: string): ServedModel {
    const model = this.get(name, version);
    const versions = this.#versionsOf(name);
    if (versions.models.size > 1 && model.version === versions.byDefault) {
      throw new RequestError("versionInUse", `Cannot remove default version for model ${name}`);
    }
    versions.models.delete(model.version);
    if (versions.models.size === 0) this.#names.delete(name);
    return model;
  }

  /**
   * Takes a model out of the offer that turned out not to be servable; one that is not there any more is no matter. If it was the
   * default, the next of its versions takes its place.
   */
  withdraw(model: ServedModel): void {
    const versions = this.#names.get(model.name);
    if (versions === undefined || versions.models.get(model.version) !== model) return;
    versions.models.delete(model.version);
    const [next] = versions.models.keys();
    if (next === undefined) this.#names.delete(model.name);
    else if (versions.byDefault === model.version) versions.byDefault = next;
  }

  #versionsOf(name: string): Versions {
    const versions = this.#names.get(name);
    // TorchServe's words and no more: clients compare them.
    if (versions === undefined) throw new RequestError("modelNotFound", `Model not found: ${name}`);
    return versions;
  }
}
