/**
 * @module
 * From a request of the Open Inference Protocol to questions, and from their replies to its answer. REST and gRPC share it.
 */

import { CandilError } from "../../../errors.ts";
import type { InferRequest, InferTensor, Parameters } from "../../../oip/index.ts";
import type { Limits } from "../../limits.ts";
import { mergeFields } from "../../request/fields.ts";
import { EXPLANATION_FIELDS, readExplainOptions } from "../../request/options.ts";
import type { Ask } from "../ask-all.ts";
import { checkInstances } from "../ask-all.ts";
import type { ModelInfo, Question, Values } from "../subject.ts";
import { inputExamples } from "./inputs.ts";
import type { InputExamples } from "./inputs.ts";
import { echo, outputKinds, questionKind } from "./outputs.ts";

/** What a client asked for: `infer`, or `explain` where it said so by path or parameter. */
export type V2Verb = "infer" | "explain";

/** What is to be asked, and how its replies become outputs. */
export interface Plan {
  readonly asks: readonly Ask[];
  /** @param replies to {@link asks}, in their order */
  outputs(replies: readonly Values[], info: ModelInfo): InferTensor[];
}

/** Parameters of the protocol and of Triton, which mean nothing to a model. */
const FOREIGN = ["binary_data_output", "binary_data", "binary_data_size", "explain"];

/**
 * Plans a request. Options stand in `parameters`: of an input for its examples, of the request for all; those of the query
 * win. `parameters: {"explain": true}` turns an `infer` into an explanation.
 * @throws RequestError, CandilError naming what is wrong
 */
export function planInference(
  verb: V2Verb,
  request: InferRequest,
  query: URLSearchParams,
  limits: Pick<Limits, "maxSteps">,
): Plan {
  const groups = request.inputs.map(inputExamples);
  checkInstances(groups.reduce((sum, { examples }) => sum + examples.length, 0));
  const explaining = verb === "explain" || request.parameters["explain"] === true;
  const names = groups.map(({ name }) => name);
  const kind = questionKind(request.outputs, explaining, names);
  const questions = request.inputs.map(({ parameters }) =>
    questionOf(kind, { ...request.parameters, ...parameters }, query, limits),
  );
  return {
    asks: groups.flatMap(({ examples }, i) => examples.map((input) => ({ input, question: questions[i] }))),
    outputs: (replies, info) => outputsOf(request, groups, replies, info),
  };
}

function questionOf(
  kind: Question["kind"],
  parameters: Parameters,
  query: URLSearchParams,
  { maxSteps }: Pick<Limits, "maxSteps">,
): Question {
  if (kind === "predict") return { kind };
  const own = Object.entries(parameters).filter(([name]) => !FOREIGN.includes(name));
  return {
    kind,
    options: readExplainOptions(mergeFields(query, new Map(own), EXPLANATION_FIELDS), maxSteps),
  };
}

/** The outputs that were requested, or, where none were, TorchServe's: one for each input, under its name. */
function outputsOf(
  request: InferRequest,
  groups: readonly InputExamples[],
  replies: readonly Values[],
  info: ModelInfo,
): InferTensor[] {
  let from = 0;
  const echoes = groups.map(({ name, examples, batched }) => {
    const own = replies.slice(from, (from += examples.length));
    return { name, make: () => echo(name, own, batched) };
  });
  if (request.outputs.length === 0) return echoes.map(({ make }) => make());
  return request.outputs.map(({ name }) => {
    if (Object.hasOwn(outputKinds, name)) return outputKinds[name].fill(replies, name, info);
    const found = echoes.find((one) => one.name === name);
    if (found === undefined) throw new CandilError(`there is no output "${name}"`);
    return found.make();
  });
}
