/**
 * @module
 * One call: who asks, what identifies it, when it ended, and what the log and the metrics hear of it.
 */

import type { Metadata, ServerUnaryCall } from "@grpc/grpc-js";
import { newRequestId } from "../../answer/answer.ts";
import { traceOf } from "../../deliver.ts";
import { carriedRequestId } from "../../request/request-id.ts";
import type { AccessRecord } from "../../logger.ts";
import type { AskedModel, CallContext, CallWatcher } from "./calls.ts";

/** The call whose duration counts as work. */
const INFERENCE = /\/ModelInfer$/;

/** What stands around the handling of one call. */
export class UnaryCall {
  readonly requestId: string;
  readonly context: CallContext;
  readonly #asked: ServerUnaryCall<Uint8Array, Uint8Array>;
  readonly #watcher: CallWatcher;
  readonly #startedAt = performance.now();
  #model: AskedModel | null = null;

  constructor(asked: ServerUnaryCall<Uint8Array, Uint8Array>, watcher: CallWatcher) {
    const cancelled = new AbortController();
    asked.once("cancelled", () => cancelled.abort());
    this.#asked = asked;
    this.#watcher = watcher;
    this.requestId = carriedRequestId(textIn(asked.metadata, "x-request-id")) ?? newRequestId();
    this.context = {
      signal: cancelled.signal,
      requestId: this.requestId,
      asks: (model, askedVersion) => (this.#model = { model, askedVersion }),
    };
    if (INFERENCE.test(asked.getPath())) watcher.begin?.();
  }

  /** The value of its `authorization` metadata. */
  get authorization(): string | undefined {
    return textIn(this.#asked.metadata, "authorization");
  }

  /** Tells whoever watches. @param status HTTP's */
  end(status: number, reason?: string): void {
    const path = this.#asked.getPath();
    if (INFERENCE.test(path)) this.#watcher.end?.();
    const record: AccessRecord = {
      remote: this.#asked.getPeer(),
      method: "POST",
      url: path,
      httpVersion: "2.0",
      status,
      milliseconds: performance.now() - this.#startedAt,
      requestId: this.requestId,
      ...traceOf(textIn(this.#asked.metadata, "traceparent")),
      ...(reason === undefined ? {} : { reason }),
    };
    this.#watcher.answered?.(record, this.#model);
  }
}

function textIn(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return typeof value === "string" ? value : undefined;
}
