/**
 * @module
 * TorchServe's request envelopes: `service_envelope` wraps the bodies of /predictions and /explanations, and their answers.
 *
 * | envelope | request | answer |
 * | --- | --- | --- |
 * | `body` | `{"data": BASE64, "target": 0}` | as without one; JSON bodies are always read so |
 * | `json` | `{"instances": [{"data": {"b64": BASE64}}, ...]}` | `{"predictions": [2, ...]}`, for explanations too |
 * | `kserve` | `{"instances": [{"data": BASE64, "target": 0}, ...]}` | `{"predictions": [2, ...]}` or `{"explanations": [...]}` |
 * | `kservev2` | `{"id", "inputs": [{"name", "shape", "datatype", "data"}]}` | `{"id", "model_name", "model_version", "outputs"}` |
 */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "../../answer/answer.ts";
import { newRequestId } from "../../answer/answer.ts";
import { RequestError } from "../../errors.ts";
import { abortWithClient, answerTo, valuesFor } from "../../inference.ts";
import type { InferenceKind } from "../../inference.ts";
import type { Limits } from "../../limits.ts";
import { queryOf } from "../../request/options.ts";
import { readSole } from "../../request/sole-part.ts";
import type { ServedModel } from "../../served-model.ts";
import { askEach } from "../ask-all.ts";
import { v1Answer } from "../v1/answer.ts";
import { v1Questions } from "../v1/questions.ts";
import { readV1Request } from "../v1/request.ts";
import { planInference } from "../v2/plan.ts";
import { readRestRequest } from "../v2/rest.ts";
import { instancesAnswer, tensorsAnswer } from "./answer.ts";

/** TorchServe's envelopes. */
export type Envelope = "body" | "json" | "kserve" | "kservev2";

/**
 * Answers one request whose body, and whose answer, are in an envelope.
 * @param sent the bytes of the request
 * @throws RequestError or another error of candil when it cannot be served
 * @throws ClientGone when the client left
 */
export async function envelopeInference(
  envelope: Exclude<Envelope, "body">,
  kind: InferenceKind,
  model: ServedModel,
  sent: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  limits: Limits,
): Promise<Answer> {
  const asked: Asked = {
    kind,
    model,
    url: request.url,
    headers: request.headers,
    body: await readSole(request.headers["content-type"], sent),
    signal: abortWithClient(response),
    limits,
  };
  return envelope === "kservev2" ? tensors(asked) : instances(envelope, asked);
}

/** What is asked, out of its connection. */
interface Asked {
  readonly kind: InferenceKind;
  readonly model: ServedModel;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly signal: AbortSignal;
  readonly limits: Limits;
}

async function instances(
  envelope: "json" | "kserve",
  { kind, model, url, body, signal, limits }: Asked,
): Promise<Answer> {
  const verb = kind === "predictions" ? "predict" : "explain";
  const { asks, full } = v1Questions(verb, readV1Request({}, body), url, limits);
  if (full) {
    const replies = await askEach(asks, (ask, own) => valuesFor(model, ask, own), signal);
    return v1Answer(verb, replies, full, infoOf(model));
  }
  const indent = envelope === "json" ? null : 2;
  const form = { as: "json", indent } as const;
  const items = await askEach(asks, (ask, own) => answerTo(model, { ...ask, form }, own), signal);
  const name = envelope === "kserve" && verb === "explain" ? "explanations" : "predictions";
  return instancesAnswer(
    name,
    items.map((item) => String(item.body)),
    indent,
  );
}

async function tensors({ kind, model, url, headers, body, signal, limits }: Asked): Promise<Answer> {
  const verb = kind === "predictions" ? "infer" : "explain";
  // TorchServe answers with one output for each input, whatever outputs are asked for.
  const request = { ...readRestRequest(headers, body), outputs: [] };
  const plan = planInference(verb, request, queryOf(url), limits);
  const replies = await askEach(plan.asks, (ask, own) => valuesFor(model, ask, own), signal);
  const requestId = newRequestId();
  const id = request.id === undefined || request.id.trim() === "" ? requestId : request.id;
  return { ...tensorsAnswer(id, model, plan.outputs(replies, infoOf(model))), requestId };
}

function infoOf({ name, info }: ServedModel): NonNullable<ServedModel["info"]> {
  if (info !== null) return info;
  throw new RequestError("unavailable", `Model "${name}" is not ready.`);
}
