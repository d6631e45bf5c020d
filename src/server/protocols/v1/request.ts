/**
 * @module
 * Requests of KServe's V1 protocol: everything that TorchServe's KServe wrapper takes, and TF Serving's `{"b64"}`.
 *
 * | instance | content | fields |
 * | --- | --- | --- |
 * | object with `data` or `body` | that: base64, `{"b64"}` or nested numbers | the other keys |
 * | `{"b64": "..."}`, or any key that holds one | the picture | the other keys |
 * | string | the picture in base64 | none |
 * | nested list | the numbers | none |
 */

import type { IncomingHttpHeaders } from "node:http";
import { RequestError } from "../../errors.ts";
import { contentOfJson, describe, isRecord, looksLikePicture, parseJson } from "../../request/content.ts";
import type { Content } from "../../request/content.ts";
import { checkInstances } from "../ask-all.ts";
import { openEvent } from "./cloud-event.ts";
import type { EventForm } from "./cloud-event.ts";

/** One instance of a request. */
export interface Instance {
  readonly content: Content;
  /** What stands beside the picture: `target` and other options. */
  readonly fields: ReadonlyMap<string, unknown>;
}

/** A request, read. */
export interface V1Request {
  readonly instances: readonly Instance[];
  /** Options for all instances: the object `parameters` beside them. */
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly event: EventForm;
}

/**
 * Reads a body. Whatever parses as JSON is JSON, whatever its content type says: curl, newman and KServe's batcher send all
 * sorts. A bare PNG or JPEG is one instance.
 * @throws RequestError naming what is missing or broken
 */
export function readV1Request(headers: IncomingHttpHeaders, body: Buffer): V1Request {
  const { form: event, data: opened } = openEvent(headers, looksLikePicture(body) ? body : parseJson(body));
  const data = opened instanceof Uint8Array && !looksLikePicture(opened) ? parseJson(opened) : opened;
  if (data instanceof Uint8Array) {
    const instances = [{ content: { kind: "picture", bytes: data } as const, fields: new Map() }];
    return { instances, parameters: new Map(), event };
  }
  const list = isRecord(data) ? (data["instances"] ?? data["inputs"]) : undefined;
  if (!isRecord(data) || !Array.isArray(list)) {
    throw new RequestError(
      "badRequest",
      `Expected {"instances": [...]} (or "inputs"), got ${describe(data)}.`,
    );
  }
  if (list.length === 0) throw new RequestError("badRequest", "The list of instances is empty.");
  checkInstances(list.length);
  return { instances: list.map(readInstance), parameters: readParameters(data["parameters"]), event };
}

function readParameters(value: unknown): ReadonlyMap<string, unknown> {
  if (value === undefined || value === null) return new Map();
  if (isRecord(value)) return new Map(Object.entries(value));
  throw new RequestError("badRequest", `"parameters" must be an object, got ${describe(value)}.`);
}

function readInstance(value: unknown, i: number): Instance {
  const where = `instances[${i}]`;
  if (!isRecord(value) || typeof value["b64"] === "string") {
    return { content: contentOfJson(value, where), fields: new Map() };
  }
  const name =
    ["data", "body"].find((key) => key in value) ?? Object.keys(value).find((key) => holdsBytes(value[key]));
  if (name === undefined) {
    throw new RequestError(
      "badRequest",
      `${where} must have the picture under "data" (or "body"), got ${describe(Object.keys(value))}.`,
    );
  }
  const fields = new Map(Object.entries(value).filter(([key]) => key !== name));
  return { content: contentOfJson(value[name], `${where}.${name}`), fields };
}

function holdsBytes(value: unknown): boolean {
  return isRecord(value) && typeof value["b64"] === "string";
}
