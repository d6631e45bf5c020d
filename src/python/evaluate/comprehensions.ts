/**
 * @module
 * Comprehensions and generator expressions to closures.
 */

import type { Comprehension } from "../syntax/ast.ts";
import { PyDict, PySet } from "../values/dict.ts";
import type { Value } from "../values/object.ts";
import { iterate, truth } from "../values/protocol.ts";
import { PyIterator, PyList } from "../values/sequences.ts";
import type { ExpressionCompiler } from "./compiler.ts";
import { guarded } from "./failure.ts";
import { closureOf, Frame } from "./frame.ts";
import type { Evaluate } from "./frame.ts";
import { comprehensionNames, Scope } from "./scope.ts";

/** Runs in a frame of its own; a generator expression does all its work at once. */
export function compileComprehension(compiler: ExpressionCompiler, node: Comprehension): Evaluate {
  const { scope, source } = compiler;
  const inner = compiler.within(new Scope("function", scope.enclosing, comprehensionNames(node)));
  const first = compiler.compile(node.clauses[0].iterable);
  const element = inner.compile(node.element);
  const entryValue = node.entryValue === null ? null : inner.compile(node.entryValue);
  const clauses = node.clauses.map(({ target, iterable, conditions }, i) => ({
    assign: inner.target(target),
    // The outermost iterable belongs to the scope around.
    iterable: i === 0 ? null : inner.compile(iterable),
    conditions: conditions.map((condition) => inner.compile(condition)),
  }));
  const size = inner.scope.size;
  const fill = (frame: Frame, level: number, entries: Value, add: (frame: Frame) => void): void => {
    const { assign, conditions } = clauses[level];
    const next = clauses.at(level + 1);
    for (const entry of iterate(frame.machine, entries)) {
      assign(frame, entry);
      if (!conditions.every((condition) => truth(frame.machine, condition(frame)))) continue;
      if (next?.iterable) fill(frame, level + 1, next.iterable(frame), add);
      else add(frame);
    }
  };
  return guarded(source, node.at, (outer) => {
    const { machine } = outer;
    const slots: (Value | undefined)[] = new Array<undefined>(size).fill(undefined);
    const frame = new Frame(machine, outer.globals, closureOf(outer, scope), slots, { owner: outer.owner });
    const entries = first(outer);
    if (node.type === "dict" && entryValue !== null) {
      const dict = new PyDict();
      fill(frame, 0, entries, (f) => dict.set(machine, element(f), entryValue(f)));
      return dict;
    }
    const items: Value[] = [];
    fill(frame, 0, entries, (f) => {
      items.push(element(f));
      machine.checkSize(items.length, "list");
    });
    if (node.type === "set") return new PySet(machine, items);
    return node.type === "list" ? new PyList(items) : new PyIterator(items, "generator");
  });
}
