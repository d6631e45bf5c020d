/**
 * @module
 * An inference of the Open Inference Protocol over REST: body in, body out.
 */

import type { IncomingHttpHeaders } from "node:http";
import { HEADER_LENGTH, readInferRequest, splitBody, writeInferResponse } from "../../../oip/index.ts";
import type { InferRequest, InferResponse, InferTensor } from "../../../oip/index.ts";
import type { Answer } from "../../answer/answer.ts";

/**
 * Reads a request.
 * @throws FormatError naming what is missing or does not fit
 */
export function readRestRequest(headers: IncomingHttpHeaders, body: Uint8Array): InferRequest {
  const length = headers[HEADER_LENGTH];
  return readInferRequest(splitBody(body, typeof length === "string" ? length : undefined));
}

/**
 * Writes an answer; outputs for which the client asked so are raw bytes behind the JSON.
 */
export function writeRestAnswer(request: InferRequest, response: InferResponse): Answer {
  const { body, headerLength } = writeInferResponse(response, wantsBinary(request));
  if (headerLength === null) return { status: 200, contentType: "application/json", body };
  return {
    status: 200,
    contentType: "application/octet-stream",
    body,
    headers: ["Inference-Header-Content-Length", String(headerLength)],
  };
}

/** `binary_data` of a requested output wins over `binary_data_output` of the request. */
function wantsBinary({ parameters, outputs }: InferRequest): (output: InferTensor) => boolean {
  return ({ name }) => {
    const own = outputs.find((output) => output.name === name)?.parameters["binary_data"];
    return (own ?? parameters["binary_data_output"]) === true;
  };
}
