/**
 * @module
 * Running a whole file.
 */

import { parsePython } from "../syntax/parse.ts";
import type { Machine } from "../machine.ts";
import { ExpressionCompiler } from "./compiler.ts";
import { Frame } from "./frame.ts";
import type { Globals } from "./frame.ts";
import { Scope } from "./scope.ts";
import { compileBlock } from "./statements.ts";

/**
 * Runs the statements of a file once, as an import does, and returns the names that it has defined.
 * @param file the name that messages show
 * @param name what the file finds as `__name__`: never `__main__`, so that scripts define and do not run
 * @param globals where the names go as they are defined
 * @throws PythonError
 */
export function runProgram(
  machine: Machine,
  text: string,
  file: string,
  name: string,
  globals: Globals = new Map(),
): Globals {
  const { source, body } = parsePython(text, file);
  globals.set("__name__", name).set("__file__", file);
  const facts = { refusals: [], used: [], attributes: new Set<string>() };
  const compiler = new ExpressionCompiler(source, new Scope("module", null), facts);
  const run = compileBlock({ compiler, inLoop: false, inTry: false }, body);
  machine.run(() => run(new Frame(machine, globals, null, [])));
  return globals;
}
