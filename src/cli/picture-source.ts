/**
 * @module
 * The IMAGE argument of a command: a file's name, or `-` for standard input.
 */

import { readFile } from "node:fs/promises";
import { CandilError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Image } from "../vision/image.ts";
import type { Terminal } from "./terminal.ts";
import { aboutFile } from "./weights-file.ts";

/** More bytes than any picture of a size that is classified. */
const MAX_STDIN_BYTES = 64 * 1024 * 1024;

/** A picture as decoded, and as the model takes it. */
export interface Picture {
  readonly image: Image;
  /** [1, C, H, W] */
  readonly input: Tensor;
}

/**
 * Reads and decodes a picture for `model`.
 * @throws CandilError naming the file when it cannot be read, is no picture, or has the wrong size
 */
export async function readPicture(file: string, terminal: Terminal, model: Model): Promise<Picture> {
  const { decodeImage } = await import("../node/image.ts");
  const bytes = file === "-" ? await readAll(terminal) : await readFile(file);
  return aboutFile(file, () => {
    const image = decodeImage(bytes);
    return { image, input: model.transform(image) };
  });
}

async function readAll({ stdin }: Terminal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_STDIN_BYTES) throw new CandilError(`standard input: more than ${MAX_STDIN_BYTES} bytes`);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}
