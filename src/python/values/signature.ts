/**
 * @module
 * Parameters, and putting the arguments of a call into them.
 */

import { nearestName } from "../../errors.ts";
import { PyDict } from "./dict.ts";
import { PyFloat } from "./numbers.ts";
import type { Arguments, Value } from "./object.ts";
import { raise } from "./raise.ts";
import { PyTuple } from "./sequences.ts";

/** One parameter, its default computed. */
export interface BoundParameter {
  readonly name: string;
  readonly form: "positional" | "keyword" | "star" | "doubleStar";
  /** Undefined where an argument is needed. */
  readonly fallback: Value | undefined;
}

/** A function's name and parameters. */
export interface Signature {
  readonly name: string;
  readonly parameters: readonly BoundParameter[];
}

/**
 * Reads `name(a, b=1, *args, c=None, **kwargs)`: defaults are None, True, False, numbers, quoted strings or (). What
 * follows a bare `*` is given by keyword only.
 */
export function parseSignature(text: string): Signature {
  const open = text.indexOf("(");
  const name = text.slice(0, open);
  const inner = text.slice(open + 1, text.lastIndexOf(")"));
  let keywordOnly = false;
  const parameters: BoundParameter[] = [];
  for (const part of inner.split(",").map((piece) => piece.trim())) {
    if (part === "") continue;
    if (part.startsWith("**")) {
      parameters.push({ name: part.slice(2), form: "doubleStar", fallback: undefined });
    } else if (part.startsWith("*")) {
      keywordOnly = true;
      if (part !== "*") parameters.push({ name: part.slice(1), form: "star", fallback: undefined });
    } else {
      const [label, fallback] = part.split("=");
      const form = keywordOnly ? "keyword" : "positional";
      parameters.push({
        name: label,
        form,
        fallback: fallback === undefined ? undefined : literal(fallback),
      });
    }
  }
  return { name, parameters };
}

function literal(text: string): Value {
  if (text === "None") return null;
  if (text === "True" || text === "False") return text === "True";
  if (text === "()") return new PyTuple([]);
  if (text.startsWith("'")) return text.slice(1, -1);
  return /[.e]/.test(text) ? new PyFloat(Number(text)) : Number(text);
}

/**
 * One value for each parameter, in their order.
 * @throws TypeError as Python's, naming the function, with the nearest name for an unknown keyword
 */
export function bind({ name, parameters }: Signature, { positional, keywords }: Arguments): Value[] {
  const result: Value[] = [];
  const used = new Set<string>();
  let next = 0;
  for (const { name: label, form, fallback } of parameters) {
    if (form === "star") {
      result.push(new PyTuple(positional.slice(next)));
      next = positional.length;
    } else if (form === "doubleStar") {
      result.push(PyDict.fromStrings([...(keywords ?? [])].filter(([keyword]) => !used.has(keyword))));
    } else {
      const given = keywords?.get(label);
      const byPosition = form === "positional" && next < positional.length;
      if (byPosition && given !== undefined) {
        raise("TypeError", `${name}() got multiple values for argument '${label}'`);
      }
      const value = byPosition ? positional[next] : (given ?? fallback);
      if (byPosition) next += 1;
      if (value === undefined) raise("TypeError", `${name}() missing required argument: '${label}'`);
      used.add(label);
      result.push(value);
    }
  }
  if (next < positional.length) {
    const most = parameters.filter(({ form }) => form === "positional").length;
    raise("TypeError", `${name}() takes ${most} positional arguments but ${positional.length} were given`);
  }
  checkKeywords(name, parameters, keywords, used);
  return result;
}

function checkKeywords(
  name: string,
  parameters: readonly BoundParameter[],
  keywords: ReadonlyMap<string, Value> | null,
  used: ReadonlySet<string>,
): void {
  if (keywords === null || parameters.some(({ form }) => form === "doubleStar")) return;
  for (const keyword of keywords.keys()) {
    if (used.has(keyword)) continue;
    const names = parameters.map((parameter) => parameter.name);
    const near = nearestName(keyword, names);
    const hint = near === null ? `; it takes ${names.join(", ")}` : `; did you mean '${near}'?`;
    raise("TypeError", `${name}() got an unexpected keyword argument '${keyword}'${hint}`);
  }
}
