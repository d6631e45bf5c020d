/**
 * @module
 * What a server and its models say about themselves under the Open Inference Protocol.
 */

import { packageVersion } from "../../../node/package-version.ts";
import type { ModelMetadata, ServerMetadata } from "../../../oip/index.ts";
import { RequestError } from "../../errors.ts";
import type { ModelInfo, Subject } from "../subject.ts";
import { outputKinds } from "./outputs.ts";

/** The server's metadata. */
export function serverMetadata(): ServerMetadata {
  return {
    name: "candil",
    version: packageVersion(),
    extensions: ["binary_tensor_data", "model_repository"],
  };
}

/**
 * A model's metadata. The input is TorchServe's example name; any other name will do, and a picture may come as BYTES.
 * @throws RequestError when the model is not loaded yet
 */
export function modelMetadata(subject: Subject, versions: readonly string[]): ModelMetadata {
  const info = loaded(subject);
  const { channels, height, width } = info.input;
  return {
    name: subject.name,
    versions,
    platform: "candil_pytorch",
    inputs: [{ name: "input-0", datatype: "FP32", shape: [-1, channels, height, width] }],
    outputs: Object.entries(outputKinds).map(([name, kind]) => {
      return { name, datatype: kind.datatype, shape: [-1, ...kind.axes(info)] };
    }),
  };
}

/** What is known of a loaded model. @throws RequestError when it is not loaded yet */
export function loaded({ name, info }: Subject): ModelInfo {
  if (info !== null) return info;
  throw new RequestError("unavailable", `Model "${name}" is not ready.`);
}
