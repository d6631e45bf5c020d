/**
 * @module
 * Bytes of a file to a model that answers.
 */

import { loadCheckpoint } from "../checkpoint/index.ts";
import { FormatError } from "../errors.ts";
import { mnistModel } from "./mnist.ts";
import type { MnistOptions } from "./mnist.ts";
import type { Model } from "./model.ts";

/** What a file of weights alone does not say. */
export interface LoadModelOptions extends MnistOptions {
  /** The `.bin` beside a `.json` that keeps its values there. */
  readonly bin?: Uint8Array | null;
}

/**
 * A model from the bytes of a `.pt`, `.safetensors` or `.json` file. Such a file holds weights alone, so the net has to be
 * named: TorchServe's MNIST net unless `net` says otherwise.
 * @throws FormatError when the bytes are no checkpoint
 * @throws StateDictError when the weights are another net's
 *
 * @example
 * const mnist = await loadModel(await readFile("mnist_cnn.pt"), { net: "examples" });
 */
export function loadModel(bytes: Uint8Array, options: LoadModelOptions = {}): Promise<Model> {
  return Promise.resolve().then(() => {
    if (isModelArchive(bytes)) {
      throw new FormatError(
        "this is a TorchServe model archive (.mar), which cannot be loaded yet; give the .pt file inside of it",
      );
    }
    const { stateDict } = loadCheckpoint(bytes, { bin: options.bin ?? null });
    return mnistModel(stateDict, options);
  });
}

/** A .mar is a zip, as a .pt is, but names its manifest in the directory at its end. */
function isModelArchive(bytes: Uint8Array): boolean {
  const directory = bytes.subarray(Math.max(0, bytes.length - 0x10000));
  return (
    bytes[0] === 0x50 && bytes[1] === 0x4b && new TextDecoder("latin1").decode(directory).includes("MAR-INF/")
  );
}
