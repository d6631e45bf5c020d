/**
 * @module
 * Python source to a syntax tree.
 */

import { parser } from "@lezer/python";
import { PythonError, limitError } from "../python-error.ts";
import type { Block } from "./ast.ts";
import { SourceText } from "./source-text.ts";
import { StatementReader } from "./statements.ts";

/** Longer files are refused. */
const MAX_LENGTH = 1_000_000;

/** A file that was read. */
export interface Program {
  readonly source: SourceText;
  readonly body: Block;
}

/**
 * Reads the text of a Python file. Nothing of it runs.
 * @param file the name that messages show
 * @throws PythonError of kind "syntax" at the first place that is no Python, or "limit" for a text too long or too deep
 */
export function parsePython(text: string, file: string): Program {
  const source = new SourceText(file, text.replaceAll("\r\n", "\n").replace(/^\ufeff/, ""));
  if (text.length > MAX_LENGTH) {
    throw limitError(`${file} has ${text.length} characters; the limit is ${MAX_LENGTH}`);
  }
  const tree = parser.parse(source.text);
  tree.iterate({
    enter(node) {
      if (node.type.isError) throw syntaxError(source, node.from);
    },
  });
  return { source, body: new StatementReader(source).block(tree.topNode) };
}

/** The parser never fails: it marks what it could not place. */
function syntaxError(source: SourceText, offset: number): PythonError {
  const rest = source.text.slice(offset).split("\n", 1)[0].trim();
  const near = rest === "" ? "the end of the line" : `"${rest.slice(0, 30)}"`;
  return new PythonError("syntax", `this is no Python: unexpected ${near}`, source.place(offset));
}
