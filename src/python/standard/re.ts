/**
 * @module
 * Python's `re`: the functions that rename keys of state dicts.
 */

import type { Machine } from "../machine.ts";
import { methodTable, hostFunction } from "../values/host-function.ts";
import { boundFrom } from "../values/bound-method.ts";
import { namespace } from "../values/namespace.ts";
import { toInt, toText } from "../values/numbers.ts";
import { PyObject } from "../values/object.ts";
import type { Value } from "../values/object.ts";
import { callWith } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyList, PyTuple } from "../values/sequences.ts";
import { matchAt, readPattern } from "./pattern.ts";
import type { Pattern, Spans } from "./pattern.ts";

/** A compiled pattern. */
class PyPattern extends PyObject {
  override readonly typeName = "Pattern";
  readonly pattern: Pattern;

  constructor(pattern: Pattern) {
    super();
    this.pattern = pattern;
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    return name === "pattern" ? this.pattern.source : boundFrom(patternMethods, this, name);
  }
}

/** Where a pattern was found. */
class PyMatch extends PyObject {
  override readonly typeName = "Match";
  readonly pattern: Pattern;
  readonly text: string;
  readonly spans: Spans;

  constructor(pattern: Pattern, text: string, spans: Spans) {
    super();
    this.pattern = pattern;
    this.text = text;
    this.spans = spans;
  }

  /** The text of a group, by number or name; None for one that took no part. */
  group(key: Value): Value {
    const index = typeof key === "string" ? (this.pattern.names.get(key) ?? -1) : toInt(key, "group()");
    if (index < 0 || index >= this.spans.length) raise("IndexError", "no such group");
    const span = this.spans[index];
    return span === null ? null : this.text.slice(...span);
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    return boundFrom(matchMethods, this, name);
  }

  override item(_machine: Machine, key: Value): Value {
    return this.group(key);
  }
}

function matchOf(value: Value): PyMatch {
  return value instanceof PyMatch ? value : raise("TypeError", "expected a Match");
}

const matchMethods = methodTable({
  "group(self, *keys)": ([self, keys]) => {
    const wanted = keys instanceof PyTuple ? keys.items : [];
    if (wanted.length <= 1) return matchOf(self).group(wanted[0] ?? 0);
    return new PyTuple(wanted.map((key) => matchOf(self).group(key)));
  },
  "groups(self)": ([self]) =>
    new PyTuple(
      matchOf(self)
        .spans.slice(1)
        .map((_, i) => matchOf(self).group(i + 1)),
    ),
  "start(self)": ([self]) => matchOf(self).spans[0]?.[0] ?? 0,
  "end(self)": ([self]) => matchOf(self).spans[0]?.[1] ?? 0,
});

function patternOf(value: Value): Pattern {
  return value instanceof PyPattern ? value.pattern : readPattern(toText(value, "pattern"));
}

function search(machine: Machine, pattern: Pattern, text: string, from: number): PyMatch | null {
  for (let start = from; start <= text.length; start++) {
    const spans = matchAt(machine, pattern, text, start, false);
    if (spans !== null) return new PyMatch(pattern, text, spans);
  }
  return null;
}

function matchFrom(machine: Machine, pattern: Value, value: Value, whole: boolean): Value {
  const [read, text] = [patternOf(pattern), toText(value, "text")];
  const spans = matchAt(machine, read, text, 0, whole);
  return spans === null ? null : new PyMatch(read, text, spans);
}

/** All matches from left to right that do not overlap. */
function* matches(machine: Machine, pattern: Pattern, text: string): Generator<PyMatch> {
  let at = 0;
  for (
    let found = search(machine, pattern, text, 0);
    found !== null;
    found = search(machine, pattern, text, at)
  ) {
    yield found;
    const [start, end] = found.spans[0] ?? [at, at];
    at = end > start ? end : end + 1;
  }
}

/** `\1` and `\g<name>` in a replacement. */
function expand(template: string, match: PyMatch): string {
  return template.replace(
    /\\(?:(\d)|g<(\w+)>|(.))/g,
    (_all, digit?: string, name?: string, other?: string) => {
      if (other !== undefined) return other;
      const key = digit ?? name ?? "0";
      const group = match.group(/^\d+$/.test(key) ? Number(key) : key);
      return typeof group === "string" ? group : "";
    },
  );
}

function substitute(machine: Machine, pattern: Pattern, by: Value, text: string, most: number): string {
  let result = "";
  let at = 0;
  let count = 0;
  for (const match of matches(machine, pattern, text)) {
    if (most > 0 && count === most) break;
    const [start, end] = match.spans[0] ?? [at, at];
    const put = typeof by === "string" ? expand(by, match) : toText(callWith(machine, by, match), "repl()");
    result += text.slice(at, start) + put;
    machine.checkSize(result.length, "str");
    at = end;
    count += 1;
  }
  return result + text.slice(at);
}

const functions = {
  "match(pattern, string, flags=0)": ([pattern, text]: readonly Value[], machine: Machine): Value =>
    matchFrom(machine, pattern, text, false),
  "fullmatch(pattern, string, flags=0)": ([pattern, text]: readonly Value[], machine: Machine): Value =>
    matchFrom(machine, pattern, text, true),
  "search(pattern, string, flags=0)": ([pattern, text]: readonly Value[], machine: Machine): Value =>
    search(machine, patternOf(pattern), toText(text, "text"), 0),
  "findall(pattern, string, flags=0)": ([pattern, text]: readonly Value[], machine: Machine): Value =>
    new PyList(
      [...matches(machine, patternOf(pattern), toText(text, "text"))].map((match) => {
        const groups = match.spans.slice(1).map((_, i) => match.group(i + 1) ?? "");
        return groups.length === 0 ? match.group(0) : groups.length === 1 ? groups[0] : new PyTuple(groups);
      }),
    ),
  "sub(pattern, repl, string, count=0, flags=0)": (
    [pattern, by, text, count]: readonly Value[],
    machine: Machine,
  ): Value => substitute(machine, patternOf(pattern), by, toText(text, "text"), toInt(count, "count")),
};

const patternMethods = methodTable(functions);

/** `import re`. */
export const reModule = namespace("re", {
  ...Object.fromEntries(
    Object.entries(functions).map(([signature, body]) => {
      const callee = hostFunction(signature, body);
      return [callee.signature.name, callee];
    }),
  ),
  compile: hostFunction("compile(pattern, flags=0)", ([pattern]) => new PyPattern(patternOf(pattern))),
  escape: hostFunction("escape(pattern)", ([text]) =>
    toText(text, "escape()").replace(/[^A-Za-z0-9_]/g, "\\$&"),
  ),
});
