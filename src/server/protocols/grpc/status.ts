/**
 * @module
 * Failures as statuses of gRPC.
 */

import { ClientGone, errorBody } from "../../errors.ts";
import type * as grpcJs from "./grpc-js.ts";

/** The status of a failure; the words are those that an HTTP client would read. */
export function statusOf({ status }: typeof grpcJs, error: unknown): { code: number; details: string } {
  if (error instanceof ClientGone)
    return { code: status.CANCELLED, details: "the client cancelled the call" };
  const { code, message } = errorBody(error);
  const codes: Readonly<Record<number, number>> = {
    400: status.INVALID_ARGUMENT,
    401: status.UNAUTHENTICATED,
    403: status.PERMISSION_DENIED,
    404: status.NOT_FOUND,
    405: status.UNIMPLEMENTED,
    408: status.DEADLINE_EXCEEDED,
    409: status.ALREADY_EXISTS,
    413: status.RESOURCE_EXHAUSTED,
    503: status.UNAVAILABLE,
  };
  return { code: codes[code] ?? status.INTERNAL, details: message };
}
