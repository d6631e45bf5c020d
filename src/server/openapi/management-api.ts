/**
 * @module
 * The descriptions of the management and the metrics port.
 */

import { openApiDocument } from "./document.ts";
import type { OpenApiDocument, Operation, Parameter, PathItem } from "./document.ts";
import { API_TITLE, commonPaths } from "./inference-api.ts";

const model: Parameter = { name: "model_name", in: "path", description: "The model." };
const version: Parameter = { name: "model_version", in: "path", description: "One of its versions." };

function query(
  name: string,
  description: string,
  type: NonNullable<Parameter["type"]> = "string",
  rest: Pick<Parameter, "default" | "required"> = {},
): Parameter {
  return { name, in: "query", description, type, ...rest };
}

const common = {
  401: "A token is asked for, and was not given.",
  404: "There is no such model or version.",
  500: "A worker could not load the model; the message says why.",
} as const;

const register: Operation = {
  operationId: "registerModel",
  description:
    "Registers a model. The parameters may come in the query or as a JSON object. Only while the model API is enabled.",
  parameters: [
    query("url", "An archive's name in the model store, or a URL that allowed_urls names.", "string", {
      required: true,
    }),
    query("model_name", "A name other than the archive's."),
    query("handler", "A handler other than the archive's."),
    query("runtime", "Taken for TorchServe's clients; nothing of an archive is executed."),
    query("batch_size", "Most requests in one run of the model.", "integer", { default: 1 }),
    query("max_batch_delay", "Taken for TorchServe's clients; a batch never waits here.", "integer", {
      default: 100,
    }),
    query("initial_workers", "Workers to start.", "integer", { default: 0 }),
    query("synchronous", "Whether to answer when the workers are ready.", "boolean", { default: true }),
    query("response_timeout", "Seconds for a worker to answer.", "integer", { default: 120 }),
    query("startup_timeout", "Seconds for a worker to load the model.", "integer", { default: 120 }),
  ],
  also: {
    202: "Accepted; workers are starting.",
    400: "A parameter is missing or wrong, or the archive cannot be read.",
    ...common,
    405: "The model API is not enabled.",
    409: "This version is registered already.",
  },
};

const scale = (operationId: string, parameters: readonly Parameter[]): Operation => ({
  operationId,
  description: "Sets the number of workers.",
  parameters: [
    ...parameters,
    query("min_worker", "Workers that run.", "integer", { default: 1 }),
    query("max_worker", "At least min_worker; nothing scales by itself.", "integer"),
    query("synchronous", "Whether to answer when it is done.", "boolean", { default: false }),
  ],
  also: { 202: "Accepted; workers are being changed.", 400: "max_worker is below min_worker.", ...common },
});

const describe = (operationId: string, parameters: readonly Parameter[]): Operation => ({
  operationId,
  description: "The model's settings, workers and queue.",
  parameters: [
    ...parameters,
    query("customized", "Whether to add what the model says of itself.", "boolean"),
  ],
  also: common,
});

const unregister = (operationId: string, parameters: readonly Parameter[]): Operation => ({
  operationId,
  description: "Lets running requests finish and removes the model. Only while the model API is enabled.",
  parameters,
  also: {
    ...common,
    403: "The default version, while there are others.",
    405: "The model API is not enabled.",
    408: "Requests did not finish in time.",
  },
});

const modelPaths: Readonly<Record<string, PathItem>> = {
  "/models/{model_name}": {
    get: describe("describeModel", [model]),
    put: scale("setAutoScale", [model]),
    delete: unregister("unregisterModel", [model]),
  },
  "/models/{model_name}/{model_version}": {
    get: describe("version_describeModel", [model, version]),
    put: scale("version_setAutoScale", [model, version]),
    delete: unregister("version_unregisterModel", [model, version]),
  },
  "/models/{model_name}/{model_version}/set-default": {
    put: {
      operationId: "setDefault",
      description: "Lets this version answer where none is named.",
      parameters: [model, version],
      also: common,
    },
  },
};

/** What the management port answers. */
export function describeManagement(): OpenApiDocument {
  return openApiDocument(API_TITLE, "Models and their workers, over the HTTP API of TorchServe.", {
    ...commonPaths,
    "/models": {
      get: {
        operationId: "listModels",
        description: "The models, by name.",
        parameters: [
          query("limit", "Models in one answer.", "integer", { default: 100 }),
          query("next_page_token", "Where the answer before this one ended."),
        ],
        also: { 401: common[401] },
      },
      post: register,
    },
    ...modelPaths,
    "/token": {
      get: {
        operationId: "renewToken",
        description: "Makes a fresh key and writes it to the key file. The API's key opens it, and no other.",
        parameters: [query("type", "inference or management.", "string", { required: true })],
        also: { 401: common[401] },
      },
    },
  });
}

/** What the management port answers for one model. */
export function describeModelManagement(name: string): OpenApiDocument {
  return openApiDocument(
    `RESTful Management API for: ${name}`,
    `Versions and workers of ${name}.`,
    modelPaths,
  );
}

/** What the metrics port answers. */
export function describeMetrics(): OpenApiDocument {
  return openApiDocument(API_TITLE, "Metrics in Prometheus' text format.", {
    ...commonPaths,
    "/metrics": {
      get: {
        operationId: "metrics",
        description: "All metrics, or those that are named.",
        parameters: [query("name[]", "A metric's name; may be said several times.")],
        answers: ["text/plain; version=0.0.4; charset=utf-8"],
        open: true,
      },
    },
  });
}
