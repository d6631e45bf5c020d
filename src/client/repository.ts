/**
 * @module
 * The models that a server can load, over V2's repository extension.
 */

import { isObject } from "../oip/index.ts";
import type { RepositoryEntry } from "../oip/index.ts";
import { jsonOf, segment } from "./transport.ts";
import type { CallOptions, Outgoing, Transport } from "./transport.ts";

/**
 * Models in and out of a running server.
 *
 * @example
 * const { repository } = new KServeClient("http://127.0.0.1:8080");
 * await repository.load("resnet18"); // resolves when it answers
 */
export class RepositoryClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** All models that the server knows of, with their states. @throws AnswerError, NoAnswerError */
  async index(call: CallOptions = {}): Promise<RepositoryEntry[]> {
    const outgoing: Outgoing = { method: "POST", path: "/v2/repository/index", ...emptyObject };
    const answer = await this.#transport.send(outgoing, call);
    const list = jsonOf(answer.bytes);
    if (Array.isArray(list) && list.every(isObject)) return list as readonly unknown[] as RepositoryEntry[];
    throw this.#transport.unreadable(outgoing, answer, "expected a list of models");
  }

  /** Loads a model; resolves when it answers. @throws AnswerError with the server's words; NoAnswerError */
  async load(model: string, call: CallOptions = {}): Promise<void> {
    await this.#transport.send({ method: "POST", path: pathOf(model, "load"), ...emptyObject }, call);
  }

  /** Unloads a model; its running requests finish. @throws AnswerError with the server's words; NoAnswerError */
  async unload(model: string, call: CallOptions = {}): Promise<void> {
    await this.#transport.send({ method: "POST", path: pathOf(model, "unload"), ...emptyObject }, call);
  }
}

const emptyObject = { body: "{}", headers: { "Content-Type": "application/json" } } as const;

function pathOf(model: string, verb: string): string {
  return `/v2/repository/models/${segment(model)}/${verb}`;
}
