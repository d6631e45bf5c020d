/**
 * @module
 * The left sides of assignments.
 */

import type { Expression } from "../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import type { Value } from "../values/object.ts";
import { listOf, setAttribute, setItem } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyList } from "../values/sequences.ts";
import type { ExpressionCompiler } from "./compiler.ts";
import { located } from "./failure.ts";
import type { Assign, Frame } from "./frame.ts";
import { assignName, deleteName } from "./names.ts";

/** An assignment to a name, attribute, entry, or to several at once. */
export function compileTarget(compiler: ExpressionCompiler, node: Expression): Assign {
  switch (node.kind) {
    case "name":
      return assignName(compiler.scope, node.name);
    case "attribute": {
      const object = compiler.compile(node.object);
      const { name } = node;
      return placed(compiler, node.at, (frame, value) => {
        setAttribute(frame.machine, object(frame), name, value);
      });
    }
    case "subscript": {
      const object = compiler.compile(node.object);
      const index = compiler.compile(node.index);
      return placed(compiler, node.at, (frame, value) => {
        setItem(frame.machine, object(frame), index(frame), value);
      });
    }
    case "tuple":
    case "list":
      return compileUnpacking(compiler, node.items, node.at);
    default:
      return compiler.refuse("this assignment target", node.at);
  }
}

function placed(compiler: ExpressionCompiler, at: number, assign: Assign): Assign {
  return (frame, value) => {
    try {
      assign(frame, value);
    } catch (error) {
      throw located(error, compiler.source, at);
    }
  };
}

function compileUnpacking(compiler: ExpressionCompiler, items: readonly Expression[], at: number): Assign {
  const targets = items.map((item) => compileTarget(compiler, item.kind === "starred" ? item.value : item));
  const star = items.findIndex(({ kind }) => kind === "starred");
  return placed(compiler, at, (frame, value) => {
    const parts = spread(frame.machine, value, targets.length, star);
    targets.forEach((assign, i) => assign(frame, parts[i]));
  });
}

/** One value for each target; the starred one takes a list of what the others leave. */
function spread(machine: Machine, value: Value, count: number, star: number): Value[] {
  const values = listOf(machine, value);
  if (star < 0 ? values.length !== count : values.length < count - 1) {
    const atLeast = star < 0 ? "" : "at least ";
    const expected = star < 0 ? count : count - 1;
    raise("ValueError", `cannot unpack ${values.length} values into ${atLeast}${expected}`);
  }
  if (star < 0) return values;
  const behind = count - star - 1;
  const middle = new PyList(values.slice(star, values.length - behind));
  return [...values.slice(0, star), middle, ...values.slice(values.length - behind)];
}

/** `del` of a name, attribute or entry. */
export function compileDeletion(compiler: ExpressionCompiler, node: Expression): (frame: Frame) => void {
  if (node.kind === "name") return deleteName(compiler.scope, node.name);
  if (node.kind === "attribute") {
    const object = compiler.compile(node.object);
    return (frame) => setAttribute(frame.machine, object(frame), node.name, undefined);
  }
  if (node.kind === "subscript") {
    const object = compiler.compile(node.object);
    const index = compiler.compile(node.index);
    return (frame) => setItem(frame.machine, object(frame), index(frame), undefined);
  }
  return compiler.refuse("this target of del", node.at);
}
