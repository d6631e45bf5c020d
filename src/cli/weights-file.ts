/**
 * @module
 * Files of weights on disk: a `.json` may have its values in a `.bin` beside it.
 */

import { readFile } from "node:fs/promises";
import { CandilError } from "../errors.ts";

/** The bytes of a file of weights. */
export interface WeightsFile {
  readonly bytes: Buffer;
  /** The `.bin` beside a `.json`, when there is one. */
  readonly bin: Buffer | null;
}

/** Reads a file and, for a `.json`, the `.bin` of the same name. */
export async function readWeightsFile(file: string): Promise<WeightsFile> {
  const bytes = await readFile(file);
  return { bytes, bin: /\.json$/i.test(file) ? await readIfThere(binBeside(file)) : null };
}

/** `weights/mnist.json` keeps its values in `weights/mnist.bin`. */
export function binBeside(jsonFile: string): string {
  return jsonFile.replace(/\.json$/i, ".bin");
}

/** Runs `body`; an error of candil that it throws is told with the file's name. */
export async function aboutFile<T>(file: string, body: () => T | Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof CandilError) throw new CandilError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Whether an error says that a file does not exist. */
export function isMissingFile(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissingFile(error)) return null;
    throw error;
  }
}
