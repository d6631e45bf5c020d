/**
 * @module
 * The door between the server and the arithmetic. What stands behind it may be this thread, a pool of workers, or a
 * batching queue; requests do not know.
 */

import type { ExplainOptions } from "../model/explain-options.ts";
import type { Explanation, Model, Prediction } from "../model/model.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { ClientGone, RequestError } from "./errors.ts";

/** One example [1, C, H, W], already transformed for its model. */
interface Example {
  readonly model: Model;
  readonly input: Tensor;
}

/** What is asked of an example: its class, its attributions alone, or attributions with all that goes with them. */
export type Job =
  | (Example & { readonly kind: "predict" })
  | (Example & { readonly kind: "attribute" | "explain"; readonly options: ExplainOptions });

/** The answer to a {@link Job}, of the same kind. */
export type Result =
  | { readonly kind: "predict"; readonly prediction: Prediction }
  /** `attributions` is [C, H, W]. */
  | { readonly kind: "attribute"; readonly attributions: Tensor }
  | { readonly kind: "explain"; readonly explanation: Explanation };

/** Runs jobs. Each job's answer, or its failure, is its own: no job sees another's. */
export interface Runner {
  /**
   * Runs a job, or drops it unrun when `signal` aborts first.
   * @throws RequestError ("unavailable") when too many jobs wait
   * @throws ClientGone when `signal` aborted before the job began
   */
  run(job: Job, signal: AbortSignal): Promise<Result>;
}

interface Waiting {
  readonly job: Job;
  readonly signal: AbortSignal;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/**
 * Runs one job after another on this thread, in order of arrival. Between two jobs the event loop turns, so that uploads
 * and health checks go on.
 */
export class InProcessRunner implements Runner {
  readonly #queueSize: number;
  readonly #waiting: Waiting[] = [];
  #running = false;

  /** @param queueSize jobs that may wait; one more is refused, as TorchServe's job_queue_size */
  constructor(queueSize: number) {
    this.#queueSize = queueSize;
  }

  run(job: Job, signal: AbortSignal): Promise<Result> {
    if (this.#waiting.length >= this.#queueSize) {
      return Promise.reject(
        new RequestError(
          "unavailable",
          `Model "${job.model.name}" is busy: ${this.#queueSize} requests wait already (job_queue_size). Try again later.`,
        ),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, signal, resolve, reject });
      if (!this.#running) {
        this.#running = true;
        setImmediate(this.#next);
      }
    });
  }

  readonly #next = (): void => {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.#running = false;
      return;
    }
    if (waiting.signal.aborted) waiting.reject(new ClientGone("the client left before its turn"));
    else perform(waiting);
    setImmediate(this.#next);
  };
}

function perform(waiting: Waiting): void {
  try {
    waiting.resolve(execute(waiting.job));
  } catch (error) {
    waiting.reject(error);
  }
}

/** Computes a job here and now. */
export function execute(job: Job): Result {
  switch (job.kind) {
    case "predict":
      return { kind: "predict", prediction: job.model.predict(job.input)[0] };
    case "attribute":
      return { kind: "attribute", attributions: job.model.attribute(job.input, job.options)[0] };
    case "explain":
      return { kind: "explain", explanation: job.model.explain(job.input, job.options)[0] };
  }
}
