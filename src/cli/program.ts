/**
 * @module
 * The commands of `candil`. Each command's module is small; what does the work is imported when it runs, so that
 * `--help` and `--version` answer at once.
 */

import { Command } from "commander";
import { ARCHIVER, archiveCommand } from "./archive.ts";
import { benchCommand } from "./bench.ts";
import { convertCommand } from "./convert.ts";
import { doctorCommand } from "./doctor.ts";
import { explainCommand } from "./explain.ts";
import { inspectCommand } from "./inspect.ts";
import { kserveCommand } from "./kserve.ts";
import { predictCommand } from "./predict.ts";
import { serveCommand } from "./serve.ts";
import type { Terminal } from "./terminal.ts";
import { torchserveCommand } from "./torchserve.ts";
import { trainCommand } from "./train.ts";
import { packageVersion } from "../node/package-version.ts";

const EXAMPLES = `
Examples:
  candil predict 0.png                          which digit is it?
  candil explain 0.png -o heat.png              and which pixels say so?
  candil serve                                  the embedded MNIST model on http://127.0.0.1:8080
  candil serve --models mine=mnist_cnn.pt       your own weights
  candil inspect mnist_cnn.pt                   what a file holds

Exit codes: 0 done, 1 failed, 2 wrong usage. https://no-color.org is respected.`;

/** The commands by name, in the order of the help. */
const commands = new Map<string, (terminal: Terminal) => Command>([
  ["serve", serveCommand],
  ["torchserve", torchserveCommand],
  ["kserve", kserveCommand],
  ["predict", predictCommand],
  ["explain", explainCommand],
  ["train", trainCommand],
  ["convert", convertCommand],
  ["archive", (terminal) => archiveCommand(terminal, "archive")],
  [ARCHIVER, (terminal) => archiveCommand(terminal, ARCHIVER)],
  ["inspect", inspectCommand],
  ["bench", benchCommand],
  ["doctor", doctorCommand],
]);

/**
 * The program, not yet run.
 * @param asked its first argument: where that is a command, the others and their options are left out
 */
export function createProgram(terminal: Terminal, asked?: string): Command {
  const program = new Command("candil")
    .description("PyTorch image classifiers with gradient explanations, served in pure TypeScript.")
    .version(packageVersion(), "-V, --version", "print the version")
    // `candil archive --version 1.0` is the model's version, not candil's.
    .enablePositionalOptions()
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .showSuggestionAfterError(true)
    .addHelpText("after", EXAMPLES);
  const one = commands.get(asked ?? "");
  for (const command of one === undefined ? commands.values() : [one]) program.addCommand(command(terminal));
  return program;
}
