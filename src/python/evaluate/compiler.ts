/**
 * @module
 * Expressions to closures.
 */

import type { PythonError } from "../python-error.ts";
import { unsupported } from "../python-error.ts";
import type { Argument, Expression, Parameter } from "../syntax/ast.ts";
import type { SourceText } from "../syntax/source-text.ts";
import { PyDict, PySet } from "../values/dict.ts";
import { NO_ARGUMENTS } from "../values/object.ts";
import type { Arguments, Value } from "../values/object.ts";
import { callOrder } from "../values/order.ts";
import { call, getAttribute, getItem, iterate, truth } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyList, PyTuple } from "../values/sequences.ts";
import type { BoundParameter } from "../values/signature.ts";
import { PySlice } from "../values/slices.ts";
import { PySuper } from "../values/super.ts";
import { compileComprehension } from "./comprehensions.ts";
import { constant } from "./constants.ts";
import { compileString } from "./f-strings.ts";
import { guarded } from "./failure.ts";
import { closureOf } from "./frame.ts";
import type { Assign, Evaluate, Frame } from "./frame.ts";
import { FunctionCode, PyFunction } from "./function.ts";
import type { CodeFacts } from "./function.ts";
import { addKeyword, addKeywords } from "./keywords.ts";
import { assignName, readName } from "./names.ts";
import { binary, unary } from "./operators.ts";
import { functionNames, Scope } from "./scope.ts";
import { compileTarget } from "./targets.ts";

/** Compiles expressions of one scope of one file. */
export class ExpressionCompiler {
  readonly source: SourceText;
  readonly scope: Scope;
  readonly facts: CodeFacts;

  constructor(source: SourceText, scope: Scope, facts: CodeFacts) {
    this.source = source;
    this.scope = scope;
    this.facts = facts;
  }

  /** A closure that refuses a construct when it runs. */
  refuse(construct: string, at: number): () => never {
    const make = (): PythonError => unsupported(construct, this.source.place(at));
    this.facts.refusals.push(make());
    return () => {
      throw make();
    };
  }

  /** @throws nothing: what is outside of the subset throws when it runs */
  compile(node: Expression): Evaluate {
    switch (node.kind) {
      case "constant":
        return constant(node);
      case "name":
        this.#use([node.name], node.at);
        return guarded(this.source, node.at, readName(this.scope, node.name));
      case "attribute":
        return this.#attribute(node);
      case "subscript":
        return this.#subscript(node);
      case "slice":
        return this.#slice(node);
      case "call":
        return this.#call(node);
      case "tuple":
      case "list":
      case "set":
        return this.#display(node);
      case "dict":
        return this.#dict(node);
      case "starred":
        return this.refuse("a star outside of a call or list", node.at);
      case "unary":
        return this.#unary(node);
      case "binary":
        return this.#binary(node);
      case "compare":
        return this.#compare(node);
      case "logical":
        return this.#logical(node);
      case "conditional":
        return this.#conditional(node);
      case "string":
        return guarded(this.source, node.at, compileString(this, node.parts));
      case "named": {
        const value = this.compile(node.value);
        const assign = assignName(this.scope, node.name);
        return (frame) => {
          const result = value(frame);
          assign(frame, result);
          return result;
        };
      }
      case "lambda":
        return this.function("<lambda>", node.parameters, node.body, (compiler) =>
          compiler.compile(node.body),
        );
      case "comprehension":
        return compileComprehension(this, node);
      case "unsupported":
        return this.refuse(node.construct, node.at);
    }
  }

  /** A compiler for a scope inside this one that runs whenever this one does: what it meets is met here. */
  within(scope: Scope): ExpressionCompiler {
    return new ExpressionCompiler(this.source, scope, this.facts);
  }

  /** An assignment to a target. */
  target(node: Expression): Assign {
    return compileTarget(this, node);
  }

  #use(path: readonly string[], at: number): void {
    if (this.scope.resolve(path[0]).kind !== "global") return;
    this.facts.used.push({ path, error: (error) => error.locate(this.source.place(at)) });
  }

  #attribute(node: Expression & { kind: "attribute" }): Evaluate {
    const { name } = node;
    this.facts.attributes.add(name);
    const path = dottedPath(node);
    if (path !== null) this.#use(path, node.at);
    const object = this.compile(node.object);
    return guarded(this.source, node.at, (frame) => getAttribute(frame.machine, object(frame), name));
  }

  #subscript(node: Expression & { kind: "subscript" }): Evaluate {
    const object = this.compile(node.object);
    const index = this.compile(node.index);
    return guarded(this.source, node.at, (frame) => getItem(frame.machine, object(frame), index(frame)));
  }

  #slice({ start, stop, step }: Expression & { kind: "slice" }): Evaluate {
    const [from, to, by] = [start, stop, step].map((part) => (part === null ? null : this.compile(part)));
    return (frame) => new PySlice(from?.(frame) ?? null, to?.(frame) ?? null, by?.(frame) ?? null);
  }

  #call(node: Expression & { kind: "call" }): Evaluate {
    if (node.callee.kind === "name" && node.callee.name === "super" && node.arguments.length === 0) {
      return guarded(this.source, node.at, superOf);
    }
    const callee = this.compile(node.callee);
    const args = this.arguments(node.arguments);
    return guarded(this.source, node.at, (frame) => {
      const target = callee(frame);
      return call(frame.machine, target, args(frame));
    });
  }

  /** The arguments of a call. */
  arguments(nodes: readonly Argument[]): (frame: Frame) => Arguments {
    if (nodes.length === 0) return () => NO_ARGUMENTS;
    const parts = nodes.map(({ form, name, value }) => ({ form, name, value: this.compile(value) }));
    if (parts.every(({ form }) => form === "positional")) {
      return (frame) => ({ positional: parts.map(({ value }) => value(frame)), keywords: null });
    }
    return (frame) => {
      const positional: Value[] = [];
      const keywords = new Map<string, Value>();
      for (const { form, name, value } of parts) {
        if (form === "positional") positional.push(value(frame));
        else if (form === "star") positional.push(...iterate(frame.machine, value(frame)));
        else if (form === "keyword") addKeyword(keywords, name, value(frame));
        else addKeywords(frame, keywords, value(frame));
      }
      return { positional, keywords: keywords.size === 0 ? null : keywords };
    };
  }

  /** Entries of a display, stars spread out. */
  #entries(nodes: readonly Expression[]): (frame: Frame) => Value[] {
    const parts = nodes.map((node) => ({
      star: node.kind === "starred",
      value: this.compile(node.kind === "starred" ? node.value : node),
    }));
    if (parts.every(({ star }) => !star)) return (frame) => parts.map(({ value }) => value(frame));
    return (frame) =>
      parts.flatMap(({ star, value }) => (star ? [...iterate(frame.machine, value(frame))] : [value(frame)]));
  }

  #display(node: Expression & { kind: "tuple" | "list" | "set" }): Evaluate {
    const entries = this.#entries(node.items);
    if (node.kind === "tuple") return (frame) => new PyTuple(entries(frame));
    if (node.kind === "list") return (frame) => new PyList(entries(frame));
    return guarded(this.source, node.at, (frame) => new PySet(frame.machine, entries(frame)));
  }

  #dict(node: Expression & { kind: "dict" }): Evaluate {
    const parts = node.entries.map(({ key, value }) => ({
      key: key === null ? null : this.compile(key),
      value: this.compile(value),
    }));
    return guarded(this.source, node.at, (frame) => {
      const { machine } = frame;
      const dict = new PyDict();
      for (const { key, value } of parts) {
        if (key !== null) {
          dict.set(machine, key(frame), value(frame));
          continue;
        }
        const other = value(frame);
        if (!(other instanceof PyDict)) raise("TypeError", "the value behind ** must be a dict");
        for (const [k, v] of other.entries()) dict.set(machine, k, v);
      }
      return dict;
    });
  }

  #unary({ operator, value, at }: Expression & { kind: "unary" }): Evaluate {
    const operand = this.compile(value);
    if (operator === "not") return guarded(this.source, at, (frame) => !truth(frame.machine, operand(frame)));
    return guarded(this.source, at, (frame) => unary(frame.machine, operator, operand(frame)));
  }

  #binary(node: Expression & { kind: "binary" }): Evaluate {
    const { operator } = node;
    const left = this.compile(node.left);
    const right = this.compile(node.right);
    return guarded(this.source, node.at, (frame) =>
      binary(frame.machine, operator, left(frame), right(frame)),
    );
  }

  #compare(node: Expression & { kind: "compare" }): Evaluate {
    const first = this.compile(node.first);
    const rest = node.rest.map(({ operator, right }) => ({ operator, right: this.compile(right) }));
    return guarded(this.source, node.at, (frame) => {
      let left = first(frame);
      let result: Value = true;
      for (const { operator, right } of rest) {
        const next = right(frame);
        result = callOrder(frame.machine, operator, left, next);
        if (rest.length > 1 && !truth(frame.machine, result)) return result;
        left = next;
      }
      return result;
    });
  }

  #logical(node: Expression & { kind: "logical" }): Evaluate {
    const left = this.compile(node.left);
    const right = this.compile(node.right);
    const wanted = node.operator === "or";
    return guarded(this.source, node.at, (frame) => {
      const value = left(frame);
      return truth(frame.machine, value) === wanted ? value : right(frame);
    });
  }

  #conditional(node: Expression & { kind: "conditional" }): Evaluate {
    const condition = this.compile(node.condition);
    const yes = this.compile(node.yes);
    const no = this.compile(node.no);
    return guarded(this.source, node.at, (frame) =>
      truth(frame.machine, condition(frame)) ? yes(frame) : no(frame),
    );
  }

  /** Something that makes a function when it runs. `compileBody` compiles in the function's own scope. */
  function(
    name: string,
    parameters: readonly Parameter[],
    body: Parameters<typeof functionNames>[1],
    compileBody: (compiler: ExpressionCompiler) => (frame: Frame) => Value,
  ): (frame: Frame) => PyFunction {
    const { source, scope } = this;
    const defaults = this.#defaults(parameters);
    const inner = new Scope("function", scope.enclosing, functionNames(parameters, body));
    const code = new FunctionCode(name, inner.size, (facts) =>
      compileBody(new ExpressionCompiler(source, inner, facts)),
    );
    return (frame) => new PyFunction(code, defaults(frame), frame.globals, closureOf(frame, scope));
  }

  #defaults(parameters: readonly Parameter[]): (frame: Frame) => BoundParameter[] {
    const parts = parameters.map(({ name, form, fallback }) => ({
      name,
      form,
      fallback: fallback === null ? null : this.compile(fallback),
    }));
    return (frame) => parts.map(({ name, form, fallback }) => ({ name, form, fallback: fallback?.(frame) }));
  }
}

/** `a.b.c` as names; null when it begins with something else. */
function dottedPath(node: Expression): string[] | null {
  if (node.kind === "name") return [node.name];
  if (node.kind !== "attribute") return null;
  const before = dottedPath(node.object);
  return before === null ? null : [...before, node.name];
}

/** `super()` finds class and instance in the frame of the method. */
function superOf(frame: Frame): Value {
  for (let method: Frame | null = frame; method !== null; method = method.parent) {
    const self = method.slots.at(0);
    if (method.owner !== null && self !== undefined && method.parent?.owner !== method.owner) {
      return new PySuper(method.owner, self);
    }
  }
  return raise("RuntimeError", "super(): no arguments");
}
