/**
 * @module
 * The description of the inference port.
 */

import { explainMethods, explainOutputs } from "../../model/explain-options.ts";
import { openApiDocument } from "./document.ts";
import type { OpenApiDocument, Operation, Parameter, PathItem } from "./document.ts";

/** Title of TorchServe's descriptions, which its clients know it by. */
export const API_TITLE = "TorchServe APIs";

const ABOUT =
  "PyTorch image classifiers and their explanations, over the HTTP API of TorchServe, served by candil.";

const model: Parameter = { name: "model_name", in: "path", description: "The model." };
const version: Parameter = { name: "model_version", in: "path", description: "One of its versions." };

const detail: Parameter = {
  name: "detail",
  in: "query",
  description: "full: scores and classes beside the answer.",
  enum: ["none", "full"],
};

const explainParameters: readonly Parameter[] = [
  {
    name: "target",
    in: "query",
    description: 'The class to explain: a number from 0, or "predicted" for the one that the model predicts.',
    default: "0",
  },
  { name: "method", in: "query", description: "Captum's method.", enum: [...explainMethods] },
  {
    name: "n_steps",
    in: "query",
    description: "Steps of the path from the baseline.",
    type: "integer",
    default: 15,
  },
  { name: "baseline", in: "query", description: "Where the path begins." },
  { name: "internal_batch_size", in: "query", description: "Steps computed at once.", type: "integer" },
  { name: "output", in: "query", description: "What is explained.", enum: [...explainOutputs] },
  detail,
];

const pictures = [
  "image/png",
  "image/jpeg",
  "application/octet-stream",
  "application/json",
  "multipart/form-data",
  "text/plain",
];

const failures = {
  400: "The picture, tensor, JSON, form or options cannot be used; the message says why.",
  401: "A token is asked for, and was not given.",
  404: "There is no such model or version.",
  413: "The body is larger than max_request_size.",
  500: "A defect of the server; its log knows the request id.",
  503: "No worker, a full queue, or a server that stops. Try again later.",
} as const;

function predict(operationId: string, parameters: readonly Parameter[]): Operation {
  return {
    operationId,
    description: "Predicts: the answer is what the model's handler makes of it.",
    parameters: [...parameters, detail],
    body: pictures,
    answers: ["*/*"],
    also: failures,
  };
}

function explain(operationId: string, parameters: readonly Parameter[]): Operation {
  return {
    operationId,
    description:
      "Explains: attributions [C][H][W] of the target class. With Accept: image/png, a heat map of them.",
    parameters: [...parameters, ...explainParameters],
    body: pictures,
    answers: ["application/json", "image/png"],
    also: failures,
  };
}

function kserve(operationId: string, description: string): PathItem {
  return {
    post: {
      operationId,
      description,
      parameters: [model],
      body: ["application/json"],
      also: failures,
    },
  };
}

/** The operations that every port answers. */
export const commonPaths: Readonly<Record<string, PathItem>> = {
  "/": { options: { operationId: "apiDescription", description: "This description.", open: true } },
  "/api-description": {
    get: { operationId: "api-description", description: "This description, for GET.", open: true },
  },
};

/** What the inference port answers. */
export function describeInference(): OpenApiDocument {
  return openApiDocument(API_TITLE, ABOUT, {
    ...commonPaths,
    "/ping": {
      get: {
        operationId: "ping",
        description: "Whether every model can answer.",
        open: true,
        also: { 503: "Some model has no worker, or the server stops." },
      },
    },
    "/predictions/{model_name}": { post: predict("predictions", [model]) },
    "/predictions/{model_name}/{model_version}": { post: predict("version_predictions", [model, version]) },
    "/explanations/{model_name}": { post: explain("explanations", [model]) },
    "/explanations/{model_name}/{model_version}": {
      post: explain("version_explanations", [model, version]),
    },
    "/v1/models/{model_name}:predict": kserve("v1_predict", "Predicts, in KServe's V1 protocol."),
    "/v1/models/{model_name}:explain": kserve("v1_explain", "Explains, in KServe's V1 protocol."),
    "/v2/models/{model_name}/infer": kserve("v2_infer", "Predicts, in KServe's V2 protocol."),
  });
}

/** What the inference port answers for one model. TorchServe writes "/prediction/" here, a path that it does not have. */
export function describeModelInference(name: string): OpenApiDocument {
  return openApiDocument(`RESTful API for: ${name}`, `Predictions and explanations of ${name}.`, {
    [`/predictions/${name}`]: { post: predict(name, []) },
    [`/explanations/${name}`]: { post: explain(`${name}_explanations`, []) },
  });
}
