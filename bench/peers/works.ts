/** @module What every engine is asked to do, and how right it has to be before it is timed. */

/** One kind of work. Its name is what goes over the wire. */
export interface Work {
  readonly name: WorkName;
  readonly title: string;
  /** Largest difference from the expected values, as a share of the largest of them, that still counts as right. */
  readonly tolerance: number;
}

/**
 * `forward-N` predicts N digits; `explain-N` is Integrated Gradients of one digit in N steps, for the class that it is;
 * `train-64` is one step of Adadelta on 64 digits.
 */
export type WorkName = "forward-1" | "forward-15" | "forward-64" | "explain-15" | "explain-50" | "train-64";

/**
 * Log-probabilities of float32 engines agree to rounding. Their explanations agree less well: where two values in a pooling
 * window are all but equal, rounding decides which of them the gradient goes through. The losses of three training steps
 * that start alike and drop the same units agree to what rounding and a learning rate of 1 make of each other.
 */
export const works: readonly Work[] = [
  { name: "forward-1", title: "forward, 1 digit", tolerance: 1e-5 },
  { name: "forward-15", title: "forward, 15 digits", tolerance: 1e-5 },
  { name: "forward-64", title: "forward, 64 digits", tolerance: 1e-5 },
  { name: "explain-15", title: "explanation, 15 steps", tolerance: 5e-2 },
  { name: "explain-50", title: "explanation, 50 steps", tolerance: 5e-2 },
  { name: "train-64", title: "training step, 64 digits", tolerance: 1e-3 },
];

/** The work of that name. @throws Error naming the works that there are */
export function workNamed(name: string): Work {
  const found = works.find((work) => work.name === name);
  if (found === undefined) {
    throw new Error(`no such work: ${name}; there are: ${works.map((work) => work.name).join(", ")}`);
  }
  return found;
}

/** Digits in one batch of the largest work; the material holds so many. */
export const DIGITS = 64;

/** Single digits that forward-1 and the explanations take in turn: what an explanation costs may depend on the digit. */
export const SINGLES = 10;

/** Training steps whose losses are compared. */
export const CHECKED_STEPS = 3;

/** The seed of the dropout masks. */
export const SEED = 1;
