/**
 * @module
 * Imports. What candil does not know becomes a value that is refused when it is used.
 */

import { unsupported } from "../python-error.ts";
import type { Statement } from "../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { Absent, Namespace } from "../values/namespace.ts";
import type { PyObject, Value } from "../values/object.ts";
import { PythonRaised } from "../values/raise.ts";
import type { ExpressionCompiler } from "./compiler.ts";
import type { Frame } from "./frame.ts";
import { assignName } from "./names.ts";

type ImportStatement = Statement & { kind: "import" | "from" };

/** @param inTry whether the source is prepared for an ImportError */
export function compileImport(
  compiler: ExpressionCompiler,
  node: ImportStatement,
  inTry: boolean,
): (frame: Frame) => void {
  if (node.kind === "import") {
    const parts = node.names.map(({ path, alias }) => ({
      path: alias === null ? path[0] : path.join("."),
      assign: assignName(compiler.scope, alias ?? path[0]),
    }));
    return (frame) => {
      for (const { path, assign } of parts) assign(frame, findModule(frame.machine, path, inTry));
    };
  }
  const path = absolutePath(compiler, node.level, node.path);
  if (node.names === null) return importAll(compiler, path, node.at);
  const names = node.names.map(({ name, alias }) => ({ name, assign: assignName(compiler.scope, alias) }));
  return (frame) => {
    const { machine } = frame;
    for (const { name, assign } of names) assign(frame, findMember(machine, path, name, inTry));
  };
}

/** A relative path from the folder of the file that imports. Beside the first file there is nothing that it could be relative to. */
function absolutePath(compiler: ExpressionCompiler, level: number, path: readonly string[]): string {
  const folders = compiler.source.file.split("/").slice(0, -1);
  if (level === 0 || level > folders.length) return ".".repeat(level) + path.join(".");
  return [...folders.slice(0, folders.length - level + 1), ...path].join(".");
}

function findModule(machine: Machine, path: string, inTry: boolean): Value {
  const found = machine.findModule(path);
  if (found !== undefined) return found;
  if (inTry) throw new PythonRaised("ModuleNotFoundError", `candil does not know the module ${path}`);
  return new Absent(path);
}

function findMember(machine: Machine, path: string, name: string, inTry: boolean): Value {
  const inner = machine.findModule(path.endsWith(".") ? path + name : `${path}.${name}`);
  if (inner !== undefined) return inner;
  const outer = findModule(machine, path, inTry);
  const value = (outer as PyObject).attribute(machine, name);
  if (inTry && (value === undefined || value instanceof Absent)) {
    throw new PythonRaised("ImportError", `candil does not know ${path}.${name}`);
  }
  return value ?? new Absent(`${path}.${name}`);
}

function importAll(compiler: ExpressionCompiler, path: string, at: number): (frame: Frame) => void {
  if (compiler.scope.kind !== "module") return compiler.refuse("import * inside of a function or class", at);
  return (frame) => {
    const module = frame.machine.findModule(path);
    if (!(module instanceof Namespace)) throw unsupported(`from ${path} import *`, compiler.source.place(at));
    for (const name of module.names()) {
      const value = module.get(name);
      if (!name.startsWith("_") && value !== undefined) frame.globals.set(name, value);
    }
  };
}
