/**
 * @module
 * CloudEvents 1.0 around V1 requests, as Knative Eventing sends them: in headers (binary) or in the body (structured). An
 * event is answered by an event of the same form.
 */

import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../../answer/answer.ts";
import { RequestError } from "../../errors.ts";
import { decodeBase64 } from "../../request/base64.ts";
import { isRecord } from "../../request/content.ts";

/** How an event came; none is null. */
export type EventForm = "binary" | "structured" | null;

const REQUIRED = ["specversion", "id", "source", "type"];
const STRUCTURED = "application/cloudevents+json";

/** What {@link openEvent} finds. */
export interface OpenedEvent {
  readonly form: EventForm;
  /** The request itself: JSON, or bytes that an event holds in base64. */
  readonly data: unknown;
}

/**
 * Takes the request out of its event, if it is in one.
 * @param body as JSON
 * @throws RequestError when an event lacks what CloudEvents demand, or its `data_base64` is none
 */
export function openEvent(headers: IncomingHttpHeaders, body: unknown): OpenedEvent {
  if (headers["ce-specversion"] !== undefined) {
    demand((name) => headers[`ce-${name}`], "header ce-");
    return { form: "binary", data: body };
  }
  const isEvent = isRecord(body) && "specversion" in body && ("data" in body || "data_base64" in body);
  if (!isEvent && !(headers["content-type"] ?? "").startsWith(STRUCTURED)) return { form: null, data: body };
  if (!isRecord(body)) throw new RequestError("badRequest", "A structured CloudEvent must be a JSON object.");
  demand((name) => body[name], "attribute ");
  const { data, data_base64: base64 } = body;
  return { form: "structured", data: typeof base64 === "string" ? decodeBase64(base64) : data };
}

function demand(attribute: (name: string) => unknown, kind: string): void {
  const missing = REQUIRED.filter((name) => typeof attribute(name) !== "string" || attribute(name) === "");
  if (missing.length > 0) {
    throw new RequestError(
      "badRequest",
      `The CloudEvent lacks ${missing.map((name) => kind + name).join(", ")}.`,
    );
  }
  const version = attribute("specversion");
  if (version !== "1.0" && version !== "0.3") {
    throw new RequestError("badRequest", `CloudEvents ${String(version)} is not spoken here; 1.0 is.`);
  }
}

/** An answer as an event of the form in which the request came. */
export function sealEvent(form: EventForm, model: string, answer: Answer): Answer {
  if (form === null) return answer;
  const attributes = {
    specversion: "1.0",
    id: randomUUID(),
    source: `io.kserve.inference.${model}`,
    type: "io.kserve.inference.response",
    time: new Date().toISOString(),
  };
  if (form === "binary") {
    const headers = Object.entries(attributes).flatMap(([name, value]) => [`ce-${name}`, value]);
    return { ...answer, headers: [...(answer.headers ?? []), ...headers] };
  }
  const head = JSON.stringify({ ...attributes, datacontenttype: "application/json" });
  return {
    ...answer,
    contentType: STRUCTURED,
    body: `${head.slice(0, -1)},"data":${Buffer.from(answer.body).toString("utf8")}}`,
  };
}
