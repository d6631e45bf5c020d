/**
 * @module
 * A model as the protocols see it: whoever computes its answers, and whatever the request looked like.
 */

import { valuesFor } from "../inference.ts";
import type { JobInput, ModelInfo, Question, Values } from "../pool/job.ts";
import type { ServedModel } from "../served-model.ts";

export type { JobInput, ModelInfo, PlainTensor, Question, Values } from "../pool/job.ts";

/** A version of a model that can be asked. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  /** Null until it is loaded. */
  readonly info: ModelInfo | null;
  /** Whether a question would be answered. */
  readonly healthy: boolean;
  ask(input: JobInput, question: Question, signal: AbortSignal): Promise<Values>;
}

/** A served model as a subject. */
export function subjectOf(model: ServedModel): Subject {
  return {
    name: model.name,
    version: model.version,
    info: model.info,
    healthy: model.healthy,
    ask: (input, question, signal) => valuesFor(model, { input, question }, signal),
  };
}
