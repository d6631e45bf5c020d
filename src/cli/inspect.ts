/**
 * @module
 * `candil inspect`: what a file of weights or a model archive holds, and what in it cannot be read.
 */

import { Command } from "commander";
import type { ModelArchive } from "../archive/index.ts";
import type { CheckpointDescription } from "../checkpoint/index.ts";
import type { ArchiveDescription } from "./inspect-archive.ts";
import type { Terminal } from "./terminal.ts";
import { aboutFile, readWeightsFile } from "./weights-file.ts";

/** The command, which lists tensors without reading their values. */
export function inspectCommand(terminal: Terminal): Command {
  return new Command("inspect")
    .description("show what a .pt, .safetensors, .json or .mar file holds; nothing of it is executed")
    .argument("<file>", "a file of weights or a model archive (.mar, .tar.gz, folder)")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  candil inspect mnist_cnn.pt")
    .action(async (file: string, { json = false }: { readonly json?: boolean }) => {
      const archive = await archiveAt(file);
      const write = (text: string): unknown => terminal.stdout.write(`${text}\n`);
      if (archive !== null) {
        const { archiveHead, describeArchive } = await import("./inspect-archive.ts");
        const description = describeArchive(archive);
        if (json) write(JSON.stringify({ file, ...description }));
        else
          write(
            [`${file}: model archive`, "", ...archiveHead(description), "", ...body(description)].join("\n"),
          );
        return;
      }
      const { describeCheckpoint } = await import("../checkpoint/index.ts");
      const { bytes } = await readWeightsFile(file);
      const description = await aboutFile(file, () => describeCheckpoint(bytes));
      write(json ? JSON.stringify({ file, ...description }) : sheet(file, bytes.length, description));
    });
}

/** The model archive of that name; null when it is something else. */
async function archiveAt(file: string): Promise<ModelArchive | null> {
  const { findArchive } = await import("../node/find-archive.ts");
  return aboutFile(file, () => findArchive(file));
}

function body({ weights, notes, unsupported }: ArchiveDescription): string[] {
  return [...(weights === null ? [] : tensors(weights.entries)), ...remarks(notes, unsupported)];
}

function sheet(
  file: string,
  size: number,
  { format, entries, notes, unsupported }: CheckpointDescription,
): string {
  const head = `${file}: ${format}, ${size.toLocaleString("en")} bytes`;
  return [head, "", ...tensors(entries), ...remarks(notes, unsupported)].join("\n");
}

/** The tensors as a table, and what they sum to. */
function tensors(entries: CheckpointDescription["entries"]): string[] {
  const rows = entries.map(({ name, dtype, shape, elements }) => [
    name,
    dtype,
    `[${shape.join(", ")}]`,
    elements.toLocaleString("en"),
  ]);
  const total = entries.reduce((sum, { elements }) => sum + elements, 0);
  return [...table(rows), "", `${entries.length} tensors, ${total.toLocaleString("en")} elements`];
}

/** What a reader should know. */
function remarks(notes: readonly string[], unsupported: readonly string[]): string[] {
  return [
    ...notes.map((note) => `note: ${note}`),
    ...unsupported.map((reason) => `not supported: ${reason}`),
  ];
}

/** Columns padded to their widest entry; the last one, numbers, to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map(
    (row) =>
      `  ${row.map((cell, column) => (column === row.length - 1 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("  ")}`,
  );
}
