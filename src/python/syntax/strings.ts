/**
 * @module
 * Strings, bytes and f-strings.
 */

import type { SyntaxNode } from "@lezer/common";
import type { Expression, StringPart } from "./ast.ts";
import type { ExpressionReader } from "./expressions.ts";
import { bytesOf, readStringToken, unescapeString } from "./literals.ts";
import { NodeList } from "./node-list.ts";

/** A string, or several that follow each other. */
export function readStrings(reader: ExpressionReader, nodes: readonly SyntaxNode[], at: number): Expression {
  const tokens = nodes.map((node) => ({ node, token: readStringToken(reader.text(node)) }));
  if (tokens.some(({ token }) => token.bytes)) {
    const text = tokens.map(({ node, token }) => plain(reader, node, token.start, token.end)).join("");
    return { kind: "constant", at, value: { type: "bytes", bytes: bytesOf(text) } };
  }
  const parts = tokens.flatMap(({ node, token }): StringPart[] =>
    node.name === "FormatString"
      ? formatParts(reader, node, node.from + token.start, node.from + token.end, token.raw)
      : [{ kind: "text", text: plain(reader, node, token.start, token.end) }],
  );
  if (parts.some(({ kind }) => kind === "value")) return { kind: "string", at, parts };
  const text = parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
  return { kind: "constant", at, value: { type: "string", text } };
}

function plain(reader: ExpressionReader, node: SyntaxNode, start: number, end: number): string {
  const text = reader.text(node);
  const inner = text.slice(start, end);
  return readStringToken(text).raw ? inner : unescapeString(inner);
}

/** Text and replacements of an f-string, or of a format specification inside of one. */
function formatParts(
  reader: ExpressionReader,
  node: SyntaxNode,
  from: number,
  to: number,
  raw: boolean,
): StringPart[] {
  const parts: StringPart[] = [];
  const addText = (start: number, end: number): void => {
    if (end <= start) return;
    const text = reader.source.text.slice(start, end).replaceAll("{{", "{").replaceAll("}}", "}");
    parts.push({ kind: "text", text: raw ? text : unescapeString(text) });
  };
  let position = from;
  for (const child of childrenOf(node)) {
    if (child.name !== "FormatReplacement") continue;
    addText(position, child.from);
    parts.push(...replacement(reader, child, raw));
    position = child.to;
  }
  addText(position, to);
  return parts;
}

function replacement(reader: ExpressionReader, node: SyntaxNode, raw: boolean): StringPart[] {
  const list = new NodeList(node);
  list.take("{");
  const value = reader.takeSome(list, node.from, ["FormatConversion", "FormatSpec", "FormatSelfDoc", "}"]);
  const selfDoc = list.take("FormatSelfDoc");
  const conversion = list.take("FormatConversion");
  const spec = list.take("FormatSpec");
  const letter = conversion === null ? null : reader.text(conversion).slice(1);
  const chosen = letter === "r" || letter === "s" || letter === "a" ? letter : null;
  const part: StringPart = {
    kind: "value",
    value,
    conversion: chosen ?? (selfDoc !== null && spec === null ? "r" : null),
    spec: spec === null ? null : formatParts(reader, spec, spec.from + 1, spec.to, raw),
  };
  if (selfDoc === null) return [part];
  return [{ kind: "text", text: reader.source.text.slice(node.from + 1, selfDoc.to) }, part];
}

/** The nodes directly below one. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const result: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) result.push(child);
  return result;
}
