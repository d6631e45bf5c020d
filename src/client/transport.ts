/**
 * @module
 * One request over `fetch`, its time limit and its failures.
 */

import { isObject } from "../oip/index.ts";
import type { JsonObject } from "../oip/index.ts";
import { AnswerError, NoAnswerError } from "./errors.ts";

/** Milliseconds for which an answer is waited for unless said. */
export const DEFAULT_TIMEOUT_MS = 60_000;

/** What holds for every call of a client. */
export interface ClientOptions {
  /** Headers of every request: `{ Authorization: "Bearer ..." }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for which an answer is waited for; 60,000, and 0 is for ever. */
  readonly timeoutMs?: number;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** What one call may have of its own. */
export interface CallOptions {
  /** Aborts the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds, instead of the client's. */
  readonly timeoutMs?: number;
  /** Goes with the request as `X-Request-Id`, and stands in the server's log. */
  readonly requestId?: string;
  /** Headers of this request, over the client's: `{ traceparent: "00-..." }`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is sent. */
export interface Outgoing {
  readonly method: "GET" | "POST";
  /** Below the base address, with its slash. */
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, whole. */
export interface Incoming {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Sends requests to one server. */
export class Transport {
  readonly #base: string;
  readonly #options: ClientOptions;

  /** @param base `http://127.0.0.1:8080`, perhaps with a path below which the protocols begin */
  constructor(base: string, options: ClientOptions = {}) {
    this.#base = base.replace(/\/+$/, "");
    this.#options = options;
  }

  /**
   * The object of a JSON answer.
   * @throws AnswerError, NoAnswerError, the signal's reason
   */
  async json(outgoing: Outgoing, call: CallOptions = {}): Promise<JsonObject> {
    const answer = await this.send(outgoing, call);
    const value = jsonOf(answer.bytes);
    if (isObject(value)) return value;
    throw this.unreadable(outgoing, answer, "expected a JSON object");
  }

  /**
   * The list under a key of a JSON answer.
   * @throws AnswerError, NoAnswerError, the signal's reason
   */
  async list<Item>(outgoing: Outgoing, key: string, call: CallOptions = {}): Promise<Item[]> {
    const answer = await this.send(outgoing, call);
    const value = jsonOf(answer.bytes);
    if (isObject(value) && Array.isArray(value[key])) return value[key] as Item[];
    throw this.unreadable(outgoing, answer, `expected a JSON object with a list "${key}"`);
  }

  /**
   * Whether the answer is 200; 503 says no.
   * @throws AnswerError for any other status; NoAnswerError, the signal's reason
   */
  async says(path: string, call: CallOptions = {}): Promise<boolean> {
    const outgoing: Outgoing = { method: "GET", path };
    const answer = await this.#exchange(outgoing, call);
    if (answer.status === 503) return false;
    this.#check(outgoing, answer);
    return true;
  }

  /**
   * An answer below 400.
   * @throws AnswerError, NoAnswerError, the signal's reason
   */
  async send(outgoing: Outgoing, call: CallOptions = {}): Promise<Incoming> {
    const answer = await this.#exchange(outgoing, call);
    this.#check(outgoing, answer);
    return answer;
  }

  /** The error for an answer that says success and is not what the protocol promises. */
  unreadable({ method, path }: Outgoing, answer: Incoming, why: string, cause?: unknown): AnswerError {
    const begin = new TextDecoder().decode(answer.bytes.subarray(0, 80));
    return new AnswerError(
      `${method} ${this.#base}${path}: ${why}, got ${answer.status} ${JSON.stringify(begin)}`,
      { status: answer.status, requestId: answer.headers.get("x-request-id"), cause },
    );
  }

  #check({ method, path }: Outgoing, { status, headers, bytes }: Incoming): void {
    if (status < 400) return;
    const retryAfter = Number(headers.get("retry-after") ?? NaN);
    throw new AnswerError(`${method} ${this.#base}${path}: ${status} ${reasonIn(bytes)}`, {
      status,
      requestId: headers.get("x-request-id"),
      retryAfter: Number.isFinite(retryAfter) ? retryAfter : null,
    });
  }

  async #exchange(outgoing: Outgoing, call: CallOptions): Promise<Incoming> {
    const { method, path, body = null } = outgoing;
    const { timeoutMs = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal, requestId } = call;
    const patience = new AbortController();
    const timer = timeoutMs > 0 ? setTimeout(() => patience.abort(), timeoutMs) : null;
    try {
      const response = await (this.#options.fetch ?? fetch)(this.#base + path, {
        method,
        body,
        headers: {
          ...this.#options.headers,
          ...outgoing.headers,
          ...(requestId === undefined ? {} : { "X-Request-Id": requestId }),
          ...call.headers,
        },
        signal: signal === undefined ? patience.signal : AbortSignal.any([patience.signal, signal]),
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, headers: response.headers, bytes };
    } catch (cause) {
      signal?.throwIfAborted();
      const why = patience.signal.aborted
        ? `no answer within ${timeoutMs} ms`
        : `no answer (${causeOf(cause)})`;
      throw new NoAnswerError(`${method} ${this.#base}${path}: ${why}`, { cause });
    } finally {
      if (timer !== null) clearTimeout(timer);
    }
  }
}

/** A name as a segment of a path. */
export function segment(name: string): string {
  return encodeURIComponent(name);
}

/** `fetch` says "fetch failed"; Node's reason stands behind that. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return cause.message === "" ? cause.name : cause.message;
  return error.message;
}

/** The server's words: of KServe, TorchServe or FastAPI, else what it wrote, shortened. */
function reasonIn(bytes: Uint8Array): string {
  const value = jsonOf(bytes);
  if (isObject(value)) {
    for (const key of ["error", "message", "detail"]) {
      const reason = value[key];
      if (typeof reason === "string") return reason;
      if (reason !== undefined) return JSON.stringify(reason);
    }
  }
  return new TextDecoder().decode(bytes).trim().slice(0, 200);
}

/** The JSON in an answer, or undefined when there is none. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
