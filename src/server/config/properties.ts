/**
 * @module
 * Java's .properties syntax, as `java.util.Properties.load` reads it: comments, continued lines, three separators,
 * escapes. Lines are joined here, because messages name them; `dot-properties` splits and unescapes each.
 */

import { parseLines } from "dot-properties";
import { ConfigError } from "./config-error.ts";

/** A property's value and the line on which it begins, counted from 1. */
export interface Property {
  readonly value: string;
  readonly line: number;
}

interface LogicalLine {
  readonly text: string;
  readonly line: number;
}

/** Files larger than this are not configuration. */
const MAX_BYTES = 4_000_000;

/**
 * Reads a file's bytes: UTF-8 when they are valid UTF-8, else ISO 8859-1, as Java's resource bundles do. (TorchServe
 * takes ISO 8859-1 always, which garbles UTF-8 paths.) Of a repeated key the last one counts.
 * @param file its name, for messages
 * @throws ConfigError for a malformed \uxxxx escape, where Java throws as well
 *
 * @example
 * parseProperties(Buffer.from("a=1\nb : two \\\n  words"), "f").get("b")?.value; // "two words"
 */
export function parseProperties(bytes: Uint8Array, file: string): Map<string, Property> {
  if (bytes.byteLength > MAX_BYTES) {
    throw new ConfigError(
      `${file}: expected a configuration of at most ${MAX_BYTES} bytes, got ${bytes.byteLength}`,
    );
  }
  const properties = new Map<string, Property>();
  for (const { text, line } of logicalLines(decode(bytes))) {
    refuseMalformedEscape(text, `${file}:${line}`);
    const [pair] = parseLines(text);
    if (Array.isArray(pair)) properties.set(pair[0], { value: pair[1], line });
  }
  return properties;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString("latin1");
  }
}

/** Lines that say something, with those joined that end in an odd number of backslashes. */
function* logicalLines(source: string): Generator<LogicalLine> {
  const natural = source.split(/\r\n|\r|\n/).map(trimStart);
  for (let i = 0; i < natural.length; i++) {
    const line = i + 1;
    let text = natural[i];
    // A lone backslash joins nothing to nothing: the next line begins afresh and may be a comment.
    if (text === "" || text === "\\" || text.startsWith("#") || text.startsWith("!")) continue;
    while (isContinued(text)) {
      i++;
      text = text.slice(0, -1) + (i < natural.length ? natural[i] : "");
    }
    yield { text, line };
  }
}

/** Java's white space in properties: space, tab and form feed, and no other. */
function trimStart(text: string): string {
  return text.replace(/^[ \t\f]+/, "");
}

function isContinued(text: string): boolean {
  let backslashes = 0;
  while (text[text.length - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

function refuseMalformedEscape(text: string, where: string): void {
  for (const [escape] of text.matchAll(/\\(?:u[0-9a-fA-F]{4}|u.{0,4}|.)/gs)) {
    if (!escape.startsWith("\\u") || /^\\u[0-9a-fA-F]{4}$/.test(escape)) continue;
    throw new ConfigError(
      `${where}: expected four hexadecimal digits after \\u, got ${JSON.stringify(escape)}`,
    );
  }
}
