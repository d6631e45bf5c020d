/**
 * @module
 * Messages of the Open Inference Protocol (KServe V2) as data: no server, no network.
 */

export { HEADER_LENGTH, joinBody, splitBody } from "./body.ts";
export type { JoinedBody, SplitBody } from "./body.ts";
export { datatypeOf, datatypes, newArray } from "./datatypes.ts";
export type { Datatype, DatatypeArrays, InferTensor, Parameters, TensorOf } from "./datatypes.ts";
export { jsonNumber, numberFromJson } from "./json-data.ts";
export { readInferRequest, readInferResponse, writeInferRequest, writeInferResponse } from "./message.ts";
export type { InferRequest, InferResponse, RequestedOutput } from "./message.ts";
export type { ModelMetadata, RepositoryEntry, ServerMetadata, TensorMetadata } from "./metadata.ts";
export { resolveShape, shapeOf } from "./shape.ts";
export { isObject, readParameters, readRaw, tensorOf, writeRaw } from "./tensor-message.ts";
export type { JsonObject } from "./tensor-message.ts";
