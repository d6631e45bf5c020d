/**
 * @module
 * What a person can ask of an explanation: one place for every protocol, the command line and the library.
 */

import type { AttributionMethodName, QuadratureMethod } from "../attribution/index.ts";
import { ArgumentError, IndexRangeError, nearestName } from "../errors.ts";

/**
 * The class to explain: its index (negative counts from the end, as in Captum), one index for each example, or
 * `"predicted"`, the class that the model predicts, example by example.
 */
export type Target = number | readonly number[] | "predicted";

/**
 * How to explain: an attribution method, or a quadrature rule, which is Integrated Gradients by that rule.
 * `integrated_gradients` takes the rule `gausslegendre`.
 */
export type ExplainMethod = AttributionMethodName | QuadratureMethod;

// A method that is missing here does not compile. The list is written out so that naming the methods, as a command's help
// does, loads none of them.
const methods: Readonly<Record<ExplainMethod, true>> = {
  integrated_gradients: true,
  saliency: true,
  input_x_gradient: true,
  gradient_shap: true,
  smoothgrad: true,
  smoothgrad_sq: true,
  vargrad: true,
  occlusion: true,
  feature_ablation: true,
  riemann_left: true,
  riemann_right: true,
  riemann_middle: true,
  riemann_trapezoid: true,
  gausslegendre: true,
};

/** Every {@link ExplainMethod}. */
export const explainMethods: readonly ExplainMethod[] = Object.keys(methods) as ExplainMethod[];

/**
 * What stands for the absence of a feature, in the model's own (normalised) space: a number; `"zero"`, which is 0,
 * Captum's and TorchServe's, a dark grey for MNIST; or `"black"`, an all-black picture after the model's transform.
 */
export type ExplainBaseline = number | "zero" | "black";

/** Which number of the model's answer is explained: as forward returns it, the logit, or the probability. */
export type ExplainOutput = "forward" | "logit" | "prob";

/** Every {@link ExplainOutput}. */
export const explainOutputs: readonly ExplainOutput[] = ["forward", "logit", "prob"];

/** Steps of the path unless said: TorchServe's 15. (Captum's own default is 50.) */
export const DEFAULT_STEPS = 15;

/** More steps than this are refused. The rule of 15 has converged; 10,000 take minutes. */
export const MAX_STEPS = 10_000;

/** A request for explanations. */
export interface ExplainOptions {
  readonly target: Target;
  /** `integrated_gradients` unless said. */
  readonly method?: ExplainMethod;
  /** Points on the path of Integrated Gradients; 15. The other methods have no path. */
  readonly nSteps?: number;
  /** `"zero"` unless said. The gradient methods without a path have no use for it. */
  readonly baseline?: ExplainBaseline;
  /** Most rows in one forward pass; chosen so that memory stays bounded unless said. It changes results by rounding alone. */
  readonly internalBatchSize?: number;
  /** `"forward"` unless said: for the MNIST nets the log-probability. */
  readonly output?: ExplainOutput;
  /** Called as Integrated Gradients proceeds; an error that it throws ends the work. */
  readonly onProgress?: (rowsDone: number, rowsInAll: number) => void;
}

/**
 * Checks all that can be known before any arithmetic.
 * @param classes how many classes the model knows; 0 when that is not known before it runs
 * @param examples how many examples are to be explained
 * @throws ArgumentError, IndexRangeError naming the option, what it may be, and what it was
 */
export function checkExplainOptions(options: ExplainOptions, classes: number, examples = 1): void {
  checkTarget(options.target, classes, examples);
  oneOf("method", options.method, explainMethods);
  oneOf("output", options.output, explainOutputs);
  const least = options.method?.startsWith("riemann") === true ? 2 : 1;
  integerBetween("n_steps", options.nSteps, least, MAX_STEPS);
  integerBetween("internal_batch_size", options.internalBatchSize, 1, MAX_STEPS);
  const { baseline } = options;
  if (
    typeof baseline === "number"
      ? !Number.isFinite(baseline)
      : !["zero", "black", undefined].includes(baseline)
  ) {
    throw new ArgumentError(`baseline must be a finite number, "zero" or "black", got ${String(baseline)}`);
  }
}

function checkTarget(target: Target, classes: number, examples: number): void {
  if (target === "predicted") return;
  const list = typeof target === "number" ? [target] : target;
  if (typeof target !== "number" && list.length !== examples) {
    throw new ArgumentError(
      `target: expected one class for each of the ${examples} examples, got ${list.length}`,
    );
  }
  for (const index of list) {
    if (!Number.isInteger(index))
      throw new ArgumentError(`target must be an integer or "predicted", got ${String(index)}`);
    if (classes > 0 && (index < -classes || index >= classes)) {
      throw new IndexRangeError(
        `target ${index} is out of range: the model has ${classes} classes, 0 to ${classes - 1}`,
      );
    }
  }
}

function oneOf(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return;
  const near = nearestName(value, choices);
  throw new ArgumentError(
    `${name} must be one of ${choices.join(", ")}, got "${value}"${near === null ? "" : `; did you mean "${near}"?`}`,
  );
}

/**
 * Throws unless an option, where given, is an integer from `least` to `most`.
 * @throws ArgumentError
 */
export function integerBetween(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw new ArgumentError(`${name} must be an integer from ${least} to ${most}, got ${value}`);
}
