/**
 * @module
 * The files inside the package, as bytes: whoever hands them on loads nothing that understands them.
 */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { CandilError } from "../errors.ts";

/** At the same distance from src/node and from dist/node. */
const embeddedWeights = new URL("../../weights/mnist/mnist.safetensors", import.meta.url);

/**
 * The weights of the embedded MNIST net.
 * @param read reads a file, where the bytes are to lie in memory of a kind
 * @throws CandilError when the installation lacks them
 */
export async function embeddedMnistWeights(
  read: (path: string) => Promise<Uint8Array> = readFile,
): Promise<Uint8Array> {
  try {
    return await read(fileURLToPath(embeddedWeights));
  } catch (error) {
    throw new CandilError(
      "the embedded model's weights/mnist/mnist.safetensors is missing or unreadable; install candil again",
      { cause: error },
    );
  }
}
