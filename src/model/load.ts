/**
 * @module
 * Bytes of a file to a model that answers.
 */

import { loadCheckpoint } from "../checkpoint/index.ts";
import { mnistModel } from "./mnist.ts";
import type { MnistOptions } from "./mnist.ts";
import type { Model } from "./model.ts";

/** What a file of weights alone does not say. */
export interface LoadModelOptions extends MnistOptions {
  /** The `.bin` beside a `.json` that keeps its values there. */
  readonly bin?: Uint8Array | null;
  /** The handler of an archive, in the place of the one that its manifest names. */
  readonly handler?: string;
}

/**
 * A model from the bytes of a `.pt`, `.safetensors`, `.json` or `.mar` file. All but the last hold weights alone, so the net
 * has to be named: TorchServe's MNIST net unless `net` says otherwise. A `.mar` brings its module and its handler along, which
 * are read and not executed.
 * @throws FormatError when the bytes are neither a checkpoint nor an archive
 * @throws StateDictError when the weights are another net's
 * @throws PythonError when an archive's source is outside of the subset of Python that candil reads
 *
 * @example
 * const mnist = await loadModel(await readFile("mnist_cnn.pt"), { net: "examples" });
 * const other = await loadModel(await readFile("model_store/resnet.mar"));
 */
export async function loadModel(bytes: Uint8Array, options: LoadModelOptions = {}): Promise<Model> {
  if (isModelArchive(bytes)) {
    // Loaded on demand: reading Python and YAML is more code than all the rest.
    const { loadArchiveBytes } = await import("./load-archive.ts");
    return loadArchiveBytes(bytes, options);
  }
  const { stateDict } = loadCheckpoint(bytes, { bin: options.bin ?? null });
  return mnistModel(stateDict, options);
}

/** A .mar is a zip, as a .pt is, but names its manifest in the directory at its end. */
function isModelArchive(bytes: Uint8Array): boolean {
  const directory = bytes.subarray(Math.max(0, bytes.length - 0x10000));
  return (
    bytes[0] === 0x50 && bytes[1] === 0x4b && new TextDecoder("latin1").decode(directory).includes("MAR-INF/")
  );
}
