/**
 * @module
 * The management app: which models there are, how they do, and how many workers they have.
 */

import type { Express, Request, RequestHandler, Response } from "express";
import { jsonAnswer } from "./answer/answer.ts";
import { createDoor } from "./door.ts";
import { methodNotAllowed, RequestError } from "./errors.ts";
import { defaultLimits } from "./limits.ts";
import type { Logger } from "./logger.ts";
import { describeServedModel } from "./model-description.ts";
import type { ModelRegistry } from "./models.ts";
import { MAX_WORKERS } from "./served-model.ts";
import type { ServedModel } from "./served-model.ts";
import { readRegistration, registered } from "./registration-request.ts";
import { javaInteger } from "./request/java-integer.ts";
import type { ModelManager } from "./store/model-manager.ts";

/** What the management app manages, and how. */
export interface ManagementAppOptions {
  readonly manager: ModelManager;
  readonly logger?: Logger;
  readonly accepting?: () => boolean;
  readonly middleware?: readonly RequestHandler[];
}

/** TorchServe's largest page, and the one that is given unless said. */
const PAGE = 100;

type OfModel = Request<{ model: string; version?: string }>;

/**
 * The routes of TorchServe's management port:
 *
 * | method | path | answer |
 * | --- | --- | --- |
 * | GET | `/models?limit=&next_page_token=` | the models' names, sorted |
 * | POST | `/models?url=...`, or the same as a JSON object | a model of the store is loaded and offered |
 * | GET | `/models/{model}[/{version}]`, `/models/{model}/all` | their settings, workers and queues; `?customized=true` asks a worker, too |
 * | PUT | `/models/{model}[/{version}]?min_worker=&max_worker=&synchronous=` | workers are added or taken away |
 * | PUT | `/models/{model}/{version}/set-default` | this version answers where none is named |
 * | DELETE | `/models/{model}[/{version}]` | running requests finish, and the model is gone |
 * | GET | `/v1/models/{model}` | whether a worker is ready |
 */
export function createManagementApp(options: ManagementAppOptions): Express {
  const { manager, logger = {}, accepting = () => true, middleware = [] } = options;
  const { models } = manager;
  const { app, send, close } = createDoor({
    logger,
    lingerMs: defaultLimits.lingerMs,
    accepting,
    middleware,
  });
  const status = (request: Request, response: Response, code: number, text: string): void =>
    send(request, response, jsonAnswer(code, { status: text }));

  app.get("/models", (request, response) => {
    send(request, response, jsonAnswer(200, page(models, request)));
  });
  app.post("/models", async (request, response) => {
    const asked = await readRegistration(request, defaultLimits);
    const { code, text } = registered(asked, await manager.register(asked));
    status(request, response, code, text);
  });
  app.get("/models/:model{/:version}", (request: OfModel, response) => {
    const { model, version } = request.params;
    const found = version === "all" ? models.all().filter(({ name }) => name === model) : [];
    const described = found.length > 0 ? found : [models.get(model, version === "all" ? undefined : version)];
    const customized = request.query["customized"] === "true";
    if (customized) described.forEach(checkDescribable);
    send(
      request,
      response,
      jsonAnswer(
        200,
        described.map((version) => ({
          ...describeServedModel(version),
          ...(customized ? { customizedMetadata: {} } : {}),
        })),
      ),
    );
  });
  app.put(
    "/models/:model/:version/set-default",
    (request: Request<{ model: string; version: string }>, response) => {
      const { model, version } = request.params;
      manager.setDefault(model, version);
      status(
        request,
        response,
        200,
        `Default version successfully updated for model "${model}" to "${version}"`,
      );
    },
  );
  app.put("/models/:model{/:version}", async (request: OfModel, response) => {
    const { model: name, version } = request.params;
    const model = models.get(name, version);
    const min = workers(request, "min_worker", 1);
    const max = workers(request, "max_worker", min);
    if (max < min) throw new RequestError("badRequest", "max_worker cannot be less than min_worker.");
    if (request.query["synchronous"] !== "true") {
      // Who asks so does not wait: what goes wrong stands in the log, and in the model's description.
      manager.scale(model, min, max).catch((error: unknown) => logger.defect?.(error, `scale ${name}`));
      status(request, response, 202, "Processing worker updates...");
      return;
    }
    await manager.scale(model, min, max);
    const which = version === undefined ? "" : `, version: ${version}`;
    status(request, response, 200, `Workers scaled to ${min} for model: ${name}${which}`);
  });
  app.delete("/models/:model{/:version}", async (request: OfModel, response) => {
    const { model: name, version } = request.params;
    await manager.unregister(name, version);
    status(request, response, 200, `Model "${name}" unregistered`);
  });
  app.get("/v1/models/:model", (request: OfModel, response) => {
    const model = models.get(request.params.model);
    const ready = model.workers().some((worker) => worker.ready);
    send(request, response, jsonAnswer(200, { name: model.name, ready }));
  });
  app.all(["/", "/models{/:model}{/:version}"], () => {
    throw methodNotAllowed();
  });
  close();
  return app;
}

/** What a handler says of itself comes from a worker. Handlers that candil reads say nothing: `describe_handle` of the base class. */
function checkDescribable(model: ServedModel): void {
  if (model.workers().some(({ ready }) => ready)) return;
  throw new RequestError(
    "unavailable",
    `Model "${model.name}" has no worker to serve describe request. Please use scale workers API to add workers.`,
  );
}

/** A page of the models: default versions only, and where the next one begins. As from TorchServe, an empty one follows a full last one. */
function page(models: ModelRegistry, request: Request): object {
  const asked = wholeNumber(request, "limit", PAGE);
  const limit = asked < 0 || asked > PAGE ? PAGE : asked;
  const first = Math.max(0, wholeNumber(request, "next_page_token", 0));
  const names = models.names().sort();
  const next = first + limit;
  return {
    nextPageToken: limit > 0 && next <= names.length ? String(next) : undefined,
    models: names.slice(first, next).map((name) => ({ modelName: name, modelUrl: models.get(name).url })),
  };
}

/** A number of workers, from 0. */
function workers(request: Request, name: string, byDefault: number): number {
  const value = wholeNumber(request, name, byDefault);
  if (value >= 0 && value <= MAX_WORKERS) return value;
  throw new RequestError("badRequest", `Parameter ${name} must be from 0 to ${MAX_WORKERS}, got ${value}.`);
}

/** A number of the query. What is no whole number is taken for absent, as TorchServe does. */
function wholeNumber(request: Request, name: string, byDefault: number): number {
  const text = request.query[name];
  return (typeof text === "string" ? javaInteger(text) : undefined) ?? byDefault;
}
