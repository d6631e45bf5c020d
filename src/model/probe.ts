/**
 * @module
 * What a module takes and gives, found out by asking it: neither a model file nor its weights say.
 */

import { noGrad } from "../autograd/grad-mode.ts";
import { CandilError } from "../errors.ts";
import { PythonError } from "../python/python-error.ts";
import { zeros } from "../tensor/creation.ts";
import { Image } from "../vision/image.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import type { InputSize } from "./model.ts";

/** Edges of pictures that classifiers are made for, the likeliest first. */
const EDGES = [28, 224, 32, 64, 96, 128, 227, 256, 299, 384, 512];

/** What {@link probe} found. */
export interface Probed {
  readonly input: InputSize;
  /** Null when no input that was tried fits. */
  readonly classes: number | null;
  /** A batch that fits, and what the module gives for it; null when none does. */
  readonly example: Example | null;
}

/** A batch of one, [1, C, H, W], and the scores of its classes, [1, classes]. */
export interface Example {
  readonly batch: Tensor;
  readonly output: Tensor;
}

/** A module to ask, and what is known of it. */
export interface ProbeRequest {
  /** For shapes that may not fit. */
  readonly eager: (x: Tensor) => Tensor;
  /** For the shape that fits: where this one makes a plan at its first call, the plan is there for the first request. */
  readonly forward: (x: Tensor) => Tensor;
  /** The handler's: where it brings all pictures to one size, that is the input's. */
  readonly preprocess: (image: Image) => Tensor;
  /** The weights, of which the first of a convolution tells the channels. */
  readonly state: ReadonlyMap<string, AnyTensor>;
}

/**
 * Finds the size of a module's input and the number of its classes.
 * @throws PythonError when the source of module or handler is outside of the subset
 */
export function probe({ eager, forward, preprocess, state }: ProbeRequest): Probed {
  const resized = commonShape(preprocess);
  if (resized !== null) {
    const [, channels, height, width] = resized;
    return found({ channels, height, width }, exampleOf(forward, resized));
  }
  const first = [...state.values()].find(({ shape }) => shape.length === 4);
  const candidates = first === undefined ? [3, 1] : [first.shape[1]];
  for (const channels of candidates) {
    for (const edge of EDGES) {
      const shape = [1, channels, edge, edge];
      const classes = exampleOf(eager, shape)?.output.shape[1];
      if (classes === undefined) continue;
      const other = exampleOf(eager, [1, channels, edge + 4, edge + 8]);
      const size = other?.output.shape[1] === classes ? -1 : edge;
      return found({ channels, height: size, width: size }, exampleOf(forward, shape));
    }
  }
  return found({ channels: -1, height: -1, width: -1 }, null);
}

function found(input: InputSize, example: Example | null): Probed {
  return { input, classes: example?.output.shape[1] ?? null, example };
}

/** The shape that the handler gives two pictures of different sizes; null when it keeps their sizes or takes neither. */
function commonShape(preprocess: (image: Image) => Tensor): readonly number[] | null {
  for (const mode of ["RGB", "L"] as const) {
    const shapes = [
      [40, 30],
      [29, 37],
    ].map(([width, height]) => {
      const pixels = new Uint8Array(width * height * (mode === "RGB" ? 3 : 1));
      return attempt(() => preprocess(new Image(width, height, mode, pixels)).shape);
    });
    const [one, other] = shapes;
    if (one?.length === 4 && one.join() === other?.join()) return one;
  }
  return null;
}

function exampleOf(forward: (x: Tensor) => Tensor, shape: readonly number[]): Example | null {
  const batch = zeros(shape);
  const output = attempt(() => noGrad(() => forward(batch)));
  return output?.shape.length === 2 ? { batch, output } : null;
}

/** Null for what does not fit; what candil cannot read at all is an error. */
export function attempt<T>(body: () => T): T | null {
  try {
    return body();
  } catch (error) {
    const readable = !(error instanceof PythonError) || error.kind === "raised";
    if (error instanceof CandilError && readable) return null;
    throw error;
  }
}
