/**
 * @module
 * Functions written in Python.
 */

import type { PythonError } from "../python-error.ts";
import type { Machine } from "../machine.ts";
import { PyCallable } from "../values/descriptor.ts";
import type { Arguments, Value } from "../values/object.ts";
import { bind } from "../values/signature.ts";
import type { BoundParameter, Signature } from "../values/signature.ts";
import { Frame } from "./frame.ts";
import type { Globals } from "./frame.ts";

/** A dotted name that code uses, such as `F.relu`; the root is a global. */
export interface UsedName {
  readonly path: readonly string[];
  readonly error: (error: PythonError) => PythonError;
}

/** What is known of compiled code before it runs. */
export interface CodeFacts {
  /** Constructs outside of the subset, each as the error that running it throws. */
  readonly refusals: PythonError[];
  /** Global names and what is taken from them. */
  readonly used: UsedName[];
  /** Names of attributes, of whatever object. */
  readonly attributes: Set<string>;
}

/** The body of a function, compiled when it is first needed. */
export class FunctionCode {
  readonly name: string;
  /** Count of slots in a frame. */
  readonly size: number;
  readonly #compile: (facts: CodeFacts) => (frame: Frame) => Value;
  #body: ((frame: Frame) => Value) | null = null;
  readonly #facts: CodeFacts = { refusals: [], used: [], attributes: new Set() };

  constructor(name: string, size: number, compile: (facts: CodeFacts) => (frame: Frame) => Value) {
    this.name = name;
    this.size = size;
    this.#compile = compile;
  }

  /** What the code uses; compiles it. */
  get facts(): CodeFacts {
    this.#compiled();
    return this.#facts;
  }

  run(frame: Frame): Value {
    return this.#compiled()(frame);
  }

  #compiled(): (frame: Frame) => Value {
    this.#body ??= this.#compile(this.#facts);
    return this.#body;
  }
}

/** A function or lambda of the source, with the frame in which it was defined. */
export class PyFunction extends PyCallable {
  override readonly typeName = "function";
  readonly signature: Signature;
  readonly code: FunctionCode;
  readonly globals: Globals;
  readonly #closure: Frame | null;
  /** Attributes that the source sets on it. */
  readonly #attributes = new Map<string, Value>();
  /** How many arguments need no binding; -1 when all calls do. */
  readonly #plain: number;

  constructor(
    code: FunctionCode,
    parameters: readonly BoundParameter[],
    globals: Globals,
    closure: Frame | null,
  ) {
    super();
    this.signature = { name: code.name, parameters };
    this.code = code;
    this.globals = globals;
    this.#closure = closure;
    this.#plain = parameters.every(({ form }) => form === "positional") ? parameters.length : -1;
  }

  override call(machine: Machine, args: Arguments): Value {
    machine.step();
    const slots: (Value | undefined)[] =
      args.keywords === null && args.positional.length === this.#plain
        ? [...args.positional]
        : bind(this.signature, args);
    while (slots.length < this.code.size) slots.push(undefined);
    const frame = new Frame(machine, this.globals, this.#closure, slots, { owner: this.owner });
    return machine.nested(() => this.code.run(frame));
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    return this.#attributes.get(name) ?? (name === "__name__" ? this.code.name : undefined);
  }

  override setAttribute(_machine: Machine, name: string, value: Value | undefined): void {
    if (value === undefined) this.#attributes.delete(name);
    else this.#attributes.set(name, value);
  }

  override repr(): string {
    return `<function ${this.code.name}>`;
  }
}
