/**
 * @module
 * One run of Python source: its limits, its vocabulary, and how far it has come.
 */

import { defaultGenerator } from "../tensor/random.ts";
import type { Generator } from "../tensor/random.ts";
import { limitError } from "./python-error.ts";
import type { MethodTable } from "./values/bound-method.ts";
import type { PyObject, Value } from "./values/object.ts";

/** Methods of the built-in types. */
export interface BuiltinMethods {
  readonly str: MethodTable;
  readonly int: MethodTable;
  readonly bytes: MethodTable;
  readonly list: MethodTable;
  readonly tuple: MethodTable;
  readonly dict: MethodTable;
  readonly set: MethodTable;
}

/** How much a source may do. */
export interface MachineLimits {
  /** Statements, calls and entries looked at in one run: loading a file, building a model, or one forward. */
  readonly steps: number;
  /** Calls and comparisons inside of each other. */
  readonly depth: number;
  /** Entries of one list, dict or set, and characters of one string. */
  readonly size: number;
  /** Elements of all parameters and buffers that a source creates. */
  readonly elements: number;
}

/** Enough for any image classifier, and over in seconds. */
export const DEFAULT_LIMITS: MachineLimits = {
  steps: 5_000_000,
  depth: 250,
  size: 1_000_000,
  elements: 500_000_000,
};

/** What a machine knows besides the language. */
export interface Vocabulary {
  /** Names that are there without an import. */
  readonly builtins: ReadonlyMap<string, Value>;
  /** What `import` finds, under dotted names; inner modules are attributes of the outer ones. */
  readonly modules: ReadonlyMap<string, PyObject>;
  readonly methods: BuiltinMethods;
  /** `type(value)`. */
  readonly typeOf: (value: Value) => Value;
}

/** The state of a run. Every function of the evaluator takes it. */
export class Machine {
  readonly limits: MachineLimits;
  readonly builtins: ReadonlyMap<string, Value>;
  readonly modules: ReadonlyMap<string, PyObject>;
  readonly methods: BuiltinMethods;
  readonly typeOf: (value: Value) => Value;
  /** Receives what the source prints, a line at a time; nothing unless set. */
  print: (line: string) => void = () => undefined;
  /** Whether new layers get PyTorch's random initial values; without, weights are zeros until they are loaded. */
  initialize = true;
  /** Where dropout and random tensors draw from. */
  generator: Generator = defaultGenerator;
  /** Finds modules that the vocabulary lacks: other files beside this one, see {@link SourceFiles}. */
  importer: (path: string) => PyObject | undefined = () => undefined;
  #steps = 0;
  #depth = 0;
  #elements = 0;
  #identities = new WeakMap<object, number>();
  #nextIdentity = 1;

  constructor(vocabulary: Vocabulary, limits: Partial<MachineLimits> = {}) {
    this.builtins = vocabulary.builtins;
    this.modules = vocabulary.modules;
    this.methods = vocabulary.methods;
    this.typeOf = vocabulary.typeOf;
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** The module under a dotted path, relative ones with their dots; undefined when nobody knows it. */
  findModule(path: string): PyObject | undefined {
    return this.modules.get(path) ?? this.importer(path);
  }

  /** Counts one step. @throws PythonError of kind "limit" when there were too many */
  step(): void {
    this.#steps += 1;
    if (this.#steps > this.limits.steps) {
      throw limitError(`stopped after ${this.limits.steps} steps: does a loop never end?`);
    }
  }

  /** Runs something from outside of Python, with all steps ahead of it. */
  run<T>(body: () => T): T {
    if (this.#depth === 0) this.#steps = 0;
    return this.nested(body);
  }

  /** Runs something one level deeper. @throws PythonError of kind "limit" when that is too deep */
  nested<T>(body: () => T): T {
    if (this.#depth >= this.limits.depth) {
      throw limitError(
        `calls nest deeper than ${this.limits.depth}: does a function call itself without end?`,
      );
    }
    this.#depth += 1;
    try {
      return body();
    } finally {
      this.#depth -= 1;
    }
  }

  /** @throws PythonError of kind "limit" when a container or string would grow too large */
  checkSize(size: number, what: string): void {
    if (size > this.limits.size) {
      throw limitError(`a ${what} of ${size} entries; the limit is ${this.limits.size}`);
    }
  }

  /** Counts elements of new tensors of the source. @throws PythonError of kind "limit" when there are too many */
  allocate(elements: number): void {
    this.#elements += elements;
    if (!(this.#elements <= this.limits.elements)) {
      throw limitError(`tensors of more than ${this.limits.elements} elements in all`);
    }
  }

  /** A number that stands for the identity of an object. */
  identity(object: object): number {
    let id = this.#identities.get(object);
    if (id === undefined) {
      id = this.#nextIdentity;
      this.#nextIdentity += 1;
      this.#identities.set(object, id);
    }
    return id;
  }
}
