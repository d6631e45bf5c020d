/**
 * @module
 * Numbers and strings as Python writes them.
 */

/** A number, or null for a complex one. */
export function readNumber(text: string): { type: "int" | "float"; number: number } | null {
  const plain = text.replaceAll("_", "").toLowerCase();
  if (plain.endsWith("j")) return null;
  if (/^0[xob]/.test(plain)) return { type: "int", number: Number(plain) };
  return { type: /[.e]/.test(plain) ? "float" : "int", number: Number(plain) };
}

/** The parts of a string token: its prefix in lower case, and where its text begins and ends. */
export interface StringToken {
  readonly raw: boolean;
  readonly bytes: boolean;
  readonly start: number;
  readonly end: number;
}

/** Takes prefix and quotation marks off. @param text the whole token */
export function readStringToken(text: string): StringToken {
  const prefix = /^[a-zA-Z]*/.exec(text)?.[0].toLowerCase() ?? "";
  const quote = text.slice(prefix.length);
  const marks = quote.startsWith('"""') || quote.startsWith("'''") ? 3 : 1;
  return {
    raw: prefix.includes("r"),
    bytes: prefix.includes("b"),
    start: prefix.length + marks,
    end: text.length - marks,
  };
}

const SIMPLE_ESCAPES = new Map([
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\n", ""],
]);

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g;

/** Resolves backslash escapes; those that Python does not know stay as they are. */
export function unescapeString(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    ESCAPE,
    (all: string, x?: string, u?: string, long?: string, octal?: string, other?: string) => {
      const hex = x ?? u ?? long;
      if (hex !== undefined) {
        const code = parseInt(hex, 16);
        return code > 0x10ffff ? all : String.fromCodePoint(code);
      }
      if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
      return SIMPLE_ESCAPES.get(other ?? "") ?? all;
    },
  );
}

/** The bytes of a bytes literal, whose characters are all below 256. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
