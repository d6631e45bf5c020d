/**
 * @module
 * The one table of what can go wrong with a request: status and type of each. Names are TorchServe's (Java exception
 * names), so that its clients recognise them; where TorchServe has none, a name in its manner.
 */

import { CandilError } from "../errors.ts";

/** Every way in which a request fails, with the status and type that its answer carries. */
const failures = {
  /** Anything wrong with picture, tensor, JSON, form or options. TorchServe: 503 "Prediction failed". */
  badRequest: { status: 400, type: "BadRequestException" },
  /** No token, a wrong one, or one that has expired. */
  unauthorized: { status: 401, type: "InvalidKeyException" },
  /** The same with TorchServe's status, for scripts that compare it. */
  unauthorizedAsTorchServe: { status: 400, type: "InvalidKeyException" },
  /** A model at a URL or in the store that cannot be had. */
  downloadFailed: { status: 400, type: "DownloadArchiveException" },
  /** An archive that is broken, or outside of what is read. TorchServe knows it when a worker dies of it. */
  invalidModel: { status: 400, type: "InvalidModelException" },
  /** Removing the default version while there are others. */
  versionInUse: { status: 403, type: "InvalidModelVersionException" },
  modelNotFound: { status: 404, type: "ModelNotFoundException" },
  versionNotFound: { status: 404, type: "ModelVersionNotFoundException" },
  resourceNotFound: { status: 404, type: "ResourceNotFoundException" },
  methodNotAllowed: { status: 405, type: "MethodNotAllowedException" },
  /** An upload that stalled, which TorchServe waits for for ever; or a model whose requests did not end. */
  timeout: { status: 408, type: "RequestTimeoutException" },
  conflict: { status: 409, type: "ConflictStatusException" },
  /** TorchServe: 413 without body or request id. */
  tooLarge: { status: 413, type: "RequestTooLargeException" },
  /** A Content-Encoding that is not read. */
  unsupportedEncoding: { status: 415, type: "UnsupportedMediaTypeException" },
  headersTooLarge: { status: 431, type: "BadRequestException" },
  internal: { status: 500, type: "InternalServerException" },
  /** A worker that did not answer in time, or could not be started: the reason may be told. */
  workerFailed: { status: 500, type: "InternalServerException" },
  /** An answer above `max_response_size`. TorchServe ends the worker, and says so. */
  answerTooLarge: { status: 500, type: "InternalServerException" },
  /** No worker, a full queue, a server that is stopping. */
  unavailable: { status: 503, type: "ServiceUnavailableException" },
} as const satisfies Record<string, { status: number; type: string }>;

/** The name of a row in the table of failures. */
export type Failure = keyof typeof failures;

/** The JSON object that an error is answered with. */
export interface ErrorBody {
  readonly code: number;
  readonly type: string;
  readonly message: string;
}

/** What a {@link RequestError} may have beside its message. */
export interface RequestErrorOptions extends ErrorOptions {
  /** Seconds after which asking again has a chance; the answer's Retry-After. */
  readonly retryAfter?: number;
}

/** A request that cannot be served, and why; the message goes to the client. */
export class RequestError extends CandilError {
  override name = "RequestError";
  readonly failure: Failure;
  readonly retryAfter: number | null;

  constructor(failure: Failure, message: string, options: RequestErrorOptions = {}) {
    super(message, options);
    this.failure = failure;
    this.retryAfter = options.retryAfter ?? null;
  }
}

/** The client closed its connection: there is nobody to answer, and nothing to compute. */
export class ClientGone extends Error {
  override name = "ClientGone";
}

/** The answer for a path that leads nowhere; TorchServe's words. */
export function resourceNotFound(): RequestError {
  return new RequestError(
    "resourceNotFound",
    "Requested resource is not found, please refer to API document.",
  );
}

/** The answer for a method that the path does not take; TorchServe's words. */
export function methodNotAllowed(): RequestError {
  return new RequestError(
    "methodNotAllowed",
    "Requested method is not allowed, please refer to API document.",
  );
}

/**
 * What the client is told. A {@link RequestError} says so itself; any other error that candil throws on purpose is about
 * what was sent, hence 400; everything else is a defect of ours, and its details stay in the log.
 */
export function errorBody(error: unknown): ErrorBody {
  const failure = failureOf(error);
  const { status, type } = failures[failure];
  const message = failure === "internal" || !(error instanceof Error) ? "Prediction failed" : error.message;
  return { code: status, type, message };
}

/** The row of the table that an error belongs to. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RequestError) return error.failure;
  if (error instanceof CandilError) return "badRequest";
  // Express marks what it finds wrong with a URL (a bad percent escape) with a status of 400.
  if (error instanceof URIError) return "badRequest";
  return "internal";
}
