/**
 * @module
 * Jobs to replies, on this thread: each picture is decoded and transformed by itself, those that can share a run of the
 * model are stacked, and each gets its own reply or its own error.
 */

import type { ExplainOptions } from "../../model/explain-options.ts";
import type { Model } from "../../model/model.ts";
import { decodeImage } from "../../node/image.ts";
import { fromData } from "../../tensor/creation.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Image } from "../../vision/image.ts";
import { batchKey } from "./batch-key.ts";
import { render } from "./render.ts";
import type { Result } from "./render.ts";
import { StageClock } from "./stages.ts";
import type { Job, JobLimits, Outcome, Question } from "./job.ts";

/** A job whose picture is a tensor [1, C, H, W]. */
interface Prepared {
  readonly index: number;
  readonly job: Job;
  /** What was sent. */
  readonly picture: Image | Tensor;
  readonly input: Tensor;
}

/**
 * Runs jobs for `model`, any mixture of them; the outcomes are in the order of the jobs.
 * @param clock hears how long each stage takes
 */
export function perform(
  model: Model,
  jobs: readonly Job[],
  limits: JobLimits,
  clock = new StageClock(),
): Outcome[] {
  const outcomes = new Array<Outcome>(jobs.length);
  const groups = new Map<string, Prepared[]>();
  jobs.forEach((job, index) => {
    try {
      const prepared = clock.time("preprocess", 1, () => prepare(model, job, index, limits));
      const key = explainsItself(model, job.question) ? null : batchKey(job.question);
      const name = key === null ? `alone ${index}` : `${prepared.input.shape.join()} ${key}`;
      groups.set(name, [...(groups.get(name) ?? []), prepared]);
    } catch (error) {
      outcomes[index] = { ok: false, error };
    }
  });
  for (const group of groups.values()) {
    for (const [index, outcome] of settle(model, group, clock)) outcomes[index] = outcome;
  }
  return outcomes;
}

function prepare(model: Model, job: Job, index: number, limits: JobLimits): Prepared {
  const { input, question } = job;
  if (question.kind !== "predict") model.checkOptions(question.options);
  if (input.kind === "numbers") {
    const numbers = fromData(input.data, input.shape);
    return { index, job, picture: numbers, input: model.transform(numbers) };
  }
  const image = decodeImage(input.bytes, { maxPixels: limits.maxImagePixels });
  return { index, job, picture: image, input: model.transform(image) };
}

/** Whether the model's handler answers: nothing is asked that TorchServe's handlers could not be asked. */
function explainsItself(model: Model, question: Question): boolean {
  if (question.kind !== "insights" || !model.hasInsights) return false;
  return Object.keys(question.options).every((name) => name === "target");
}

/** One run for the whole group; if that fails, one for each, so that an error stays with the job that causes it. */
function settle(
  model: Model,
  group: readonly Prepared[],
  clock: StageClock,
): (readonly [index: number, outcome: Outcome])[] {
  const stage = group[0].job.question.kind === "predict" ? "predict" : "explain";
  try {
    const results = clock.time(stage, group.length, () => run(model, group));
    return group.map((prepared, i) => {
      return [prepared.index, clock.time("postprocess", 1, () => rendered(model, prepared, results[i]))];
    });
  } catch (error) {
    if (group.length === 1) return [[group[0].index, { ok: false, error }]];
    return group.flatMap((prepared) => settle(model, [prepared], clock));
  }
}

function rendered(model: Model, { job, picture }: Prepared, result: Result): Outcome {
  const image = picture instanceof Tensor ? null : picture;
  try {
    return { ok: true, reply: render(model, result, job.form, image) };
  } catch (error) {
    return { ok: false, error };
  }
}

function run(model: Model, group: readonly Prepared[]): Result[] {
  const batch = stack(group.map(({ input }) => input));
  const [{ job, picture }] = group;
  const { question } = job;
  if (explainsItself(model, question)) {
    return [
      { kind: "insights", insights: model.insights(picture, targetFor(model, question, batch), batch) },
    ];
  }
  switch (question.kind) {
    case "predict":
      return model.predict(batch).map((prediction) => ({ kind: "predict", prediction }));
    case "insights":
    case "attribute":
      return model
        .attribute(batch, optionsOf(question.options, group))
        .map((attributions) => ({ kind: "attribute", attributions }));
    case "explain":
      return model
        .explain(batch, optionsOf(question.options, group))
        .map((explanation) => ({ kind: "explain", explanation }));
  }
}

function optionsOf(shared: ExplainOptions, group: readonly Prepared[]): ExplainOptions {
  if (shared.target === "predicted") return shared;
  return { ...shared, target: group.map(({ job }) => targetOf(job.question)) };
}

/** The class that is explained. A list has one entry, which `checkOptions` has seen to. */
function targetOf(question: Question): number {
  if (question.kind === "predict" || question.options.target === "predicted") return 0;
  const { target } = question.options;
  return typeof target === "number" ? target : target[0];
}

/** The same, with the class that the model predicts where that was asked for. */
function targetFor(model: Model, question: Question, batch: Tensor): number {
  const predicted = question.kind !== "predict" && question.options.target === "predicted";
  return predicted ? model.classify(batch)[0].prediction : targetOf(question);
}

function stack(inputs: readonly Tensor[]): Tensor {
  if (inputs.length === 1) return inputs[0];
  const [{ shape, data }] = inputs;
  const batch = new Float32Array(inputs.length * data.length);
  inputs.forEach((input, i) => batch.set(input.data, i * data.length));
  return fromData(batch, [inputs.length, ...shape.slice(1)]);
}
