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
  /** An input that fits; null when none does. */
  readonly shape: readonly number[] | null;
}

/**
 * Finds the size of a module's input and the number of its classes.
 * @param preprocess the handler's: where it brings all pictures to one size, that is the input's
 * @param state the weights, of which the first of a convolution tells the channels
 * @throws PythonError when the source of module or handler is outside of the subset
 */
export function probe(
  forward: (x: Tensor) => Tensor,
  preprocess: (image: Image) => Tensor,
  state: ReadonlyMap<string, AnyTensor>,
): Probed {
  const resized = commonShape(preprocess);
  if (resized !== null) {
    const [, channels, height, width] = resized;
    const classes = classesOf(forward, resized);
    return { input: { channels, height, width }, classes, shape: classes === null ? null : resized };
  }
  const first = [...state.values()].find(({ shape }) => shape.length === 4);
  const candidates = first === undefined ? [3, 1] : [first.shape[1]];
  for (const channels of candidates) {
    for (const edge of EDGES) {
      const shape = [1, channels, edge, edge];
      const classes = classesOf(forward, shape);
      if (classes === null) continue;
      const anySize = classesOf(forward, [1, channels, edge + 4, edge + 8]) === classes;
      const size = anySize ? -1 : edge;
      return { input: { channels, height: size, width: size }, classes, shape };
    }
  }
  return { input: { channels: -1, height: -1, width: -1 }, classes: null, shape: null };
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

function classesOf(forward: (x: Tensor) => Tensor, shape: readonly number[]): number | null {
  const output = attempt(() => noGrad(() => forward(zeros(shape))).shape);
  return output?.length === 2 ? output[1] : null;
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
