/**
 * @module
 * What a request asks for beside its picture: fields of the query, of a JSON body or of a form. All are extensions;
 * a request without any is answered as TorchServe answers it.
 */

import { explainMethods, explainOutputs } from "../../model/explain-options.ts";
import type { ExplainBaseline, ExplainOptions, Target } from "../../model/explain-options.ts";
import { RequestError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import { acceptsByName } from "./accept.ts";
import { choiceField, expected, integerField, isAbsent, mergeFields, numberField } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { readHeatMapWishes } from "./heat-map-options.ts";
import type { HeatMapWishes } from "./heat-map-options.ts";

/** TorchServe explains class 0 when a request names none. */
const DEFAULT_TARGET = 0;

/** What a request for a prediction wishes: TorchServe's own answer, or everything beside it. */
export interface PredictionWishes {
  readonly full: boolean;
}

/** What a request for an explanation wishes. */
export interface ExplanationWishes {
  /** `bare` is TorchServe's own answer, `full` has everything beside it, `picture` is a heat map. */
  readonly format: "bare" | "full" | "picture";
  readonly explain: ExplainOptions;
  readonly heatMap: HeatMapWishes;
}

/** The names of all that can be asked of an explanation. */
export const EXPLANATION_FIELDS: readonly string[] = [
  "target",
  "method",
  "n_steps",
  "baseline",
  "internal_batch_size",
  "output",
  "detail",
  "overlay",
  "sign",
  "scale",
  "colormap",
];

/**
 * Reads the wishes of a prediction. The options of explanations mean nothing here and are ignored: TorchServe's clients
 * send one file, with its `target`, to both.
 * @param url the request target, for its query, which wins over the body
 * @throws RequestError when `detail` is not one that exists
 */
export function readPredictionWishes(url: string | undefined, body: Fields): PredictionWishes {
  return { full: readDetail(mergeFields(queryOf(url), body, ["detail"])) === "full" };
}

/**
 * Reads the wishes of an explanation.
 * @param url the request target, for its query, which wins over the body
 * @param accept the Accept header
 * @throws RequestError naming the field, what it may be and what it was
 */
export function readExplanationWishes(
  url: string | undefined,
  accept: string | undefined,
  body: Fields,
  limits: Pick<Limits, "maxSteps">,
): ExplanationWishes {
  const fields = mergeFields(queryOf(url), body, EXPLANATION_FIELDS);
  const detail = readDetail(fields);
  return {
    format: acceptsByName(accept, "image/png") ? "picture" : detail === "full" ? "full" : "bare",
    explain: readExplainOptions(fields, limits.maxSteps),
    heatMap: readHeatMapWishes(fields),
  };
}

/** How much of the answer is wanted. @throws RequestError when `detail` is neither `full` nor `none` */
export function readDetail(fields: Fields): "full" | "none" | undefined {
  return choiceField(fields, "detail", ["full", "none"]);
}

/** The query of a request target. */
export function queryOf(url = ""): URLSearchParams {
  const mark = url.indexOf("?");
  return new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
}

/**
 * What to explain and how.
 * @throws RequestError naming the field, what it may be and what it was
 */
export function readExplainOptions(fields: Fields, maxSteps: number): ExplainOptions {
  const nSteps = integerField(fields, "n_steps");
  if (nSteps !== undefined && nSteps > maxSteps) {
    throw new RequestError(
      "badRequest",
      `Option "n_steps" must be at most ${maxSteps} on this server, got ${nSteps}.`,
    );
  }
  return withoutAbsent({
    target: readTarget(fields),
    method: choiceField(fields, "method", explainMethods),
    nSteps,
    baseline: readBaseline(fields),
    internalBatchSize: integerField(fields, "internal_batch_size"),
    output: choiceField(fields, "output", explainOutputs),
  });
}

/** An integer, `predicted`, or, as Captum takes it, a list with one integer for the one picture. */
function readTarget(fields: Fields): Target {
  const value = fields.get("target");
  if (value === "predicted") return "predicted";
  if (Array.isArray(value)) {
    if (value.length === 1) return readTarget(new Map([["target", value[0] as unknown]]));
    throw expected("target", "one class for the one picture", value);
  }
  if (isAbsent(value)) return DEFAULT_TARGET;
  try {
    return integerField(fields, "target") ?? DEFAULT_TARGET;
  } catch {
    throw expected("target", 'an integer or "predicted"', value);
  }
}

function readBaseline(fields: Fields): ExplainBaseline | undefined {
  const value = fields.get("baseline");
  if (value === "zero" || value === "black") return value;
  try {
    return numberField(fields, "baseline");
  } catch {
    throw expected("baseline", 'a number, "zero" or "black"', value);
  }
}

/** Leaves out what was not asked for, so that defaults are decided in one place. */
function withoutAbsent(options: {
  [K in keyof ExplainOptions]: ExplainOptions[K] | undefined;
}): ExplainOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { target: DEFAULT_TARGET, ...given };
}
