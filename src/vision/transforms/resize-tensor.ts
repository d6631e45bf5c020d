/**
 * @module
 * Resizing tensors, which torchvision leaves to `torch.nn.functional.interpolate` with align_corners off.
 */

import { ArgumentError } from "../../errors.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { pickElements } from "../pick-pixels.ts";
import { lineWeights } from "../resample-filters.ts";
import type { LineWeights } from "../resample-filters.ts";
import type { InterpolationMode } from "./resize.ts";

/**
 * A tensor `[..., H, W]` in another size. Sums are taken in float64 and rounded once, where PyTorch rounds every product;
 * integers are rounded to the nearest, as torchvision does.
 * @throws ArgumentError for the modes that only pictures have
 * @throws DTypeError for integers of 64 bits
 */
export function resizeTensor(
  x: AnyTensor,
  height: number,
  width: number,
  mode: InterpolationMode,
  antialias: boolean,
): AnyTensor {
  const [fromHeight, fromWidth] = x.shape.slice(-2);
  if (mode === "nearest" || mode === "nearest-exact") {
    const shift = mode === "nearest" ? 0 : 0.5;
    return pickElements(x, nearest(fromHeight, height, shift), nearest(fromWidth, width, shift), 0);
  }
  if (mode !== "bilinear" && mode !== "bicubic") {
    throw new ArgumentError(
      `Resize: tensors are not resized with ${mode}, which is for pictures; put ToTensor after it`,
    );
  }
  const taps = (from: number, to: number): LineWeights =>
    antialias ? lineWeights(from, to, mode) : pointWeights(from, to, mode);
  const planes = Float64Array.from(x.to("float64").data);
  const narrowed = pass(planes, planes.length / fromWidth, 1, taps(fromWidth, width));
  const resized = pass(narrowed, narrowed.length / (fromHeight * width), width, taps(fromHeight, height));
  return rounded(resized, x, [...x.shape.slice(0, -2), height, width]);
}

/** Applies weights along an axis: `blocks` of [length, inner]. */
function pass(
  source: Float64Array,
  blocks: number,
  inner: number,
  { starts, weights }: LineWeights,
): Float64Array {
  const length = source.length / (blocks * inner);
  const target = new Float64Array(blocks * weights.length * inner);
  let to = 0;
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < weights.length; i++) {
      const own = weights[i];
      const first = (block * length + starts[i]) * inner;
      for (let at = first; at < first + inner; at++) {
        let sum = 0;
        for (let k = 0; k < own.length; k++) sum += source[at + k * inner] * own[k];
        target[to++] = sum;
      }
    }
  }
  return target;
}

function nearest(from: number, to: number, shift: number): Int32Array {
  const scale = Math.fround(from / to);
  return Int32Array.from({ length: to }, (_, i) =>
    Math.min(from - 1, Math.floor(Math.fround((i + shift) * scale))),
  );
}

/** Two or four neighbours of the sampled point, whatever the scale; beyond the edges the last pixel goes on. */
function pointWeights(from: number, to: number, mode: "bilinear" | "bicubic"): LineWeights {
  const starts = new Int32Array(to);
  const weights = Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const point = mode === "bilinear" ? Math.max(0, centre) : centre;
    const left = Math.floor(point);
    const shares = mode === "bilinear" ? linearShares(point - left) : cubicShares(point - left);
    const first = left - (shares.length / 2 - 1);
    const clamp = (at: number): number => Math.min(from - 1, Math.max(0, at));
    starts[i] = clamp(first);
    const own = new Float64Array(clamp(first + shares.length - 1) - starts[i] + 1);
    shares.forEach((share, k) => {
      own[clamp(first + k) - starts[i]] += share;
    });
    return own;
  });
  return { starts, weights };
}

function linearShares(t: number): readonly number[] {
  return [1 - t, t];
}

/** Keys' cubic with PyTorch's a = −0.75. */
function cubicShares(t: number): readonly number[] {
  const a = -0.75;
  const near = (d: number): number => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number): number => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

/** The values in the type of `x`. */
function rounded(values: Float64Array, x: AnyTensor, shape: readonly number[]): AnyTensor {
  if (isFloat(x.dtype)) return new Tensor(values, shape, "float64").to(x.dtype);
  const [min, max] = x.dtype === "uint8" ? [0, 255] : [-Infinity, Infinity];
  const whole = values.map((value) => Math.min(max, Math.max(min, halfEven(value))));
  return new Tensor(whole, shape, "float64").to(x.dtype);
}

/** torch.round. */
function halfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
