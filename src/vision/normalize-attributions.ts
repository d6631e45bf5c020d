/**
 * @module
 * Attributions between -1 and 1, so that they can be shown.
 */

import { ArgumentError, ShapeError, formatShape } from "../errors.ts";
import { allocate } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Which attributions are shown. Captum's names. */
export type HeatMapSign = "all" | "positive" | "negative" | "absolute_value";

/** The names of all signs. */
export const heatMapSigns: readonly HeatMapSign[] = ["all", "positive", "negative", "absolute_value"];

/** Options of {@link normalizeAttributions}. */
export interface NormalizeAttributionsOptions {
  /** Which attributions are shown; `absolute_value` unless said, as in Captum. */
  readonly sign?: HeatMapSign;
  /** Share of the total, in percent, that the largest may hold before they are clipped; 2 unless said. */
  readonly outlierPerc?: number;
}

/**
 * Sums attributions [C, H, W] over their channels, keeps those of one sign, and divides them so that the largest are 1:
 * [H, W] in -1..1 for sign `all` and 0..1 for the others. As Captum's `visualize_image_attr` before it draws, to the bit
 * in the tensor's element type; but attributions that are zero throughout stay zero (released Captum fails to assert),
 * and an `outlierPerc` of 0 never runs past the end. The divisor is the attribution at which the running sum, from the
 * smallest on, reaches `100 - outlierPerc` percent of the total.
 * @throws ShapeError when the attributions are not [C, H, W]
 * @throws ArgumentError when `outlierPerc` is not between 0 and 100
 */
export function normalizeAttributions(
  attributions: Tensor,
  options: NormalizeAttributionsOptions = {},
): Tensor {
  const { sign = "absolute_value", outlierPerc = 2 } = options;
  if (!(outlierPerc >= 0 && outlierPerc <= 100)) {
    throw new ArgumentError(`outlierPerc: expected a percentage from 0 to 100, got ${outlierPerc}`);
  }
  const chosen = sumOfChannels(attributions);
  const { data } = chosen;
  for (let i = 0; i < data.length; i++) data[i] = ofSign(data[i], sign);
  const divisor = threshold(data.map(Math.abs), 100 - outlierPerc);
  if (divisor === 0) return new Tensor(data.fill(0), chosen.shape, chosen.dtype);
  // Negative attributions alone are shown as positive: the darker, the more they speak against the class.
  const scale = sign === "negative" ? -divisor : divisor;
  for (let i = 0; i < data.length; i++) {
    data[i] /= scale;
    data[i] = Math.max(-1, Math.min(1, data[i]));
  }
  return chosen;
}

function ofSign(value: number, sign: HeatMapSign): number {
  switch (sign) {
    case "all":
      return value;
    case "positive":
      return value > 0 ? value : 0;
    case "negative":
      return value < 0 ? value : 0;
    case "absolute_value":
      return Math.abs(value);
  }
}

function sumOfChannels(attributions: Tensor): Tensor {
  const [channels, height, width] = attributions.shape;
  if (attributions.ndim !== 3 || channels === 0) {
    throw new ShapeError(`attributions: expected [C, H, W], got ${formatShape(attributions.shape)}`);
  }
  const area = height * width;
  const sums = allocate(attributions.dtype, area);
  for (let i = 0; i < attributions.data.length; i++) sums[i % area] += attributions.data[i];
  return new Tensor(sums, [height, width], attributions.dtype);
}

/** The first of the sorted magnitudes at which the running sum reaches `percent` of the whole. */
function threshold(magnitudes: Float32Array | Float64Array, percent: number): number {
  const sorted = magnitudes.toSorted();
  const sums = sorted.slice();
  for (let i = 1; i < sums.length; i++) sums[i] += sums[i - 1];
  // NumPy multiplies in the array's own type; each store into the array of one element rounds to it.
  const goal = sums.slice(-1);
  for (const factor of [0.01, percent])
    goal[0] *= goal instanceof Float32Array ? Math.fround(factor) : factor;
  const first = sums.findIndex((sum) => sum >= goal[0]);
  // Rounding can lift 100 % of the sum above the sum.
  return sorted.at(first) ?? 0;
}
