/**
 * @module
 * What a server tells its operator.
 */

/** One answered request. */
export interface AccessRecord {
  /** The client's address and port, `127.0.0.1:50000`. */
  readonly remote: string;
  readonly method: string;
  /** The request target as it came, query included. */
  readonly url: string;
  readonly httpVersion: string;
  readonly status: number;
  /** From the head of the request to the answer. */
  readonly milliseconds: number;
  readonly requestId: string;
  /** The trace that the request belongs to, from its `traceparent` header: 32 hexadecimal digits. */
  readonly traceId?: string;
  /** Why the request was refused; what the client was told. */
  readonly reason?: string;
}

/** Receives what happens; every method may be missing. */
export interface Logger {
  /** After each answer. */
  access?(record: AccessRecord): void;
  /** A defect of ours, with the request that met it; the client was told nothing of its details. */
  defect?(error: unknown, requestId: string): void;
}

/**
 * A record as a line of TorchServe's access log, `/127.0.0.1:50000 "PUT /predictions/mnist HTTP/1.1" 200 12`, followed by
 * the request id and, for a refusal, the reason.
 */
export function accessLine(record: AccessRecord): string {
  const { remote, method, url, httpVersion, status, milliseconds, requestId, reason } = record;
  // A request target cannot hold a line break, but a reason may quote what was sent.
  const why = reason === undefined ? "" : ` ${JSON.stringify(reason)}`;
  return `/${remote} "${method} ${url} HTTP/${httpVersion}" ${status} ${Math.round(milliseconds)} ${requestId}${why}`;
}
