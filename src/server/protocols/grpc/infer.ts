/**
 * @module
 * ModelInfer's messages as requests and answers of the Open Inference Protocol.
 */

import { FormatError } from "../../../errors.ts";
import type { InferRequest, InferResponse } from "../../../oip/index.ts";
import { readGrpcParameters, readInput, writeOutput } from "./contents.ts";
import { ModelInferRequest, ModelInferResponse } from "./inference-messages.ts";

/** A request with the model that it is for. */
export interface GrpcInferRequest {
  readonly model: string;
  readonly version: string | undefined;
  readonly request: InferRequest;
  /** Whether tensors came raw; the answer is then raw too. */
  readonly raw: boolean;
}

/**
 * Reads a request.
 * @throws FormatError naming what is missing or does not fit
 */
export function readGrpcRequest(bytes: Uint8Array): GrpcInferRequest {
  const sent = ModelInferRequest.decode(bytes);
  const raws = sent.raw_input_contents;
  if (raws.length > 0 && raws.length !== sent.inputs.length) {
    throw new FormatError(
      `raw_input_contents must have one entry for each of the ${sent.inputs.length} inputs, got ${raws.length}`,
    );
  }
  if (sent.inputs.length === 0) throw new FormatError("inputs must have at least one tensor");
  return {
    model: sent.model_name,
    version: sent.model_version === "" ? undefined : sent.model_version,
    raw: raws.length > 0,
    request: {
      id: sent.id === "" ? undefined : sent.id,
      parameters: readGrpcParameters(sent.parameters),
      inputs: sent.inputs.map((input, i) => readInput(input, raws.at(i), `inputs[${i}]`)),
      outputs: sent.outputs.map(({ name, parameters }) => {
        return { name: name ?? "", parameters: readGrpcParameters(parameters) };
      }),
    },
  };
}

/** Writes an answer. */
export function writeGrpcResponse(response: InferResponse, raw: boolean): Uint8Array {
  const written = response.outputs.map((output) => writeOutput(output, raw));
  return ModelInferResponse.encode({
    model_name: response.modelName,
    model_version: response.modelVersion ?? "",
    id: response.id,
    outputs: written.map(({ output }) => output),
    raw_output_contents: written.flatMap((one) => (one.raw === null ? [] : [one.raw])),
  });
}
