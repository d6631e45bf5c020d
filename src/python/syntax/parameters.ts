/**
 * @module
 * The parameters of functions.
 */

import type { SyntaxNode } from "@lezer/common";
import type { Parameter } from "./ast.ts";
import type { ExpressionReader } from "./expressions.ts";
import { NodeList } from "./node-list.ts";

/**
 * Parameters of a function or lambda.
 * @throws PythonError of kind "syntax" when one has no name, or a name is given twice
 */
export function readParameters(reader: ExpressionReader, node: SyntaxNode): Parameter[] {
  const list = new NodeList(node);
  const result: Parameter[] = [];
  let keywordOnly = false;
  list.take("(");
  while (!list.done && list.name !== ")") {
    if (list.take(",") !== null || list.take("/") !== null) continue;
    const double = list.take("**") !== null;
    const star = !double && list.take("*") !== null;
    if (star) keywordOnly = true;
    if (star && list.name !== "VariableName") continue;
    const name = list.next();
    if (name?.name !== "VariableName") throw reader.syntaxError("a parameter needs a name", node.from);
    list.take("TypeDef");
    const fallback = list.take("AssignOp") === null ? null : reader.take(list, node.from);
    const form = double ? "doubleStar" : star ? "star" : keywordOnly ? "keyword" : "positional";
    result.push({ form, at: name.from, name: reader.text(name), fallback });
  }
  const names = result.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw reader.syntaxError(`the parameter ${twice} appears twice`, node.from);
  return result;
}
