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
  modelNotFound: { status: 404, type: "ModelNotFoundException" },
  versionNotFound: { status: 404, type: "ModelVersionNotFoundException" },
  resourceNotFound: { status: 404, type: "ResourceNotFoundException" },
  methodNotAllowed: { status: 405, type: "MethodNotAllowedException" },
  /** An upload that stalled. TorchServe waits for ever. */
  uploadTimeout: { status: 408, type: "RequestTimeoutException" },
  /** TorchServe: 413 without body or request id. */
  tooLarge: { status: 413, type: "RequestTooLargeException" },
  /** A Content-Encoding that is not read. */
  unsupportedEncoding: { status: 415, type: "UnsupportedMediaTypeException" },
  headersTooLarge: { status: 431, type: "BadRequestException" },
  internal: { status: 500, type: "InternalServerException" },
  /** The queue is full, or the server is stopping. */
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

/** A request that cannot be served, and why; the message goes to the client. */
export class RequestError extends CandilError {
  override name = "RequestError";
  readonly failure: Failure;

  constructor(failure: Failure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
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

function failureOf(error: unknown): Failure {
  if (error instanceof RequestError) return error.failure;
  if (error instanceof CandilError) return "badRequest";
  // Express marks what it finds wrong with a URL (a bad percent escape) with a status of 400.
  if (error instanceof URIError) return "badRequest";
  return "internal";
}
