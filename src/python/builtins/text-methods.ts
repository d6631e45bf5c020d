/**
 * @module
 * The methods of str and bytes.
 */

import type { Machine } from "../machine.ts";
import { methodTable } from "../values/host-function.ts";
import { formatValue } from "../values/format.ts";
import { numberOf, toInt, toText } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { getAttribute, getItem, listOf, repr, str } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyBytes, PyList, PyTuple } from "../values/sequences.ts";

const text = (value: Value): string => toText(value, "str method");

function stripped(value: Value, characters: Value, sides: "both" | "left" | "right"): string {
  const set = characters === null ? null : new Set(text(characters));
  const drop = (c: string): boolean => (set === null ? /\s/.test(c) : set.has(c));
  const all = [...text(value)];
  let start = 0;
  let end = all.length;
  if (sides !== "right") while (start < end && drop(all[start])) start += 1;
  if (sides !== "left") while (end > start && drop(all[end - 1])) end -= 1;
  return all.slice(start, end).join("");
}

function splitText(value: Value, separator: Value, most: Value): string[] {
  const whole = text(value);
  const limit = toInt(most, "split()");
  if (separator === null) {
    const words = whole
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "");
    if (limit < 0 || words.length <= limit) return words;
    const rest = new RegExp(`^\\s*(?:\\S+\\s+){${Math.min(limit, 10000)}}`).exec(whole)?.[0] ?? "";
    return [...words.slice(0, limit), whole.slice(rest.length).trimEnd()];
  }
  if (separator === "") return raise("ValueError", "empty separator");
  const parts = whole.split(text(separator));
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(text(separator))];
}

function splitFromRight(value: Value, separator: Value, most: Value): string[] {
  const limit = toInt(most, "rsplit()");
  const parts = splitText(value, separator, -1);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  const glue = separator === null ? " " : text(separator);
  const cut = parts.length - limit;
  return [parts.slice(0, cut).join(glue), ...parts.slice(cut)];
}

function anyOf(machine: Machine, value: Value, test: (part: string) => boolean): boolean {
  return (value instanceof PyTuple ? listOf(machine, value) : [value]).some((part) => test(text(part)));
}

const FIELD = /\{\{|\}\}|\{([^{}:!]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}/g;

/** `template.format(*args, **keywords)`. */
function formatTemplate(machine: Machine, template: string, args: Value, keywords: Value): string {
  let automatic = 0;
  const valueOf = (field: string): Value => {
    const [root, ...path] = field.split(/[.[]/);
    const index = root === "" ? automatic++ : /^\d+$/.test(root) ? Number(root) : null;
    const start = index === null ? getItem(machine, keywords, root) : getItem(machine, args, index);
    return path.reduce<Value>((value, part) => {
      if (!part.endsWith("]")) return getAttribute(machine, value, part);
      const key = part.slice(0, -1);
      return getItem(machine, value, /^\d+$/.test(key) ? Number(key) : key);
    }, start);
  };
  return template.replace(FIELD, (all, field?: string, conversion?: string, spec?: string) => {
    if (all === "{{" || all === "}}") return all[0];
    const value = valueOf(field ?? "");
    const shown =
      conversion === undefined ? value : conversion === "s" ? str(machine, value) : repr(machine, value);
    const inner = (spec ?? "").replace(/\{([^{}]*)\}/g, (_all, name: string) => str(machine, valueOf(name)));
    return formatValue(machine, shown, inner);
  });
}

function found(index: number): number {
  return index < 0 ? raise("ValueError", "substring not found") : index;
}

function padded(
  value: Value,
  width: Value,
  fill: string,
  machine: Machine,
  sides: "left" | "right" | "center",
): string {
  const whole = text(value);
  const size = toInt(width, "width");
  machine.checkSize(size, "str");
  const missing = Math.max(0, size - whole.length);
  const left = sides === "left" ? missing : sides === "right" ? 0 : missing >> 1;
  return fill.repeat(left) + whole + fill.repeat(missing - left);
}

/** Methods of str. */
export const strMethods = methodTable({
  "lower(self)": ([self]) => text(self).toLowerCase(),
  "upper(self)": ([self]) => text(self).toUpperCase(),
  "capitalize(self)": ([self]) => text(self).slice(0, 1).toUpperCase() + text(self).slice(1).toLowerCase(),
  "title(self)": ([self]) =>
    text(self).replace(/[a-zA-Z]+/g, (word) => word[0].toUpperCase() + word.slice(1).toLowerCase()),
  "strip(self, chars=None)": ([self, chars]) => stripped(self, chars, "both"),
  "lstrip(self, chars=None)": ([self, chars]) => stripped(self, chars, "left"),
  "rstrip(self, chars=None)": ([self, chars]) => stripped(self, chars, "right"),
  "split(self, sep=None, maxsplit=-1)": ([self, sep, most]) => new PyList(splitText(self, sep, most)),
  "rsplit(self, sep=None, maxsplit=-1)": ([self, sep, most]) => new PyList(splitFromRight(self, sep, most)),
  "splitlines(self)": ([self]) =>
    new PyList(
      text(self)
        .replace(/\r?\n$/, "")
        .split(/\r?\n/),
    ),
  "join(self, parts)": ([self, parts], machine) => {
    const joined = listOf(machine, parts)
      .map((part) => toText(part, "join() item"))
      .join(text(self));
    machine.checkSize(joined.length, "str");
    return joined;
  },
  "replace(self, old, new, count=-1)": ([self, old, by, count], machine) => {
    const limit = toInt(count, "replace()");
    const parts = text(self).split(text(old));
    const cut = limit < 0 ? parts.length : limit + 1;
    const head = parts.slice(0, cut).join(text(by));
    machine.checkSize(head.length, "str");
    return [head, ...parts.slice(cut)].join(text(old));
  },
  "startswith(self, prefix)": ([self, prefix], machine) =>
    anyOf(machine, prefix, (part) => text(self).startsWith(part)),
  "endswith(self, suffix)": ([self, suffix], machine) =>
    anyOf(machine, suffix, (part) => text(self).endsWith(part)),
  "find(self, part)": ([self, part]) => text(self).indexOf(text(part)),
  "rfind(self, part)": ([self, part]) => text(self).lastIndexOf(text(part)),
  "index(self, part)": ([self, part]) => found(text(self).indexOf(text(part))),
  "count(self, part)": ([self, part]) => text(self).split(text(part)).length - 1,
  "format(self, *args, **keywords)": ([self, args, keywords], machine) => {
    const result = formatTemplate(machine, text(self), args, keywords);
    machine.checkSize(result.length, "str");
    return result;
  },
  "isdigit(self)": ([self]) => /^\d+$/.test(text(self)),
  "isnumeric(self)": ([self]) => /^\d+$/.test(text(self)),
  "isalpha(self)": ([self]) => /^\p{L}+$/u.test(text(self)),
  "isupper(self)": ([self]) =>
    text(self) !== text(self).toLowerCase() && text(self) === text(self).toUpperCase(),
  "islower(self)": ([self]) =>
    text(self) !== text(self).toUpperCase() && text(self) === text(self).toLowerCase(),
  "zfill(self, width)": ([self, width], machine) => padded(self, width, "0", machine, "left"),
  "ljust(self, width, fill=' ')": ([self, width, fill], machine) =>
    padded(self, width, text(fill), machine, "right"),
  "rjust(self, width, fill=' ')": ([self, width, fill], machine) =>
    padded(self, width, text(fill), machine, "left"),
  "center(self, width, fill=' ')": ([self, width, fill], machine) =>
    padded(self, width, text(fill), machine, "center"),
  "partition(self, sep)": ([self, sep]) => {
    const at = text(self).indexOf(text(sep));
    const end = at + text(sep).length;
    return new PyTuple(at < 0 ? [self, "", ""] : [text(self).slice(0, at), sep, text(self).slice(end)]);
  },
  "encode(self, encoding='utf-8', errors='strict')": ([self]) =>
    new PyBytes(new TextEncoder().encode(text(self))),
});

/** Methods of bytes and bytearray. */
export const bytesMethods = methodTable({
  "decode(self, encoding='utf-8', errors='strict')": ([self, encoding, errors]) => {
    if (!(self instanceof PyBytes)) return raise("TypeError", "decode() takes bytes");
    const name = text(encoding).toLowerCase().replace("_", "-");
    if (!["utf-8", "utf8", "ascii", "latin-1", "latin1", "iso-8859-1"].includes(name)) {
      return raise("LookupError", `unknown encoding: ${name}`);
    }
    const label = name.startsWith("utf") || name === "ascii" ? "utf-8" : "latin1";
    try {
      return new TextDecoder(label, { fatal: errors === "strict" }).decode(self.data);
    } catch {
      return raise("UnicodeDecodeError", `these bytes are no ${name}`);
    }
  },
  "hex(self)": ([self]) =>
    self instanceof PyBytes
      ? Array.from(self.data, (byte) => byte.toString(16).padStart(2, "0")).join("")
      : "",
});

/** Methods of int. */
export const intMethods = methodTable({
  "item(self)": ([self]) => self,
  "bit_length(self)": ([self]) => {
    const number = Math.abs(numberOf(self) ?? 0);
    return number === 0 ? 0 : number.toString(2).length;
  },
});
