/**
 * @module
 * Which names belong to which function.
 */

import type { Block, Comprehension, Expression, Parameter, Statement } from "../syntax/ast.ts";

/** Where a name is kept. */
export type Home =
  { readonly kind: "slot"; readonly depth: number; readonly index: number } | { readonly kind: "global" };

/** The names of a file, of a class body, or of a function or comprehension. */
export class Scope {
  readonly kind: "module" | "class" | "function";
  /** The scope in which free names are looked up: class bodies are left out of it, as in Python. */
  readonly parent: Scope | null;
  readonly #slots = new Map<string, number>();

  constructor(kind: Scope["kind"], parent: Scope | null, names: Iterable<string> = []) {
    this.kind = kind;
    this.parent = parent;
    for (const name of names) this.#slots.set(name, this.#slots.size);
  }

  /** How many slots a frame needs. */
  get size(): number {
    return this.#slots.size;
  }

  /** The scope that functions defined here look into. */
  get enclosing(): Scope | null {
    if (this.kind === "function") return this;
    return this.kind === "class" ? this.parent : null;
  }

  /** Finds a name from a frame of this scope; for a class body, from the frame around it. */
  resolve(name: string): Home {
    let depth = 0;
    for (let scope = this.enclosing; scope !== null; scope = scope.parent) {
      const index = scope.#slots.get(name);
      if (index !== undefined) return { kind: "slot", depth, index };
      depth += 1;
    }
    return { kind: "global" };
  }
}

/** The names that a function's frame holds: its parameters first, in their order. */
export function functionNames(parameters: readonly Parameter[], body: Block | Expression): string[] {
  const names = new Set(parameters.map(({ name }) => name));
  const outside = new Set<string>();
  const bound = new Set<string>();
  if (isBlock(body)) for (const statement of body) addBound(statement, bound, outside);
  else addNamed(body, bound);
  for (const name of bound) if (!outside.has(name)) names.add(name);
  return [...names];
}

/** The names that a comprehension's frame holds. */
export function comprehensionNames({ clauses }: Comprehension): string[] {
  const names = new Set<string>();
  for (const { target } of clauses) addTarget(target, names);
  return [...names];
}

function isBlock(body: Block | Expression): body is Block {
  return Array.isArray(body);
}

function addBound(statement: Statement, names: Set<string>, outside: Set<string>): void {
  switch (statement.kind) {
    case "global":
    case "nonlocal":
      for (const name of statement.names) outside.add(name);
      return;
    case "function":
    case "class":
      names.add(statement.name);
      addNamed(statement.decorators, names);
      return;
    case "import":
      for (const { path, alias } of statement.names) names.add(alias ?? path[0]);
      return;
    case "from":
      for (const { alias } of statement.names ?? []) names.add(alias);
      return;
    case "assign":
      for (const target of statement.targets) addTarget(target, names);
      break;
    case "augmented":
    case "for":
      addTarget(statement.target, names);
      break;
    case "delete":
      for (const target of statement.targets) addTarget(target, names);
      break;
    case "with":
      for (const { target } of statement.items) if (target !== null) addTarget(target, names);
      break;
    case "try":
      for (const { name } of statement.handlers) if (name !== null) names.add(name);
      break;
    default:
  }
  for (const block of innerBlocks(statement)) for (const inner of block) addBound(inner, names, outside);
  addNamed(statement, names);
}

function innerBlocks(statement: Statement): Block[] {
  switch (statement.kind) {
    case "if":
      return [...statement.branches.map(({ body }) => body), statement.otherwise];
    case "while":
    case "for":
      return [statement.body, statement.otherwise];
    case "try":
      return [
        statement.body,
        ...statement.handlers.map(({ body }) => body),
        statement.otherwise,
        statement.ending,
      ];
    case "with":
      return [statement.body];
    default:
      return [];
  }
}

function addTarget(target: Expression, names: Set<string>): void {
  if (target.kind === "name") names.add(target.name);
  else if (target.kind === "starred") addTarget(target.value, names);
  else if (target.kind === "tuple" || target.kind === "list") {
    for (const item of target.items) addTarget(item, names);
  }
}

/** Names bound by `:=` anywhere in an expression, also inside of comprehensions, but not in inner functions. */
function addNamed(node: unknown, names: Set<string>): void {
  if (typeof node !== "object" || node === null || node instanceof Uint8Array) return;
  if (Array.isArray(node)) {
    for (const entry of node) addNamed(entry, names);
    return;
  }
  const kind: unknown = "kind" in node ? node.kind : null;
  if (kind === "lambda" || kind === "function" || kind === "class") return;
  if (kind === "named" && "name" in node && typeof node.name === "string") names.add(node.name);
  for (const entry of Object.values(node)) addNamed(entry, names);
}
