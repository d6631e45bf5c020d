/**
 * @module
 * Strings as `repr` writes them.
 */

const ESCAPES = new Map([
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** A string in quotation marks: single ones, unless it holds such and no double ones. */
export function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let result = mark;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === mark) result += `\\${mark}`;
    else if (code < 32 || code === 127) {
      result += ESCAPES.get(character) ?? `\\x${code.toString(16).padStart(2, "0")}`;
    } else result += ESCAPES.get(character) ?? character;
  }
  return result + mark;
}
