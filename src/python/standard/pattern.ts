/**
 * @module
 * Regular expressions of Python's `re`, matched by backtracking that counts its steps: a hostile pattern runs into the
 * machine's limit instead of running for ever.
 */

import { unsupported } from "../python-error.ts";
import type { Machine } from "../machine.ts";
import { raise } from "../values/raise.ts";

/** What one alternative of a pattern is made of. */
type Node =
  | { readonly kind: "one"; readonly test: (character: string) => boolean }
  | { readonly kind: "start" | "end" | "boundary" }
  | { readonly kind: "group"; readonly index: number | null; readonly branches: readonly Node[][] }
  | {
      readonly kind: "repeat";
      readonly node: Node;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    };

/** A pattern that was read. */
export interface Pattern {
  readonly source: string;
  readonly branches: readonly Node[][];
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

/** Where a pattern matched: start and end of the whole and of each group, null for a group that took no part. */
export type Spans = readonly (readonly [start: number, end: number] | null)[];

const CLASSES = new Map<string, (c: string) => boolean>([
  ["d", (c) => /\d/.test(c)],
  ["D", (c) => !/\d/.test(c)],
  ["w", (c) => /[\p{L}\p{N}_]/u.test(c)],
  ["W", (c) => !/[\p{L}\p{N}_]/u.test(c)],
  ["s", (c) => /\s/.test(c)],
  ["S", (c) => !/\s/.test(c)],
]);

const ESCAPES = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
]);

class PatternReader {
  readonly #source: string;
  #at = 0;
  groups = 0;
  readonly names = new Map<string, number>();

  constructor(source: string) {
    this.#source = source;
  }

  get #next(): string {
    return this.#source[this.#at] ?? "";
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #fail(message: string): never {
    return raise("error", `${message} at position ${this.#at} of the pattern ${this.#source.slice(0, 80)}`);
  }

  all(): Node[][] {
    const branches = this.#branches();
    if (this.#at < this.#source.length) this.#fail("unbalanced parenthesis");
    return branches;
  }

  #branches(): Node[][] {
    const branches: Node[][] = [[]];
    while (this.#at < this.#source.length && this.#next !== ")") {
      if (this.#take("|")) branches.push([]);
      else branches[branches.length - 1].push(this.#repeated(this.#atom()));
    }
    return branches;
  }

  #atom(): Node {
    const c = this.#next;
    this.#at += 1;
    if (c === "^") return { kind: "start" };
    if (c === "$") return { kind: "end" };
    if (c === ".") return { kind: "one", test: (character) => character !== "\n" };
    if (c === "[") return { kind: "one", test: this.#set() };
    if (c === "(") return this.#group();
    if (c === "*" || c === "+" || c === "?") this.#fail("nothing to repeat");
    if (c !== "\\") return { kind: "one", test: (character) => character === c };
    if (this.#next === "b") {
      this.#at += 1;
      return { kind: "boundary" };
    }
    return { kind: "one", test: this.#escape() };
  }

  #escape(): (character: string) => boolean {
    const c = this.#next;
    this.#at += 1;
    const known = CLASSES.get(c);
    if (known !== undefined) return known;
    if (/[0-9a-zA-Z]/.test(c) && !ESCAPES.has(c)) throw unsupported(`\\${c} in a regular expression`);
    const literal = ESCAPES.get(c) ?? c;
    return (character) => character === literal;
  }

  #set(): (character: string) => boolean {
    const negated = this.#take("^");
    const tests: ((character: string) => boolean)[] = [];
    for (let first = true; first || this.#next !== "]"; first = false) {
      if (this.#at >= this.#source.length) this.#fail("unterminated character set");
      const low = this.#next;
      this.#at += 1;
      if (low === "\\") tests.push(this.#escape());
      else if (this.#next === "-" && (this.#source[this.#at + 1] ?? "]") !== "]") {
        const high = this.#source[this.#at + 1];
        this.#at += 2;
        tests.push((character) => character >= low && character <= high);
      } else tests.push((character) => character === low);
    }
    this.#at += 1;
    return (character) => tests.some((test) => test(character)) !== negated;
  }

  #group(): Node {
    let index: number | null = null;
    if (this.#take("?P<")) {
      const end = this.#source.indexOf(">", this.#at);
      index = ++this.groups;
      this.names.set(this.#source.slice(this.#at, end), index);
      this.#at = end + 1;
    } else if (this.#next === "?") {
      if (!this.#take("?:"))
        throw unsupported(`(${this.#source.slice(this.#at, this.#at + 2)} in a regular expression`);
    } else index = ++this.groups;
    const branches = this.#branches();
    if (!this.#take(")")) this.#fail("missing ), unterminated subpattern");
    return { kind: "group", index, branches };
  }

  #repeated(node: Node): Node {
    const counts = /^\{(\d*)(,?)(\d*)\}/.exec(this.#source.slice(this.#at, this.#at + 24));
    let min = 0;
    let max = Infinity;
    if (this.#take("+")) min = 1;
    else if (this.#take("?")) max = 1;
    else if (counts !== null && counts[0] !== "{}" && counts[0] !== "{,}") {
      this.#at += counts[0].length;
      min = Number(counts[1]);
      max = counts[2] === "" ? min : counts[3] === "" ? Infinity : Number(counts[3]);
    } else if (!this.#take("*")) return node;
    return { kind: "repeat", node, min, max, greedy: !this.#take("?") };
  }
}

/** Reads a pattern. @throws `re.error`, or a refusal of what is not in the subset */
export function readPattern(source: string): Pattern {
  const reader = new PatternReader(source);
  const branches = reader.all();
  return { source, branches, groups: reader.groups, names: reader.names };
}

type Continue = (at: number) => boolean;

/** Matches at one place; null when it does not. @param whole whether the match must reach the end of the text */
export function matchAt(
  machine: Machine,
  pattern: Pattern,
  text: string,
  start: number,
  whole: boolean,
): Spans | null {
  const spans: ([number, number] | null)[] = new Array<null>(pattern.groups + 1).fill(null);
  const word = (at: number): boolean => /[\p{L}\p{N}_]/u.test(text[at] ?? "");

  const sequence = (nodes: readonly Node[], i: number, at: number, next: Continue): boolean =>
    i === nodes.length ? next(at) : single(nodes[i], at, (end) => sequence(nodes, i + 1, end, next));

  const single = (node: Node, at: number, next: Continue): boolean => {
    machine.step();
    switch (node.kind) {
      case "one":
        return at < text.length && node.test(text[at]) && next(at + 1);
      case "start":
        return at === 0 && next(at);
      case "end":
        return (at === text.length || (at === text.length - 1 && text[at] === "\n")) && next(at);
      case "boundary":
        return word(at - 1) !== word(at) && next(at);
      case "group":
        return node.branches.some((branch) =>
          sequence(branch, 0, at, (end) => closeGroup(node.index, at, end, next)),
        );
      case "repeat":
        return repeat(node, 0, at, next);
    }
  };

  const closeGroup = (index: number | null, from: number, to: number, next: Continue): boolean => {
    if (index === null) return next(to);
    const before = spans[index];
    spans[index] = [from, to];
    if (next(to)) return true;
    spans[index] = before;
    return false;
  };

  const repeat = (node: Node & { kind: "repeat" }, count: number, at: number, next: Continue): boolean => {
    // A round that takes nothing could go on for ever.
    const more = (): boolean =>
      count < node.max &&
      single(node.node, at, (end) => (end > at || count < node.min) && repeat(node, count + 1, end, next));
    if (count < node.min) return more();
    return node.greedy ? more() || next(at) : next(at) || more();
  };

  const found = pattern.branches.some((branch) =>
    sequence(branch, 0, start, (end) => {
      if (whole && end !== text.length) return false;
      spans[0] = [start, end];
      return true;
    }),
  );
  return found ? spans : null;
}
