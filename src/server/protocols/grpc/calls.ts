/**
 * @module
 * The calls of a gRPC service as functions from bytes to bytes.
 */

import type { AccessRecord } from "../../logger.ts";
import type { AnyMessage, MessageType, Value } from "./message.ts";

/** Answers one message with one. */
export type Unary = (request: Uint8Array, call: CallContext) => Promise<Uint8Array>;

/** What a call knows beside its message. */
export interface CallContext {
  /** Aborts when the client cancels, goes away, or its deadline passes. */
  readonly signal: AbortSignal;
  /** The client's own `x-request-id`, or a fresh one. */
  readonly requestId: string;
  /** Told which model is asked, once that is known. */
  readonly asks: (model: string, version: string | null) => void;
}

/** What is told of calls. */
export interface CallWatcher {
  /** A call for an inference has come. */
  begin?(): void;
  /** It has ended, whatever the answer. */
  end?(): void;
  /** Any call has been answered; `asked` is the model of an inference. */
  answered?(record: AccessRecord, asked: AskedModel | null): void;
}

/** Which model an inference was for. */
export interface AskedModel {
  readonly model: string;
  readonly askedVersion: string | null;
}

/** A call of a service. */
export interface Call {
  readonly request: AnyMessage;
  readonly response: AnyMessage;
  readonly handle: Unary;
}

/** A call with more than one answer. */
export type StreamCall = Pick<Call, "request" | "response"> &
  (
    | {
        /** Answers each message of the client with one. @throws FormatError when the bytes are no such message */
        readonly each: (request: Uint8Array) => Uint8Array;
      }
    | {
        /** Sends answers to one message until either side ends the call. @throws as `each` */
        readonly watch: (request: Uint8Array, send: (answer: Uint8Array) => void) => Watch;
      }
  );

/** A call that sends answers when there is something to say. */
export interface Watch {
  /** Says it now, if there is. */
  look(): void;
  /** Says nothing more. */
  stop(): void;
}

/** A service: its calls by name. */
export interface Service {
  /** With its package: `inference.GRPCInferenceService`. */
  readonly name: string;
  readonly calls: Readonly<Record<string, Call>>;
  readonly streams?: Readonly<Record<string, StreamCall>>;
}

/** A call whose messages are encoded and decoded here. */
export function unary<Q, R>(
  request: MessageType<Q>,
  response: MessageType<R>,
  handle: (request: Value<Q>, call: CallContext) => Partial<Value<R>> | Promise<Partial<Value<R>>>,
): Call {
  return {
    request,
    response,
    handle: async (bytes, call) => response.encode(await handle(request.decode(bytes), call)),
  };
}
