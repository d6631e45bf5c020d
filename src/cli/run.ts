/**
 * @module
 * The program `candil`: its commands, and how each of them ends.
 */

import { CommanderError } from "commander";
import type { Command } from "commander";
import { CandilError } from "../errors.ts";
import { createProgram } from "./program.ts";
import type { Terminal } from "./terminal.ts";
import { exitCodes, ToldError, UsageError } from "./usage-error.ts";

/**
 * Runs the program with the arguments after its name.
 * @returns the exit code: 0, 1 for a failure, 2 for wrong usage. Failures are told in one line on standard error.
 *
 * @example
 * process.exitCode = await run(["predict", "0.png"], processTerminal());
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = createProgram(terminal, args[0]);
  prepare(program, terminal);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCodes.success;
  } catch (error) {
    // Commander has said what was wrong, or has shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
    if (error instanceof ToldError) return error.exitCode;
    terminal.stderr.write(`candil: ${oneLine(reasonOf(error, terminal))}\n`);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
  }
}

/** Makes a command and all below it throw instead of ending the process, and write where the terminal says. */
function prepare(command: Command, terminal: Terminal): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => terminal.stdout.write(text),
    writeErr: (text) => terminal.stderr.write(text),
    // The hint "(Did you mean ...?)" comes on a line of its own; an error is one line here.
    outputError: (text, write) => write(`candil: ${oneLine(text.replace(/^error: /, ""))}\n`),
  });
  for (const child of command.commands) prepare(child, terminal);
}

/** A message for people. Of a defect it says so, and CANDIL_DEBUG shows where. */
function reasonOf(error: unknown, { env, stderr }: Terminal): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof CandilError) return error.message;
  if (isSystemError(error)) return systemReason(error);
  if (env["CANDIL_DEBUG"] !== undefined) stderr.write(`${error.stack ?? ""}\n`);
  return `internal error: ${error.message} (set CANDIL_DEBUG=1 to see where, and please report it)`;
}

function isSystemError(error: Error): error is NodeJS.ErrnoException {
  return "syscall" in error && "code" in error;
}

/** What the system said, for people: the file first. */
function systemReason({ code, path, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
      return `${path ?? "?"}: there is no such file or folder`;
    case "EACCES":
    case "EPERM":
      return `${path ?? "?"}: this user may not do that`;
    case "EISDIR":
      return `${path ?? "the given name"} is a folder; expected a file`;
    case "ENOSPC":
      return `${path ?? "?"}: the disk is full`;
    case undefined:
    default:
      return message;
  }
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}
