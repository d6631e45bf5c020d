/**
 * @module
 * A file that holds a model, as something to register: its name, its version, what it says about how it wants to be
 * served, and where workers get it from.
 */

import { open, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { FormatError } from "../../errors.ts";
import type { MnistNetName } from "../../model/mnist-net.ts";
import type { ModelName, ModelSource } from "../pool/model-source.ts";
import type { ServingSettings } from "../served-model.ts";

/** A model that can be registered. */
export interface ModelFile extends ModelName {
  readonly source: ModelSource;
  /** What the file itself says about how it wants to be served: an archive's model-config.yaml. */
  readonly settings: Partial<ServingSettings>;
}

/** Endings of the names of files that hold models, the longer ones first. */
export const modelFileEndings: readonly string[] = [".safetensors", ".tar.gz", ".mar", ".pth", ".pt"];

/** More bytes than any model that is served from one process. */
const MAX_BYTES = 4 * 1024 ** 3;

/**
 * Reads a model's file into memory that threads share. It is not looked into: that is for the worker that loads it.
 * @param net the net that weights alone belong to
 * @throws Node's error with `code` ENOENT and the like when it cannot be read
 * @throws FormatError when it is empty or larger than 4 GiB
 */
export async function readModelFile(path: string, net?: MnistNetName): Promise<ModelFile> {
  const bytes = await readShared(path);
  const bin = path.endsWith(".json") ? await readBin(path) : null;
  return {
    name: nameOfFile(path),
    version: "1.0",
    settings: {},
    source: {
      kind: "file",
      bytes,
      ...(net === undefined ? {} : { net }),
      ...(bin === null ? {} : { bin }),
    },
  };
}

/** `models/mnist_cnn.pt` is served as `mnist_cnn`, as TorchServe names an archive without a manifest. */
export function nameOfFile(path: string): string {
  const file = basename(path);
  const ending =
    modelFileEndings.find((known) => file.endsWith(known)) ?? /(\.[^.]*)?$/.exec(file)?.[0] ?? "";
  return file.slice(0, file.length - ending.length).replace(/[^A-Za-z0-9_\-.]/g, "_");
}

async function readShared(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size === 0 || size > MAX_BYTES) {
      throw new FormatError(`${basename(path)}: expected 1 to ${MAX_BYTES} bytes, got ${size}`);
    }
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      if (bytesRead === 0) throw new FormatError(`${basename(path)}: it became shorter while it was read`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** The `.bin` beside a `.json`, or null when there is none. */
async function readBin(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path.replace(/\.json$/, ".bin")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
