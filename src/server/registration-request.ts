/**
 * @module
 * `POST /models`: its parameters, in the query or in a JSON body, and its answers.
 */

import type { Request } from "express";
import { runtimes } from "../archive/index.ts";
import { RequestError } from "./errors.ts";
import type { Limits } from "./limits.ts";
import { readBody } from "./request/body.ts";
import { javaInteger } from "./request/java-integer.ts";
import { MAX_WORKERS } from "./served-model.ts";
import type { ServedModel, ServingSettings } from "./served-model.ts";
import type { RegisterRequest } from "./store/registration.ts";

/** TorchServe's names and what becomes of them; `s3_sse_kms` is taken, and means nothing where nothing is fetched from S3. */
type Parameters = ReadonlyMap<string, unknown>;

/**
 * Reads the parameters: of a JSON object when the content type says so, else of the query. A number that is none counts as not
 * given, as TorchServe has it.
 * @throws RequestError for a missing url, a runtime that does not exist, a number out of range, or broken JSON
 */
export async function readRegistration(request: Request, limits: Limits): Promise<RegisterRequest> {
  // False for another type, and null where there is no body at all, as `curl -X POST` asks.
  const isJson = typeof request.is("application/json") === "string";
  const parameters = isJson ? await json(request, limits) : query(request);
  const url = text(parameters, "url");
  if (url === undefined) throw new RequestError("badRequest", "Parameter url is required.");
  const runtime = text(parameters, "runtime");
  if (runtime !== undefined && !runtimes.some((known) => known === runtime)) {
    throw new RequestError("badRequest", `Invalid RuntimeType value: ${runtime.slice(0, 80)}`);
  }
  return {
    url,
    modelName: text(parameters, "model_name"),
    handler: text(parameters, "handler"),
    runtime,
    batchSize: number(parameters, "batch_size", 1),
    maxBatchDelay: number(parameters, "max_batch_delay", 0),
    initialWorkers: workers(parameters),
    responseTimeout: number(parameters, "response_timeout", 1),
    startupTimeout: number(parameters, "startup_timeout", 0),
    synchronous: truth(parameters, "synchronous"),
  };
}

/** The answer to a registration that went well, in TorchServe's words. */
export function registered(
  { synchronous = true }: RegisterRequest,
  { model, settings }: { readonly model: ServedModel; readonly settings: ServingSettings },
): { readonly code: number; readonly text: string } {
  const { name, version } = model;
  const { minWorkers } = settings;
  const which = `Model "${name}" Version: ${version} registered with ${minWorkers} initial workers`;
  if (minWorkers === 0) {
    return { code: 200, text: `${which}. Use scale workers API to add workers for the model.` };
  }
  return synchronous ? { code: 200, text: which } : { code: 202, text: "Processing worker updates..." };
}

function query(request: Request): Parameters {
  return new Map(
    Object.entries(request.query).map(([name, value]): [string, unknown] => [
      name,
      Array.isArray(value) ? value[0] : value,
    ]),
  );
}

async function json(request: Request, limits: Limits): Promise<Parameters> {
  const body = (await readBody(request, limits)).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestError(
      "badRequest",
      `The body is not JSON: ${reason}. Send {"url": "mnist.mar", "initial_workers": 1}, or the same in the query.`,
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return new Map(Object.entries(value));
  }
  throw new RequestError(
    "badRequest",
    `The body: expected a JSON object as {"url": "mnist.mar"}, got ${body.slice(0, 40)}`,
  );
}

function text(parameters: Parameters, name: string): string | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new RequestError("badRequest", `Parameter ${name}: expected text, got ${JSON.stringify(value)}`);
}

/** TorchServe takes a number below 0 for "not said". */
function number(parameters: Parameters, name: string, least: number): number | undefined {
  const value = whole(parameters.get(name));
  if (value === undefined || value < 0) return undefined;
  if (value >= least) return value;
  throw new RequestError("badRequest", `Parameter ${name}: expected at least ${least}, got ${value}`);
}

function workers(parameters: Parameters): number | undefined {
  const value = whole(parameters.get("initial_workers"));
  if (value === undefined || value <= MAX_WORKERS) return value;
  throw new RequestError(
    "badRequest",
    `Parameter initial_workers: expected 0 to ${MAX_WORKERS}, got ${value}`,
  );
}

function whole(value: unknown): number | undefined {
  const digits = typeof value === "number" ? String(value) : value;
  return typeof digits === "string" ? javaInteger(digits) : undefined;
}

/** As Java reads it: whatever is not "true" is false. */
function truth(parameters: Parameters, name: string): boolean | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null) return undefined;
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}
