/**
 * @module
 * The inference app around a registry of models: TorchServe's and KServe's routes on Express, without a port. It loads nothing
 * that computes, which is what workers do.
 */

import type { Express, Request, RequestHandler, Response } from "express";
import { jsonAnswer } from "./answer/answer.ts";
import type { Answer } from "./answer/answer.ts";
import { checkSize } from "./answer/check-size.ts";
import { createDoor } from "./door.ts";
import type { Door } from "./door.ts";
import { methodNotAllowed, RequestError } from "./errors.ts";
import { inference } from "./inference.ts";
import type { InferenceKind } from "./inference.ts";
import { defaultLimits } from "./limits.ts";
import type { Limits } from "./limits.ts";
import type { Logger } from "./logger.ts";
import type { ModelRegistry } from "./models.ts";
import { envelopeInference } from "./protocols/envelopes/inference.ts";
import type { Envelope } from "./protocols/envelopes/inference.ts";
import { shelfOf } from "./protocols/corridor.ts";
import { answerFailures } from "./protocols/door.ts";
import { mountV1 } from "./protocols/v1/mount.ts";
import { mountV2 } from "./protocols/v2/mount.ts";
import { readBody } from "./request/body.ts";
import { formParts } from "./request/form.ts";
import type { Repository } from "./protocols/repository.ts";
import { isLoading } from "./served-model.ts";
import type { ServedModel } from "./served-model.ts";

/** What the inference app serves, and how. */
export interface RoutesOptions {
  /** May change while the app runs. */
  readonly models: ModelRegistry;
  readonly limits?: Partial<Limits>;
  /** In what the bodies of TorchServe's routes are wrapped; `service_envelope`. None, and `body`, are as JSON bodies are. */
  readonly envelope?: Envelope | null;
  /**
   * Whether TorchServe's routes take JSON and base64 text where no envelope unpacks them; `decode_input_request`, true. If not,
   * pictures are all that they take.
   */
  readonly decodeInput?: boolean;
  readonly logger?: Logger;
  /** Whether new work is welcome; once it says no, /ping is unhealthy and connections close after their answer. */
  readonly accepting?: () => boolean;
  /**
   * Express middleware before all routes: authorisation, CORS, counting. One that refuses a request passes a
   * {@link RequestError} to `next`, and its answer has the form of all others.
   */
  readonly middleware?: readonly RequestHandler[];
  /** Loads and unloads models for KServe's V2; without one they are those that there are. */
  readonly repository?: Repository;
  /** Adds routes of other protocols, before the answer for unknown paths. */
  readonly extend?: (app: Express, door: InferenceDoor) => void;
}

/** What routes of other protocols need. */
export interface InferenceDoor extends Door {
  readonly models: ModelRegistry;
  readonly limits: Limits;
}

/**
 * The routes of TorchServe's inference port:
 *
 * | method | path | answer |
 * | --- | --- | --- |
 * | GET | `/` | `{"status":"alive"}`, as KServe; TorchServe: 405 |
 * | any but OPTIONS | `/ping` | `{"status": "Healthy"}` |
 * | any but OPTIONS | `/predictions/{model}[/{version}]` | the class |
 * | any but OPTIONS | `/explanations/{model}[/{version}]` | attributions [C][H][W] |
 * | any but OPTIONS | `/invocations[?model_name=]`, `/models/{model}/invoke` | the class, for SageMaker |
 * | any but OPTIONS | `/{model}/predict`, `/{model}/{version}/predict` | the class, for clients of MMS |
 *
 * and those of KServe's V1 and V2 protocols, which {@link mountV1} and {@link mountV2} list.
 *
 * Segments after the version are ignored, as TorchServe hands them to a handler that ignores them. /ping says 503
 * "Unhealthy" when a model that should have workers has none that can answer; TorchServe counts workers that never loaded. One
 * that was registered a moment ago and still loads makes nobody else's server unhealthy.
 */
export function inferenceApp(options: RoutesOptions): Express {
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const { models, envelope = null, decodeInput = true } = options;
  const accepting = options.accepting ?? (() => true);
  const door = createDoor({
    logger: options.logger ?? {},
    lingerMs: limits.lingerMs,
    accepting,
    middleware: options.middleware ?? [],
  });
  const { app, send } = door;

  const answer = async (
    kind: InferenceKind,
    model: ServedModel,
    body: Buffer,
    request: Request,
    response: Response,
  ): Promise<void> => {
    const wrapped = unpacks(envelope, decodeInput) ? envelope : null;
    const answered =
      wrapped === null
        ? await inference(kind, model, body, request, response, limits, decodeInput)
        : await envelopeInference(wrapped, kind, model, body, request, response, limits);
    send(request, response, checkSize(answered, limits));
  };
  const infer =
    (kind: InferenceKind) =>
    async (request: Request<{ model: string; version?: string }>, response: Response): Promise<void> => {
      if (request.method === "OPTIONS") throw methodNotAllowed();
      const model = models.get(request.params.model, request.params.version);
      await answer(kind, model, await readBody(request, limits), request, response);
    };

  app.all("/", (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
    send(request, response, alive);
  });
  app.all("/ping", (request, response) => {
    if (request.method === "OPTIONS") throw methodNotAllowed();
    const well = accepting() && models.all().every((model) => model.healthy || isLoading(model));
    send(request, response, well ? healthyAnswer : unhealthyAnswer);
  });
  app.all("/predictions/:model{/:version}{/*rest}", infer("predictions"));
  app.all("/explanations/:model{/:version}{/*rest}", infer("explanations"));
  app.all("/invocations", async (request, response) => {
    if (request.method === "OPTIONS") throw methodNotAllowed();
    const body = await readBody(request, limits);
    const model = await invokedModel(models, request, body);
    await answer("predictions", model, body, request, response);
  });
  app.all("/models/:model/invoke", infer("predictions"));
  const { repository } = options;
  const corridor = {
    ...shelfOf({ models, limits, accepting, ...(repository === undefined ? {} : { repository }) }),
    send,
  };
  mountV1(app, corridor);
  mountV2(app, corridor);
  answerFailures(app, corridor);
  options.extend?.(app, { ...door, models, limits });
  app.all("/:model{/:version}/predict", infer("predictions"));
  door.close();
  return app;
}

/** KServe's envelopes read JSON themselves; `json` leaves it to TorchServe, and `body` has nothing to unpack. */
function unpacks(envelope: Envelope | null, decodeInput: boolean): envelope is Exclude<Envelope, "body"> {
  return envelope === "kserve" || envelope === "kservev2" || (envelope === "json" && decodeInput);
}

/** `?model_name=`, else the only model, else the form field `model_name`: TorchServe's order. */
async function invokedModel(models: ModelRegistry, request: Request, body: Buffer): Promise<ServedModel> {
  const { model_name: name } = request.query;
  if (typeof name === "string") return models.get(name);
  const names = models.names();
  if (names.length === 1) return models.get(names[0]);
  const field = (await formParts(request.get("content-type"), body)).find(
    (part) => part.name === "model_name",
  );
  if (field !== undefined) return models.get(field.bytes.toString("utf8"));
  throw new RequestError("badRequest", "Parameter model_name is required.");
}

const alive: Answer = { status: 200, contentType: "application/json", body: '{"status":"alive"}' };
const healthyAnswer = jsonAnswer(200, { status: "Healthy" });
/** TorchServe answers 500; 503 says that it will pass. */
const unhealthyAnswer = jsonAnswer(503, { status: "Unhealthy" });
