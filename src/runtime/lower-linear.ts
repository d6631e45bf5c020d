/**
 * @module
 * Fully connected layers, with the rectifier behind them where there is one.
 */

import type { Tensor } from "../tensor/tensor.ts";
import type { Builder } from "./builder.ts";
import { blockFloats, blocksOf, imagePitch } from "./place.ts";
import type { BlockShape, Place } from "./place.ts";
import { rowsBackward, rowsForward, scratchFloats } from "./rows-product.ts";

/** A fully connected layer that was traced. */
export interface LinearCall {
  /** [out, in] */
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly rows: number;
}

/**
 * Writes the steps of y = x · weightᵀ + bias. A flattened picture stays in blocks: the weight's columns are packed in
 * the order of the blocks instead.
 * @param y the place of the result, after the rectifier if there is one
 */
export function lowerLinear(builder: Builder, call: LinearCall, x: Place, y: Place, rectify: boolean): void {
  const { weight, bias, rows } = call;
  const { machine } = builder;
  const [outFeatures] = weight.shape;
  const from = builder.read(x, "blocks");
  const picture = pictureOf(x);
  const rowPitch = imagePitch(picture);
  const to = builder.define(y, "blocks");
  const outPitch = imagePitch(pictureOf(y));
  const pixels = picture.height * picture.width;
  const panels = builder.weights.linear(weight, picture.channels, pixels);
  const start = builder.weights.bias(bias, outFeatures);
  const inBlocks = blocksOf(picture.channels) * pixels;
  const flops = 2 * rows * weight.numel();
  const name = `linear${rectify ? " + relu" : ""} ${outFeatures} x ${weight.shape[1]} on ${rows}`;
  const parts = machine.crew.ranges(rows).map((range) => ({
    multiply: rowsForward(
      machine,
      { rows: range.to - range.from, rowPitch, panels, inBlocks, outFeatures },
      rectify,
    ),
    scratch: builder.layout.take(scratchFloats(machine, range.to - range.from)),
  }));
  builder.step(name, flops, (base) => {
    machine.crew.share(rows, (kernel, first, _end, part) => {
      const { multiply, scratch } = parts[part];
      multiply({
        from: base + from + first * rowPitch,
        to: base + to + first * outPitch,
        toPitch: outPitch,
        start,
        scratch: base + scratch,
        call: kernel,
      });
    });
  });
  for (const { scratch } of parts) builder.layout.release(scratch);
  builder.adjoint(() => {
    if (!x.wanted) return;
    const gradient = builder.readGradient(y, "blocks");
    if (gradient === null) return;
    if (rectify) {
      const count = blockFloats(pictureOf(y));
      builder.step("relu backward", count, (base) =>
        machine.code.maskRectified(base + gradient, base + to, count),
      );
    }
    writeBackward(builder, call, x, gradient, outPitch, name, flops);
  });
}

/** dx += dy · weight, feature by feature in the order in which x lies. */
function writeBackward(
  builder: Builder,
  { weight, rows }: LinearCall,
  x: Place,
  gradient: number,
  gradientPitch: number,
  name: string,
  flops: number,
): void {
  const picture = pictureOf(x);
  const [outFeatures] = weight.shape;
  const pixels = picture.height * picture.width;
  const inBlocks = blocksOf(picture.channels) * pixels;
  // Block (channel block, pixel) of a row is 8 channels of a pixel.
  const panels = builder.weights.linear(weight, picture.channels, pixels);
  const { machine } = builder;
  const parts = machine.crew.ranges(rows).map((range) => ({
    multiply: rowsBackward(machine, {
      rows: range.to - range.from,
      rowPitch: gradientPitch,
      panels,
      inBlocks,
      outFeatures,
    }),
    scratch: builder.layout.take(scratchFloats(machine, range.to - range.from)),
  }));
  const zeros = builder.weights.bias(null, 8 * inBlocks);
  const { offset: to, fresh } = builder.addGradient(x, "blocks");
  const toPitch = imagePitch(picture);
  builder.step(`${name}, backward`, flops, (base) => {
    machine.crew.share(rows, (kernel, first, _end, part) => {
      const { multiply, scratch } = parts[part];
      multiply({
        from: base + gradient + first * gradientPitch,
        to: base + to + first * toPitch,
        toPitch,
        start: fresh ? zeros : 0,
        scratch: base + scratch,
        call: kernel,
      });
    });
  });
  for (const { scratch } of parts) builder.layout.release(scratch);
}

function pictureOf(place: Place): BlockShape {
  if (place.picture === null)
    throw new Error("a fully connected layer of a plan needs a matrix or a flattened picture");
  return place.picture;
}
