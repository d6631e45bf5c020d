/**
 * @module
 * The two messages of an inference: what is asked, and what is answered.
 */

import { FormatError } from "../errors.ts";
import { joinBody } from "./body.ts";
import type { JoinedBody, SplitBody } from "./body.ts";
import type { InferTensor, Parameters } from "./datatypes.ts";
import { isObject, readParameters, readTensor, tensorToBinary, tensorToJson } from "./tensor-message.ts";
import type { JsonObject } from "./tensor-message.ts";

/** An output that a client asks for by name. */
export interface RequestedOutput {
  readonly name: string;
  readonly parameters: Parameters;
}

/** What is asked. */
export interface InferRequest {
  readonly id: string | undefined;
  readonly parameters: Parameters;
  readonly inputs: readonly InferTensor[];
  /** Empty when the client leaves the choice to the model. */
  readonly outputs: readonly RequestedOutput[];
}

/** What is answered. */
export interface InferResponse {
  readonly id: string;
  readonly modelName: string;
  readonly modelVersion: string | undefined;
  readonly outputs: readonly InferTensor[];
}

/** More tensors than any request for a picture model needs. */
const MAX_TENSORS = 1_024;

/**
 * Reads a request. Unknown keys are ignored.
 * @throws FormatError naming what is missing or does not fit
 */
export function readInferRequest({ json, raw }: SplitBody): InferRequest {
  const { id } = json;
  if (id !== undefined && id !== null && typeof id !== "string") {
    throw new FormatError(`id must be a string, got ${typeof id}`);
  }
  const inputs = listOf(json["inputs"], "inputs").map((input, i) => readTensor(input, raw, `inputs[${i}]`));
  if (inputs.length === 0) throw new FormatError("inputs must have at least one tensor");
  if (raw.left() > 0) {
    throw new FormatError(
      `${raw.left()} bytes behind the JSON belong to no input: say so with binary_data_size`,
    );
  }
  return {
    id: typeof id === "string" && id !== "" ? id : undefined,
    parameters: readParameters(json["parameters"], "the request"),
    inputs,
    outputs: listOf(json["outputs"] ?? [], "outputs").map(readRequestedOutput),
  };
}

function readRequestedOutput(value: unknown, i: number): RequestedOutput {
  if (!isObject(value) || typeof value["name"] !== "string") {
    throw new FormatError(`outputs[${i}] must be an object with a name`);
  }
  return { name: value["name"], parameters: readParameters(value["parameters"], `outputs[${i}]`) };
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new FormatError(`${name} must be a list of tensors`);
  if (value.length > MAX_TENSORS) {
    throw new FormatError(`${name}: at most ${MAX_TENSORS} tensors, got ${value.length}`);
  }
  return value;
}

/**
 * Writes a request.
 * @param binary which inputs go behind the JSON as raw bytes
 */
export function writeInferRequest(
  request: InferRequest,
  binary: (input: InferTensor) => boolean,
): JoinedBody {
  const { id, parameters, outputs } = request;
  const { jsons, raws } = writeTensors(request.inputs, binary);
  return joinBody(
    {
      ...(id === undefined ? {} : { id }),
      ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
      inputs: jsons,
      ...(outputs.length === 0 ? {} : { outputs }),
    },
    raws,
  );
}

/**
 * Reads an answer.
 * @throws FormatError naming what is missing or does not fit
 */
export function readInferResponse({ json, raw }: SplitBody): InferResponse {
  const { id, model_name: modelName, model_version: modelVersion } = json;
  return {
    id: typeof id === "string" ? id : "",
    modelName: typeof modelName === "string" ? modelName : "",
    modelVersion: typeof modelVersion === "string" ? modelVersion : undefined,
    outputs: listOf(json["outputs"], "outputs").map((output, i) => readTensor(output, raw, `outputs[${i}]`)),
  };
}

/**
 * Writes an answer, in TorchServe's order of keys.
 * @param binary which outputs go behind the JSON as raw bytes
 */
export function writeInferResponse(
  response: InferResponse,
  binary: (output: InferTensor) => boolean,
): JoinedBody {
  const { jsons, raws } = writeTensors(response.outputs, binary);
  return joinBody(
    {
      id: response.id,
      model_name: response.modelName,
      ...(response.modelVersion === undefined ? {} : { model_version: response.modelVersion }),
      outputs: jsons,
    },
    raws,
  );
}

function writeTensors(
  tensors: readonly InferTensor[],
  binary: (tensor: InferTensor) => boolean,
): { jsons: JsonObject[]; raws: Uint8Array[] } {
  const raws: Uint8Array[] = [];
  const jsons = tensors.map((tensor) => {
    if (!binary(tensor)) return tensorToJson(tensor);
    const { json, raw } = tensorToBinary(tensor);
    raws.push(raw);
    return json;
  });
  return { jsons, raws };
}
