/**
 * @module
 * The command line without a process: arguments in, exit code and text out.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";

/** How a run ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run finds around it. */
export interface Surroundings {
  readonly stdin?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  /** Called with what is written to standard output, as it is written. */
  readonly onOutput?: (text: string) => void;
}

/** Runs `candil` with arguments, in this process. */
export async function candil(args: readonly string[], around: Surroundings = {}): Promise<Ended> {
  const written = { stdout: "", stderr: "" };
  const output = (
    name: keyof typeof written,
  ): { write(text: string): boolean; isTTY: boolean; columns: number } => ({
    write: (text) => {
      written[name] += text;
      if (name === "stdout") around.onOutput?.(text);
      return true;
    },
    isTTY: around.isTTY ?? false,
    columns: 100,
  });
  // Commands import what they need when they run. mocha loads tests by require(), which gives modules of their own beside
  // those of import(); so the program is imported too, and errors keep their classes.
  const { run } = await import("../../src/cli/run.ts");
  const code = await run(args, {
    stdin: Readable.from(around.stdin === undefined ? [] : [around.stdin]),
    stdout: output("stdout"),
    stderr: output("stderr"),
    env: around.env ?? {},
  });
  return { code, ...written };
}

/** A folder with files, for the time of a suite. */
export class Folder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(files: Readonly<Record<string, Uint8Array | string>>): Promise<Folder> {
    const folder = new Folder(await mkdtemp(join(tmpdir(), "candil-test-")));
    for (const [name, content] of Object.entries(files)) await writeFile(folder.file(name), content);
    return folder;
  }

  /** The path of a file in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true });
  }
}
