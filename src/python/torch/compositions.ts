/**
 * @module
 * What PyTorch has as one function and candil computes with several, or under other arguments.
 */

import * as ops from "../../ops/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { pairOf } from "../../ops/window2d.ts";
import { unsupported } from "../python-error.ts";
import { shownValue, toText } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import { entriesOf, floatNumber, intOf, pairOfInts } from "./arguments.ts";

/** The options of a convolution as Python has them. */
export interface ConvolutionArguments {
  readonly stride: Value;
  readonly padding: Value;
  readonly dilation: Value;
  readonly groups: number;
  readonly paddingMode: Value;
}

/** A convolution whose border may go on otherwise than with zeros. */
export function conv2dOf(x: Tensor, weight: Tensor, bias: Tensor | null, args: ConvolutionArguments): Tensor {
  const { padding, paddingMode } = args;
  const options = {
    stride: pairOfInts(args.stride, "conv2d stride"),
    dilation: pairOfInts(args.dilation, "conv2d dilation"),
    groups: args.groups,
  };
  if (typeof padding === "string") {
    if (padding !== "same" && padding !== "valid")
      raise("ValueError", `conv2d: unknown padding '${padding}'`);
    if (paddingMode !== "zeros" && padding === "same")
      throw unsupported(`padding='same' with padding_mode '${shownValue(paddingMode)}'`);
    return ops.conv2d(x, weight, bias, { ...options, padding });
  }
  const sizes = pairOfInts(padding, "conv2d padding");
  if (paddingMode === "zeros") return ops.conv2d(x, weight, bias, { ...options, padding: sizes });
  const [vertical, horizontal] = pairOf(sizes);
  const padded = padTo(x, [horizontal, horizontal, vertical, vertical], paddingMode, 0);
  return ops.conv2d(padded, weight, bias, options);
}

/** `F.pad`. */
export function padTo(x: Tensor, sides: readonly number[], mode: Value, value: number): Tensor {
  if (mode !== "constant" && mode !== "reflect" && mode !== "replicate" && mode !== "circular") {
    return raise("ValueError", `pad: unknown mode '${shownValue(mode)}'`);
  }
  return ops.pad(x, sides, mode === "constant" ? { mode, value } : { mode });
}

/** The size that an adaptive pool is asked for. */
export function outputSizeOf(value: Value): ops.OutputSize {
  const entries = entriesOf(value);
  const one = (entry: Value): number | null => (entry === null ? null : intOf(entry, "output_size"));
  if (entries === undefined) return one(value);
  if (entries.length === 1) return one(entries[0]);
  if (entries.length !== 2) raise("ValueError", `output_size: expected two sizes, got ${entries.length}`);
  return [one(entries[0]), one(entries[1])];
}

/** The largest value of each of the bins [⌊iH/h⌋, ⌈(i+1)H/h⌉). As `adaptive_max_pool2d`. */
export function adaptiveMaxPool2d(x: Tensor, size: ops.OutputSize): Tensor {
  const [height, width] = x.shape.slice(-2);
  const [h, w] = size === null || typeof size === "number" ? [size, size] : size;
  const [rows, columns] = [h ?? height, w ?? width];
  const bins = (count: number, length: number): [number, number][] =>
    Array.from({ length: count }, (_, i) => [
      Math.floor((i * length) / count),
      Math.ceil(((i + 1) * length) / count),
    ]);
  const lines = bins(rows, height).map(([top, bottom]) => {
    const band = ops.slice(x, -2, top, bottom);
    const cells = bins(columns, width).map(([left, right]) =>
      ops.maxPool2d(ops.slice(band, -1, left, right), [bottom - top, right - left]),
    );
    return cells.length === 1 ? cells[0] : ops.cat(cells, -1);
  });
  return lines.length === 1 ? lines[0] : ops.cat(lines, -2);
}

/** `F.interpolate` in the modes that candil has. */
export function upsampled(x: Tensor, size: Value, scale: Value, mode: Value, alignCorners: boolean): Tensor {
  const name = toText(mode, "interpolate mode");
  if (name !== "nearest" && name !== "bilinear") throw unsupported(`the interpolation mode '${name}'`);
  const numbers = (value: Value): number | number[] => {
    const entries = entriesOf(value);
    return entries === undefined
      ? floatNumber(value, "interpolate")
      : entries.map((entry) => floatNumber(entry, "interpolate"));
  };
  return ops.interpolate(x, {
    mode: name,
    ...(size === null ? {} : { size: numbers(size) }),
    ...(scale === null ? {} : { scaleFactor: numbers(scale) }),
    ...(name === "bilinear" ? { alignCorners } : {}),
  });
}

/** (x − mean) / √(variance + eps) over the last `dims` dimensions, with weight and bias of their shape. */
export function layerNorm(
  x: Tensor,
  dims: number,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const axes = Array.from({ length: dims }, (_, i) => i - dims);
  const centred = ops.sub(x, ops.mean(x, axes, { keepdim: true }));
  const spread = ops.sqrt(ops.add(ops.variance(x, axes, { keepdim: true, correction: 0 }), eps));
  const unit = ops.div(centred, spread);
  const scaled = weight === null ? unit : ops.mul(unit, weight);
  return bias === null ? scaled : ops.add(scaled, bias);
}

/** {@link layerNorm} over each group of channels, with one weight and bias a channel. */
export function groupNorm(
  x: Tensor,
  groups: number,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const [n, c, ...rest] = x.shape;
  if (groups < 1 || c % groups !== 0)
    raise("ValueError", `group_norm: ${groups} groups do not divide ${c} channels`);
  const unit = ops.reshape(layerNorm(ops.reshape(x, [n, groups, -1]), 1, null, null, eps), x.shape);
  const channel = [c, ...rest.map(() => 1)];
  const scaled = weight === null ? unit : ops.mul(unit, ops.reshape(weight, channel));
  return bias === null ? scaled : ops.add(scaled, ops.reshape(bias, channel));
}

/** x / (k + alpha · the mean of the squares of `size` neighbouring channels)^beta. */
export function localResponseNorm(x: Tensor, size: number, alpha: number, beta: number, k: number): Tensor {
  const channels = x.shape[1];
  const around = x.shape.slice(2).flatMap(() => [0, 0]);
  const padded = ops.pad(ops.mul(x, x), [...around, size >> 1, (size - 1) >> 1]);
  let total = ops.slice(padded, 1, 0, channels);
  for (let i = 1; i < size; i++) total = ops.add(total, ops.slice(padded, 1, i, i + channels));
  return ops.div(x, ops.pow(ops.add(ops.mul(total, alpha / size), k), beta));
}

/** x · tanh(log(1 + e^x)). */
export function mish(x: Tensor): Tensor {
  return ops.mul(x, ops.tanh(ops.softplus(x)));
}

/** The self-normalising elu: G. Klambauer et al. (2017). */
export function selu(x: Tensor): Tensor {
  return ops.mul(ops.elu(x, 1.6732632423543772), 1.0507009873554805);
}

/** v / max(‖v‖, eps) along a dimension. */
export function normalized(x: Tensor, p: number, dim: number, eps: number): Tensor {
  const powers = p === 2 ? ops.mul(x, x) : ops.pow(ops.abs(x), p);
  const total = ops.sum(powers, dim, { keepdim: true });
  const norm = p === 1 ? total : p === 2 ? ops.sqrt(total) : ops.pow(total, 1 / p);
  return ops.div(x, ops.clamp(norm, eps));
}
