/** @module The same tensor, a normalised seven, asked about by each protocol. */

import { decodeImage, embeddedMnist } from "../../src/node/index.ts";
import { tensorOf, writeInferRequest } from "../../src/oip/index.ts";
import { ModelInferRequest, ModelInferResponse } from "../../src/server/protocols/grpc/inference-messages.ts";
import { picture } from "../serving/recipes.ts";
import type { Ask } from "../serving/served.ts";

/** A message of gRPC's ModelInfer, and how a right answer to it looks. */
export interface GrpcAsk {
  readonly message: Buffer;
  readonly isRight: (answer: Buffer) => boolean;
}

/** A way of asking, over HTTP or over gRPC. */
export type ProtocolAsk = { readonly name: string } & (
  { readonly over: "http"; readonly ask: Ask } | { readonly over: "grpc"; readonly ask: GrpcAsk }
);

const SHAPE = [1, 1, 28, 28];

/** All protocols, in the order of the table. Raw requests are answered raw. */
export async function protocolAsks(): Promise<ProtocolAsk[]> {
  const model = await embeddedMnist();
  const data = Float32Array.from(model.transform(decodeImage(picture)).data, Number);
  return [
    { name: "V2, raw tensors", over: "http", ask: v2(data, true) },
    { name: "V2, JSON", over: "http", ask: v2(data, false) },
    { name: "V1, JSON", over: "http", ask: v1(data) },
    { name: "gRPC, raw tensors", over: "grpc", ask: grpc(data) },
  ];
}

function v2(data: Float32Array, raw: boolean): Ask {
  const { body, headerLength } = writeInferRequest(
    {
      id: "1",
      parameters: raw ? { binary_data_output: true } : {},
      inputs: [tensorOf("x", "FP32", SHAPE, data)],
      outputs: [],
    },
    () => raw,
  );
  return {
    path: "/v2/models/mnist/infer",
    method: "POST",
    body: Buffer.from(body),
    headers:
      headerLength === null
        ? { "content-type": "application/json" }
        : {
            "content-type": "application/octet-stream",
            "inference-header-content-length": String(headerLength),
          },
    // Raw, the class is the int64 behind the JSON, least byte first.
    isRight: (answer) => (raw ? answer.endsWith(`}\u0007${"\0".repeat(7)}`) : /"data":\s*\[7\]/.test(answer)),
  };
}

function v1(data: Float32Array): Ask {
  const rows = Array.from({ length: 28 }, (_, i) => [...data.subarray(28 * i, 28 * (i + 1))]);
  return {
    path: "/v1/models/mnist:predict",
    method: "POST",
    body: Buffer.from(JSON.stringify({ instances: [{ data: [rows] }] })),
    headers: { "content-type": "application/json" },
    isRight: (answer) => /"predictions":\s*\[7\]/.test(answer),
  };
}

function grpc(data: Float32Array): GrpcAsk {
  const message = ModelInferRequest.encode({
    model_name: "mnist",
    id: "1",
    inputs: [{ name: "x", datatype: "FP32", shape: SHAPE.map(BigInt) }],
    raw_input_contents: [new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
  });
  return {
    message: Buffer.from(message),
    isRight: (answer) => {
      const [raw] = ModelInferResponse.decode(answer).raw_output_contents;
      return raw !== undefined && Buffer.from(raw).equals(Buffer.of(7, 0, 0, 0, 0, 0, 0, 0));
    },
  };
}
