/**
 * @module
 * F-strings to closures.
 */

import type { StringPart } from "../syntax/ast.ts";
import { formatValue } from "../values/format.ts";
import { repr, str } from "../values/protocol.ts";
import type { ExpressionCompiler } from "./compiler.ts";
import type { Frame } from "./frame.ts";

/** A closure that puts the text together; it throws a PythonError of kind "limit" for one that is too long. */
export function compileString(
  compiler: ExpressionCompiler,
  parts: readonly StringPart[],
): (frame: Frame) => string {
  const pieces = parts.map((part) => {
    if (part.kind === "text") return () => part.text;
    const value = compiler.compile(part.value);
    const spec = part.spec === null ? () => "" : compileString(compiler, part.spec);
    const { conversion } = part;
    return (frame: Frame): string => {
      const result = value(frame);
      const { machine } = frame;
      const shown =
        conversion === null ? result : conversion === "s" ? str(machine, result) : repr(machine, result);
      return formatValue(machine, shown, spec(frame));
    };
  });
  return (frame) => {
    const text = pieces.map((piece) => piece(frame)).join("");
    frame.machine.checkSize(text.length, "str");
    return text;
  };
}
