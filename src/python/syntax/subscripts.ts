/**
 * @module
 * Indices and slices between square brackets.
 */

import type { Expression } from "./ast.ts";
import type { ExpressionReader } from "./expressions.ts";
import type { NodeList } from "./node-list.ts";

/**
 * What stands between square brackets: one entry, or several as a tuple.
 * @throws PythonError of kind "syntax" when there is nothing
 */
export function readIndex(reader: ExpressionReader, list: NodeList, at: number): Expression {
  const entries: Expression[] = [];
  let comma = false;
  while (!list.done && list.name !== "]") {
    if (list.take(",") !== null) comma = true;
    else entries.push(readEntry(reader, list, at));
  }
  if (entries.length === 0) throw reader.syntaxError("an index is missing between the brackets", at);
  return entries.length === 1 && !comma ? entries[0] : { kind: "tuple", at, items: entries };
}

function readEntry(reader: ExpressionReader, list: NodeList, at: number): Expression {
  const part = (): Expression | null =>
    [":", ",", "]", ""].includes(list.name) ? null : reader.takeItem(list, at);
  const start = part();
  if (list.take(":") === null) {
    if (start === null) throw reader.syntaxError("an index is missing between the brackets", at);
    return start;
  }
  const stop = part();
  const step = list.take(":") === null ? null : part();
  return { kind: "slice", at, start, stop, step };
}
