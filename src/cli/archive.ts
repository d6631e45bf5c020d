/**
 * @module
 * `candil archive`: torch-model-archiver, flag by flag.
 */

import { Command } from "commander";
import { runtimes } from "../archive/manifest.ts";
import { CandilError } from "../errors.ts";
import type { Terminal } from "./terminal.ts";
import { exitCodes, ToldError, UsageError } from "./usage-error.ts";

/** The name under which scripts know this command. */
export const ARCHIVER = "torch-model-archiver";

/** Flags as they come; all that have values are texts. */
interface ArchiveFlags {
  readonly modelName?: string;
  readonly serializedFile?: string;
  readonly modelFile?: string;
  readonly handler?: string;
  readonly extraFiles?: string;
  readonly runtime: string;
  readonly exportPath?: string;
  readonly archiveFormat: string;
  readonly force?: true;
  readonly version?: string;
  readonly requirementsFile?: string;
  readonly configFile?: string;
}

const formats = ["tgz", "no-archive", "zip-store", "default"] as const;

const USAGE =
  "usage: torch-model-archiver [-h] --model-name MODEL_NAME [--serialized-file SERIALIZED_FILE] " +
  "[--model-file MODEL_FILE] --handler HANDLER [--extra-files EXTRA_FILES] [--runtime {python,python3,LSP}] " +
  "[--export-path EXPORT_PATH] [--archive-format {tgz,no-archive,zip-store,default}] [-f] -v VERSION " +
  "[-r REQUIREMENTS_FILE] [-c CONFIG_FILE]";

const EXAMPLE = `
Example:
  candil archive --model-name mnist --version 1.0 --model-file mnist.py \\
    --serialized-file mnist_cnn.pt --handler mnist_handler.py`;

/**
 * The command, under its own name or torch-model-archiver's. Under the latter it says nothing when all went well, as its
 * original.
 */
export function archiveCommand(terminal: Terminal, name: "archive" | typeof ARCHIVER): Command {
  return new Command(name)
    .description(
      name === "archive"
        ? "make a model archive (.mar) that candil and TorchServe serve"
        : "the same as archive",
    )
    .option("--model-name <name>", "the model's name and that of its archive (required)")
    .option("-v, --version <text>", "the model's version (required)")
    .option("--handler <name|file>", "image_classifier, base_handler, or a file of Python (required)")
    .option("--serialized-file <file>", "weights: .pt or .pth")
    .option("--model-file <file>", "Python source with the module's class")
    .option("--extra-files <list>", "comma-separated files, patterns and folders")
    .option("--runtime <runtime>", runtimes.join(", "), "python")
    .option("--export-path <folder>", "where the archive goes (default: the current folder)")
    .option("--archive-format <format>", formats.join(", "), "default")
    .option("-f, --force", "replace an archive that is there already")
    .option("-r, --requirements-file <file>", "a requirements.txt; candil keeps it and ignores it")
    .option("-c, --config-file <file>", "a model-config.yaml")
    .addHelpText("after", EXAMPLE)
    .action((flags: ArchiveFlags) =>
      name === ARCHIVER
        ? inItsWords(terminal, () => archive(flags, terminal, false))
        : archive(flags, terminal, true),
    );
}

/** Failures as the original tells them, but for Python's traceback. */
async function inItsWords(terminal: Terminal, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.stderr.write(`${USAGE}\n${ARCHIVER}: error: ${error.message}\n`);
      throw new ToldError(exitCodes.usage);
    }
    if (error instanceof CandilError) {
      terminal.stderr.write(`ERROR - ${error.message}\n`);
      throw new ToldError(exitCodes.failure);
    }
    throw error;
  }
}

async function archive(flags: ArchiveFlags, terminal: Terminal, talks: boolean): Promise<void> {
  const { modelName, handler, version } = required(flags);
  const { makeArchive } = await import("../node/make-archive.ts");
  const path = await makeArchive(
    {
      modelName,
      handler,
      version,
      serializedFile: flags.serializedFile ?? null,
      modelFile: flags.modelFile ?? null,
      extraFiles: flags.extraFiles ?? null,
      requirementsFile: flags.requirementsFile ?? null,
      configFile: flags.configFile ?? null,
      runtime: choice("--runtime", flags.runtime, runtimes),
      exportPath: flags.exportPath ?? process.cwd(),
      format: choice("--archive-format", flags.archiveFormat, formats),
      force: flags.force ?? false,
    },
    (message) => terminal.stderr.write(`WARNING - ${message}\n`),
  );
  if (talks) terminal.stdout.write(`${path}\n`);
}

/** argparse's order and words. */
function required({ modelName, handler, version }: ArchiveFlags): {
  modelName: string;
  handler: string;
  version: string;
} {
  if (modelName !== undefined && handler !== undefined && version !== undefined) {
    return { modelName, handler, version };
  }
  const missing = [
    ...(modelName === undefined ? ["--model-name"] : []),
    ...(handler === undefined ? ["--handler"] : []),
    ...(version === undefined ? ["-v/--version"] : []),
  ];
  throw new UsageError(`the following arguments are required: ${missing.join(", ")}`);
}

function choice<T extends string>(flag: string, value: string, choices: readonly T[]): T {
  const found = choices.find((known) => known === value);
  if (found !== undefined) return found;
  const list = choices.map((known) => `'${known}'`).join(", ");
  throw new UsageError(`argument ${flag}: invalid choice: '${value}' (choose from ${list})`);
}
