/**
 * @module
 * What a V1 request asks about each of its instances.
 */

import type { Limits } from "../../limits.ts";
import { mergeFields } from "../../request/fields.ts";
import type { Fields } from "../../request/fields.ts";
import { EXPLANATION_FIELDS, queryOf, readDetail, readExplainOptions } from "../../request/options.ts";
import type { Ask } from "../ask-all.ts";
import { jobInput } from "../../request/job-input.ts";
import type { V1Request } from "./request.ts";

/** The two verbs of the protocol. */
export type V1Verb = "predict" | "explain";

/** What is asked, and whether the answer is to have all that is known (`detail=full`). */
export interface V1Questions {
  readonly asks: readonly Ask[];
  readonly full: boolean;
}

/**
 * Reads the questions. Options of an instance win over `parameters`, those of the query over both. An instance that names no
 * target takes that of the first one: TorchServe's wrapper explains all instances by the first one's.
 * @param url the request target, for its query
 * @throws RequestError naming the option, what it may be and what it was
 */
export function v1Questions(
  verb: V1Verb,
  { instances, parameters }: V1Request,
  url: string | undefined,
  limits: Pick<Limits, "maxSteps">,
): V1Questions {
  const query = queryOf(url);
  const known = verb === "explain" ? EXPLANATION_FIELDS : ["detail"];
  const full = readDetail(mergeFields(query, parameters, known)) === "full";
  const firstTarget = instances[0].fields.get("target");
  return {
    full,
    asks: instances.map(({ content, fields }) => {
      const all: Fields = new Map([["target", firstTarget], ...parameters, ...fields]);
      return {
        input: jobInput(content),
        question: questionOf(verb, mergeFields(query, all, known), full, limits),
      };
    }),
  };
}

function questionOf(
  verb: V1Verb,
  fields: Fields,
  full: boolean,
  { maxSteps }: Pick<Limits, "maxSteps">,
): Ask["question"] {
  if (verb === "predict") return { kind: "predict" };
  return { kind: full ? "explain" : "insights", options: readExplainOptions(fields, maxSteps) };
}
