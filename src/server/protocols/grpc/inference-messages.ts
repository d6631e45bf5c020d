/**
 * @module
 * The messages of `inference.GRPCInferenceService`: those of the Open Inference Protocol, with KServe's and Triton's calls
 * for the model repository. Field numbers are the protocol.
 */

import { mapOf, many, message, nested, nestedMany, one, oneOf } from "./message.ts";
import { bool, bytes, double, float, int32, int64, string, uint32, uint64 } from "./scalars.ts";

const named = { name: one(1, string), version: one(2, string) };

/** A parameter; exactly one of its fields is there. */
export const InferParameter = message("inference.InferParameter", {
  bool_param: oneOf("parameter_choice", 1, bool),
  int64_param: oneOf("parameter_choice", 2, int64),
  string_param: oneOf("parameter_choice", 3, string),
  double_param: oneOf("parameter_choice", 4, double),
  uint64_param: oneOf("parameter_choice", 5, uint64),
});

/** The elements of a tensor that is not raw; the datatype says which list has them. */
export const InferTensorContents = message("inference.InferTensorContents", {
  bool_contents: many(1, bool),
  int_contents: many(2, int32),
  int64_contents: many(3, int64),
  uint_contents: many(4, uint32),
  uint64_contents: many(5, uint64),
  fp32_contents: many(6, float),
  fp64_contents: many(7, double),
  bytes_contents: many(8, bytes),
});

const tensorFields = {
  name: one(1, string),
  datatype: one(2, string),
  shape: many(3, int64),
  parameters: mapOf(4, InferParameter),
  contents: nested(5, InferTensorContents),
};

/** An input. */
export const InferInputTensor = message("inference.ModelInferRequest.InferInputTensor", tensorFields);

/** An output that a client asks for. */
export const InferRequestedOutputTensor = message("inference.ModelInferRequest.InferRequestedOutputTensor", {
  name: one(1, string),
  parameters: mapOf(2, InferParameter),
});

/** What is asked. */
export const ModelInferRequest = message("inference.ModelInferRequest", {
  model_name: one(1, string),
  model_version: one(2, string),
  id: one(3, string),
  parameters: mapOf(4, InferParameter),
  inputs: nestedMany(5, InferInputTensor),
  outputs: nestedMany(6, InferRequestedOutputTensor),
  raw_input_contents: many(7, bytes),
});

/** An output. */
export const InferOutputTensor = message("inference.ModelInferResponse.InferOutputTensor", tensorFields);

/** What is answered. */
export const ModelInferResponse = message("inference.ModelInferResponse", {
  model_name: one(1, string),
  model_version: one(2, string),
  id: one(3, string),
  parameters: mapOf(4, InferParameter),
  outputs: nestedMany(5, InferOutputTensor),
  raw_output_contents: many(6, bytes),
});

/** Asks for nothing in particular. */
export const ServerLiveRequest = message("inference.ServerLiveRequest", {});
/** Whether the process runs. */
export const ServerLiveResponse = message("inference.ServerLiveResponse", { live: one(1, bool) });
/** Asks for nothing in particular. */
export const ServerReadyRequest = message("inference.ServerReadyRequest", {});
/** Whether all models answer. */
export const ServerReadyResponse = message("inference.ServerReadyResponse", { ready: one(1, bool) });
/** Asks after a model. */
export const ModelReadyRequest = message("inference.ModelReadyRequest", named);
/** Whether it answers. */
export const ModelReadyResponse = message("inference.ModelReadyResponse", { ready: one(1, bool) });
/** Asks for nothing in particular. */
export const ServerMetadataRequest = message("inference.ServerMetadataRequest", {});
/** Who answers. */
export const ServerMetadataResponse = message("inference.ServerMetadataResponse", {
  ...named,
  extensions: many(3, string),
});
/** Asks after a model. */
export const ModelMetadataRequest = message("inference.ModelMetadataRequest", named);
/** A tensor that a model takes or gives. */
export const TensorMetadata = message("inference.ModelMetadataResponse.TensorMetadata", {
  name: one(1, string),
  datatype: one(2, string),
  shape: many(3, int64),
});
/** What a model takes and gives. */
export const ModelMetadataResponse = message("inference.ModelMetadataResponse", {
  name: one(1, string),
  versions: many(2, string),
  platform: one(3, string),
  inputs: nestedMany(4, TensorMetadata),
  outputs: nestedMany(5, TensorMetadata),
});

/** KServe puts the model's name first; Triton has its second, behind that of a repository. */
const repositoryModel = { model_name: one(1, string), triton_model_name: one(2, string) };

/** Asks that a model be loaded. */
export const RepositoryModelLoadRequest = message("inference.RepositoryModelLoadRequest", repositoryModel);
/** Whether it was. */
export const RepositoryModelLoadResponse = message("inference.RepositoryModelLoadResponse", {
  model_name: one(1, string),
  isLoaded: one(2, bool),
});
/** Asks that a model be unloaded. */
export const RepositoryModelUnloadRequest = message(
  "inference.RepositoryModelUnloadRequest",
  repositoryModel,
);
/** Whether it was. */
export const RepositoryModelUnloadResponse = message("inference.RepositoryModelUnloadResponse", {
  model_name: one(1, string),
  isUnloaded: one(2, bool),
});
/** Asks what there is; Triton's call. */
export const RepositoryIndexRequest = message("inference.RepositoryIndexRequest", {
  repository_name: one(1, string),
  ready: one(2, bool),
});
/** A version of a model in the repository. */
export const ModelIndex = message("inference.RepositoryIndexResponse.ModelIndex", {
  ...named,
  state: one(3, string),
  reason: one(4, string),
});
/** What there is. */
export const RepositoryIndexResponse = message("inference.RepositoryIndexResponse", {
  models: nestedMany(1, ModelIndex),
});
