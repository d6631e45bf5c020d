/**
 * @module
 * `candil/client`: asks candil, or any server of KServe's protocols, from Node and from a browser.
 */

export { KServeClient } from "./client.ts";
export { AnswerError, NoAnswerError } from "./errors.ts";
export type { AnswerErrorDetails } from "./errors.ts";
export type { ExplainWishes } from "./explain-wishes.ts";
export type { RepositoryClient } from "./repository.ts";
export { float32, output, pictures } from "./tensors.ts";
export type { TensorInit } from "./tensors.ts";
export type { CallOptions, ClientOptions } from "./transport.ts";
export type * from "./v1.ts";
export type * from "./v2.ts";
export type {
  Datatype,
  InferResponse,
  InferTensor,
  ModelMetadata,
  Parameters,
  RepositoryEntry,
  ServerMetadata,
  TensorMetadata,
  TensorOf,
} from "../oip/index.ts";
