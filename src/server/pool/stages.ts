/**
 * @module
 * How long jobs are in each stage of their way; the stages are those that KServe's SDK measures.
 */

/** Names of the stages: decoding and transform, the model's run for a class or an explanation, writing the reply. */
export const stages = ["preprocess", "predict", "explain", "postprocess"] as const;

/** One of {@link stages}. */
export type Stage = (typeof stages)[number];

/** Milliseconds of each job that passed a stage. Jobs that share a run of the model have its whole time each. */
export type StageTimes = Readonly<Record<Stage, readonly number[]>>;

/** Gathers the times of a batch. */
export class StageClock {
  readonly #times: Record<Stage, number[]> = { preprocess: [], predict: [], explain: [], postprocess: [] };

  /** The result of `work`, which is a stage of so many jobs; what fails is no stage passed. */
  time<T>(stage: Stage, jobs: number, work: () => T): T {
    const startedAt = performance.now();
    const result = work();
    const milliseconds = performance.now() - startedAt;
    for (let i = 0; i < jobs; i++) this.#times[stage].push(milliseconds);
    return result;
  }

  get times(): StageTimes {
    return this.#times;
  }
}
