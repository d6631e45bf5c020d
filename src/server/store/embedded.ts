/**
 * @module
 * The models inside the package, as files of a store that is always there.
 */

import { embeddedMnistWeights } from "../../node/embedded-weights.ts";
import { readShared } from "./shared-file.ts";
import type { ModelFile } from "./model-file.ts";

/** The model inside the package. */
export async function readEmbedded(): Promise<ModelFile> {
  const bytes = await embeddedMnistWeights(readShared);
  return {
    name: "mnist",
    version: "1.0",
    settings: {},
    runtime: "python",
    notes: [],
    source: { kind: "file", bytes, net: "torchserve" },
  };
}
