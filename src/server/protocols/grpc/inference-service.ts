/**
 * @module
 * `inference.GRPCInferenceService`, the Open Inference Protocol over gRPC.
 */

import type { TensorMetadata } from "../../../oip/index.ts";
import { askAll } from "../ask-all.ts";
import type { Shelf } from "../door.ts";
import { indexOf } from "../repository.ts";
import { loaded, modelMetadata, serverMetadata } from "../v2/metadata.ts";
import { planInference } from "../v2/plan.ts";
import { unary } from "./calls.ts";
import type { Service, Unary } from "./calls.ts";
import { readGrpcRequest, writeGrpcResponse } from "./infer.ts";
import * as messages from "./inference-messages.ts";

/** The service over the models of a shelf. */
export function inferenceService(shelf: Shelf): Service {
  const ready = (name: string, version: string): boolean =>
    shelf.accepting() && shelf.subject(name, version === "" ? undefined : version).healthy;
  return {
    name: "inference.GRPCInferenceService",
    calls: {
      ServerLive: unary(messages.ServerLiveRequest, messages.ServerLiveResponse, () => ({ live: true })),
      ServerReady: unary(messages.ServerReadyRequest, messages.ServerReadyResponse, () => ({
        ready: serverReady(shelf),
      })),
      ModelReady: unary(messages.ModelReadyRequest, messages.ModelReadyResponse, ({ name, version }) => ({
        ready: ready(name, version),
      })),
      ServerMetadata: unary(messages.ServerMetadataRequest, messages.ServerMetadataResponse, serverMetadata),
      ModelMetadata: unary(
        messages.ModelMetadataRequest,
        messages.ModelMetadataResponse,
        ({ name, version }) => {
          const subject = shelf.subject(name, version === "" ? undefined : version);
          const { inputs, outputs, ...rest } = modelMetadata(subject, shelf.versions(subject.name));
          return { ...rest, inputs: inputs.map(described), outputs: outputs.map(described) };
        },
      ),
      ModelInfer: {
        request: messages.ModelInferRequest,
        response: messages.ModelInferResponse,
        handle: modelInfer(shelf),
      },
      ...repositoryCalls(shelf),
    },
  };
}

/** Whether every model answers and new work is welcome. */
export function serverReady(shelf: Shelf): boolean {
  return shelf.accepting() && shelf.names().every((name) => shelf.subject(name).healthy);
}

function described({ name, datatype, shape }: TensorMetadata): {
  name: string;
  datatype: string;
  shape: bigint[];
} {
  return { name, datatype, shape: shape.map(BigInt) };
}

function modelInfer(shelf: Shelf): Unary {
  return async (bytes, { signal, requestId, asks }) => {
    const { model, version, request, raw } = readGrpcRequest(bytes);
    const subject = shelf.subject(model, version);
    asks(model, version ?? null);
    const plan = planInference("infer", request, new URLSearchParams(), shelf.limits);
    const replies = await askAll(subject, plan.asks, signal);
    return writeGrpcResponse(
      {
        id: request.id ?? requestId,
        modelName: subject.name,
        modelVersion: subject.version,
        outputs: plan.outputs(replies, loaded(subject)),
      },
      raw,
    );
  };
}

function repositoryCalls({ repository }: Shelf): Service["calls"] {
  const nameIn = (request: { model_name: string; triton_model_name: string }): string =>
    request.triton_model_name === "" ? request.model_name : request.triton_model_name;
  return {
    RepositoryIndex: unary(
      messages.RepositoryIndexRequest,
      messages.RepositoryIndexResponse,
      async ({ ready }) => ({ models: await indexOf(repository, ready) }),
    ),
    RepositoryModelLoad: unary(
      messages.RepositoryModelLoadRequest,
      messages.RepositoryModelLoadResponse,
      async (request) => {
        await repository.load(nameIn(request));
        return { model_name: nameIn(request), isLoaded: true };
      },
    ),
    RepositoryModelUnload: unary(
      messages.RepositoryModelUnloadRequest,
      messages.RepositoryModelUnloadResponse,
      async (request) => {
        await repository.unload(nameIn(request));
        return { model_name: nameIn(request), isUnloaded: true };
      },
    ),
  };
}
