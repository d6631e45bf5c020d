/**
 * @module
 * `candil convert`: weights from one format into another.
 */

import { rename, writeFile } from "node:fs/promises";
import { extname, parse, resolve } from "node:path";
import { Command } from "commander";
import { nearestName } from "../errors.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { aboutFile, binBeside, readWeightsFile } from "./weights-file.ts";

type State = ReadonlyMap<string, AnyTensor>;

/** One file to be written. */
interface OutputFile {
  readonly file: string;
  readonly content: string | Uint8Array;
}

/** What each extension is written by. */
const writers: Readonly<Record<string, (state: State, out: string, bin: boolean) => Promise<OutputFile[]>>> =
  {
    ".pt": pt,
    ".pth": pt,
    ".safetensors": async (state, out) => {
      const { writeSafetensors } = await import("../checkpoint/index.ts");
      return [{ file: out, content: writeSafetensors(state) }];
    },
    ".json": async (state, out, bin) => {
      const { writeJson } = await import("../checkpoint/index.ts");
      const files = writeJson(state, { bin });
      const json = { file: out, content: files.json };
      return files.bin === null ? [json] : [{ file: binBeside(out), content: files.bin }, json];
    },
  };

/** The command, which reads any format by its bytes and writes the one that OUT's extension names. */
export function convertCommand(terminal: Terminal): Command {
  return new Command("convert")
    .description("convert weights: .pt, .pth, .safetensors, .json")
    .argument("<in>", "a file of weights, of any of these formats")
    .argument("<out>", "the file to write; its extension is its format")
    .option("--bin", "put the values of a .json into a .bin beside it")
    .addHelpText(
      "after",
      "\nExamples:\n  candil convert mnist_cnn.pt mnist.safetensors\n  candil convert mnist.pt mnist.json --bin",
    )
    .action(async (source: string, target: string, { bin = false }: { readonly bin?: boolean }) => {
      const write = writerFor(source, target, bin);
      const { loadCheckpoint } = await import("../checkpoint/index.ts");
      const file = await readWeightsFile(source);
      const { stateDict, notes } = await aboutFile(source, () =>
        loadCheckpoint(file.bytes, { bin: file.bin }),
      );
      const files = await write(stateDict, target, bin);
      for (const output of files) await writeWhole(output);
      for (const note of notes) terminal.stderr.write(`note: ${note}\n`);
      const written = files.map(({ file }) => file).join(" and ");
      terminal.stdout.write(`${written}: ${stateDict.size} tensors\n`);
    });
}

function writerFor(source: string, target: string, bin: boolean): (typeof writers)[string] {
  const extension = extname(target).toLowerCase();
  const known = Object.keys(writers);
  if (!Object.hasOwn(writers, extension)) {
    const near = nearestName(extension, known);
    throw new UsageError(
      `${target}: expected an extension of ${known.join(", ")}, got "${extension}"` +
        (near === null ? "" : `; did you mean "${near}"?`),
    );
  }
  if (bin && extension !== ".json") throw new UsageError(`--bin goes with .json, not with ${extension}`);
  if (resolve(source) === resolve(target)) throw new UsageError(`${target}: IN and OUT are the same file`);
  return writers[extension];
}

/** A reader never sees half a file. */
async function writeWhole({ file, content }: OutputFile): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, content);
  await rename(draft, file);
}

async function pt(state: State, out: string): Promise<OutputFile[]> {
  const { writePt } = await import("../checkpoint/index.ts");
  return [{ file: out, content: writePt(state, { root: parse(out).name }) }];
}
