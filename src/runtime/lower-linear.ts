/**
 * @module
 * Fully connected layers, with the rectifier behind them where there is one.
 */

import type { Tensor } from "../tensor/tensor.ts";
import type { Builder } from "./builder.ts";
import { blockFloats, blocksOf, imagePitch } from "./place.ts";
import type { BlockShape, Place } from "./place.ts";
import { tableOf } from "./table.ts";
import type { PanelOrder } from "./weights.ts";

/** Most terms in a chunk of a sum: a running sum over thousands in float32 loses a digit, sums of chunks do not. */
const CHUNK_TERMS = 256;

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
  const panels = builder.weights.panels(weight, forwardOrder(weight, picture));
  const start = builder.weights.bias(bias, outFeatures);
  const terms = 8 * blocksOf(picture.channels) * picture.height * picture.width;
  const blocks = blocksOf(outFeatures);
  const flops = 2 * rows * weight.numel();
  const name = `linear${rectify ? " + relu" : ""} ${outFeatures} x ${weight.shape[1]} on ${rows}`;
  if (rows === 1) {
    builder.step(name, flops, (base) => {
      machine.code.multiplyRow(
        base + to,
        base + from,
        terms,
        panels.address,
        panels.pitch,
        blocks,
        start,
        rectify ? 1 : 0,
      );
    });
  } else {
    const multiply = rowsTimes(builder, rows, rowPitch, terms);
    builder.step(name, flops, (base) => {
      multiply(base + from, base + to, outPitch, 32, panels.address, panels.pitch, blocks, start, rectify);
    });
  }
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
  const lanes = 8 * blocksOf(picture.channels) * pixels;
  // Lane (block, pixel, channel of block) is feature (8 block + channel) · pixels + pixel: a block of lanes is 8 channels of a pixel.
  const panels = builder.weights.pixelPanels(weight, picture.channels, pixels);
  const multiply = rowsTimes(builder, rows, gradientPitch, 8 * blocksOf(outFeatures));
  const zeros = builder.weights.bias(null, lanes);
  const { offset: to, fresh } = builder.addGradient(x, "blocks");
  const pitch = imagePitch(picture);
  builder.step(`${name}, backward`, flops, (base) => {
    const start = fresh ? zeros : 0;
    multiply(base + gradient, base + to, pitch, 32, panels.address, panels.pitch, lanes / 8, start, false);
  });
}

/**
 * The product of `rows` rows with panels, as calls of `contractBlocks`: whole runs of 256 terms, and what is left.
 */
function rowsTimes(
  builder: Builder,
  rows: number,
  rowPitch: number,
  terms: number,
): (
  from: number,
  to: number,
  toPitch: number,
  blockPitch: number,
  panels: number,
  panelPitch: number,
  blocks: number,
  start: number,
  rectify: boolean,
) => void {
  const { machine } = builder;
  const whole = Math.floor(terms / CHUNK_TERMS);
  const rest = terms % CHUNK_TERMS;
  const bases = tableOf(
    machine,
    Array.from({ length: rows }, (_, row) => row * rowPitch),
  );
  const runs = tableOf(
    machine,
    Array.from({ length: Math.max(1, whole) }, (_, run) => 4 * run * CHUNK_TERMS),
  );
  const last = tableOf(machine, [4 * whole * CHUNK_TERMS]);
  return (from, to, toPitch, blockPitch, panels, panelPitch, blocks, start, rectify) => {
    const { code } = machine;
    if (whole > 0) {
      const ends = rectify && rest === 0 ? 1 : 0;
      code.contractBlocks(
        to,
        toPitch,
        blockPitch,
        from,
        bases,
        rows,
        runs,
        whole,
        1,
        CHUNK_TERMS,
        panels,
        panelPitch,
        blocks,
        start,
        ends,
      );
    }
    if (rest > 0) {
      code.contractBlocks(
        to,
        toPitch,
        blockPitch,
        from,
        bases,
        rows,
        last,
        1,
        1,
        rest,
        panels + 32 * whole * CHUNK_TERMS,
        panelPitch,
        blocks,
        whole > 0 ? 0 : start,
        rectify ? 1 : 0,
      );
    }
  };
}

/** Terms in the order (channel block, pixel, channel of block) in which a picture lies. */
export function forwardOrder(weight: Tensor, picture: BlockShape): PanelOrder {
  const [outFeatures, inFeatures] = weight.shape;
  const pixels = picture.height * picture.width;
  return {
    lanes: outFeatures,
    laneStride: inFeatures,
    depth: picture.channels,
    depthStride: pixels,
    block: 8,
    taps: Array.from({ length: pixels }, (_, pixel) => pixel),
  };
}

function pictureOf(place: Place): BlockShape {
  if (place.picture === null)
    throw new Error("a fully connected layer of a plan needs a matrix or a flattened picture");
  return place.picture;
}
