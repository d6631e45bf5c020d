/**
 * @module
 * What can be imported, and what cannot.
 */

import { nearestName } from "../../errors.ts";
import type { Machine } from "../machine.ts";
import { PythonError, WAY_OUT } from "../python-error.ts";
import { PyObject } from "./object.ts";
import type { Value } from "./object.ts";

/** A module of the vocabulary: names and their values. */
export class Namespace extends PyObject {
  override readonly typeName = "module";
  readonly path: string;
  readonly #entries: Map<string, Value>;

  constructor(path: string, entries: Iterable<readonly [string, Value]>) {
    super();
    this.path = path;
    this.#entries = new Map(entries);
  }

  /** The names in it. */
  names(): string[] {
    return [...this.#entries.keys()];
  }

  /** The value of a name; undefined when there is none. */
  get(name: string): Value | undefined {
    return this.#entries.get(name);
  }

  /** Adds a name, while the vocabulary is put together. */
  add(name: string, value: Value): void {
    this.#entries.set(name, value);
  }

  /** A name that is missing is an {@link Absent}: refused when something is done with it. */
  override attribute(_machine: Machine, name: string): Value {
    return this.#entries.get(name) ?? this.absent(name);
  }

  /** What stands for a name that is not here. */
  absent(name: string): Absent {
    const near = nearestName(name, this.names());
    return new Absent(`${this.path}.${name}`, near === null ? null : `${this.path}.${near}`);
  }

  override repr(): string {
    return `<module '${this.path}'>`;
  }
}

/** A namespace from an object of names. */
export function namespace(path: string, entries: Readonly<Record<string, Value>>): Namespace {
  return new Namespace(path, Object.entries(entries));
}

/**
 * Something that candil does not know: an import, or a name of a known one. Files import much that a model does not
 * need, so having it is no error; doing anything with it is.
 */
export class Absent extends PyObject {
  override readonly typeName = "absent";
  readonly path: string;
  readonly #near: string | null;

  constructor(path: string, near: string | null = null) {
    super();
    this.path = path;
    this.#near = near;
  }

  /** The error of using it. */
  refusal(): PythonError {
    const near = this.#near === null ? "" : ` (the nearest that it knows is ${this.#near})`;
    return new PythonError("unsupported", `candil does not know ${this.path}${near}. ${WAY_OUT}`);
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    return name.startsWith("__") ? undefined : new Absent(`${this.path}.${name}`);
  }

  override setAttribute(): void {
    throw this.refusal();
  }

  override get callable(): boolean {
    return true;
  }

  override call(): Value {
    throw this.refusal();
  }

  override iterate(): Iterable<Value> {
    throw this.refusal();
  }

  override item(): Value {
    return this;
  }

  override setItem(): void {
    throw this.refusal();
  }

  override length(): number {
    throw this.refusal();
  }

  override truth(): boolean {
    throw this.refusal();
  }

  override binary(): Value | undefined {
    throw this.refusal();
  }

  override unary(): Value {
    throw this.refusal();
  }

  override compare(): Value | undefined {
    throw this.refusal();
  }

  override around(): void {
    throw this.refusal();
  }

  override repr(): string {
    return `<absent ${this.path}>`;
  }
}
