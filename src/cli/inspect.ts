/**
 * @module
 * `candil inspect`: what a file of weights holds, and what in it cannot be read.
 */

import { Command } from "commander";
import type { CheckpointDescription } from "../checkpoint/index.ts";
import type { Terminal } from "./terminal.ts";
import { aboutFile, readWeightsFile } from "./weights-file.ts";

/** The command, which lists tensors without reading their values. */
export function inspectCommand(terminal: Terminal): Command {
  return new Command("inspect")
    .description("show what a .pt, .safetensors or .json file holds; nothing of it is executed")
    .argument("<file>", "a file of weights")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  candil inspect mnist_cnn.pt")
    .action(async (file: string, { json = false }: { readonly json?: boolean }) => {
      const { describeCheckpoint } = await import("../checkpoint/index.ts");
      const { bytes } = await readWeightsFile(file);
      const description = await aboutFile(file, () => describeCheckpoint(bytes));
      const text = json ? JSON.stringify({ file, ...description }) : sheet(file, bytes.length, description);
      terminal.stdout.write(`${text}\n`);
    });
}

/** The tensors as a table, what they sum to, and what a reader should know. */
function sheet(
  file: string,
  size: number,
  { format, entries, notes, unsupported }: CheckpointDescription,
): string {
  const rows = entries.map(({ name, dtype, shape, elements }) => [
    name,
    dtype,
    `[${shape.join(", ")}]`,
    elements.toLocaleString("en"),
  ]);
  const total = entries.reduce((sum, { elements }) => sum + elements, 0);
  return [
    `${file}: ${format}, ${size.toLocaleString("en")} bytes`,
    "",
    ...table(rows),
    "",
    `${entries.length} tensors, ${total.toLocaleString("en")} elements`,
    ...notes.map((note) => `note: ${note}`),
    ...unsupported.map((reason) => `not supported: ${reason}`),
  ].join("\n");
}

/** Columns padded to their widest entry; the last one, numbers, to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map(
    (row) =>
      `  ${row.map((cell, column) => (column === row.length - 1 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("  ")}`,
  );
}
