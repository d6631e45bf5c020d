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

/** A request's wishes. */
export interface Asked {
  /** `bare` is TorchServe's own answer, `full` has everything beside it, `picture` is a heat map. */
  readonly format: "bare" | "full" | "picture";
  readonly explain: ExplainOptions;
  readonly heatMap: HeatMapWishes;
}

const NAMES = [
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
 * Reads the wishes out of query and body; where both name one, the query wins.
 * @param url the request target, for its query
 * @param accept the Accept header
 * @throws RequestError naming the field, what it may be and what it was
 */
export function readAsked(
  url: string | undefined,
  accept: string | undefined,
  body: Fields,
  limits: Pick<Limits, "maxSteps">,
): Asked {
  const fields = mergeFields(queryOf(url), body, NAMES);
  const detail = choiceField(fields, "detail", ["full", "none"]);
  const picture = acceptsByName(accept, "image/png");
  return {
    format: picture ? "picture" : detail === "full" ? "full" : "bare",
    explain: readExplainOptions(fields, limits.maxSteps),
    heatMap: readHeatMapWishes(fields),
  };
}

function queryOf(url = ""): URLSearchParams {
  const mark = url.indexOf("?");
  return new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
}

function readExplainOptions(fields: Fields, maxSteps: number): ExplainOptions {
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
