/**
 * @module
 * Convolutions without groups, with the rectifier behind them where there is one.
 */

import { kernels } from "../kernels/index.ts";
import type { Conv2dPlan } from "../ops/conv2d.ts";
import type { Builder } from "./builder.ts";
import { contractImages } from "./contract-images.ts";
import type { Runs, Source } from "./contract-images.ts";
import { flopsOf, inPicture, nameOf, outPicture } from "./conv2d-call.ts";
import type { Conv2dCall } from "./conv2d-call.ts";
import { suitsWinograd, writeWinogradBackward } from "./lower-winograd.ts";
import { blockFloats, blocksOf, imagePitch, planeFloats } from "./place.ts";
import type { BlockShape, Place } from "./place.ts";
import { tableOf } from "./table.ts";

/** Terms in a chunk of a sum, as in src/kernels/simd/contraction.ts: 512 × 8 lanes × 4 bytes are half of a small L1 cache. */
const CHUNK_TERMS = 512;

/** Whether {@link lowerConv2d} can do it. */
export function canLowerConv2d({ g }: Conv2dCall): boolean {
  return g.groups === 1 && g.batch > 0 && g.outHeight > 0 && g.outWidth > 0;
}

/**
 * Writes the steps of a convolution.
 * @param y the place of the result, after the rectifier if there is one
 */
export function lowerConv2d(builder: Builder, call: Conv2dCall, x: Place, y: Place, rectify: boolean): void {
  const { g, weight, bias } = call;
  const { machine } = builder;
  const from = sourceOf(builder, x, g);
  const to = builder.define(y, "blocks");
  const picture = outPicture(g);
  const bases: number[] = [];
  for (let row = 0; row < g.outHeight; row++) {
    for (let column = 0; column < g.outWidth; column++) {
      bases.push(row * g.strideHeight * from.rowPitch + 4 * column * g.strideWidth * from.block);
    }
  }
  const runs = runsOf(g, from, g.inChannels);
  const panels = builder.weights.panels(weight, {
    lanes: g.outChannels,
    laneStride: g.inChannels * g.kernelHeight * g.kernelWidth,
    depth: g.inChannels,
    depthStride: g.kernelHeight * g.kernelWidth,
    block: from.block,
    taps: Array.from({ length: g.kernelHeight * g.kernelWidth }, (_, tap) => tap),
  });
  const start = builder.weights.bias(bias, g.outChannels);
  const table = tableOf(machine, bases);
  const offsets = tableOf(machine, runs.offsets);
  builder.step(nameOf("conv2d", call, rectify), flopsOf(g), (base) => {
    const windows = { from, table, points: bases.length, offsets, runs };
    contractImages(machine, g.batch, base, windows, panels, { to, picture, start, rectify });
  });
  builder.adjoint(() => {
    if (!x.wanted) return;
    const gradient = builder.readGradient(y, "blocks");
    if (gradient === null) return;
    if (rectify) {
      const value = to;
      const count = blockFloats(picture);
      builder.step("relu backward", count, (base) =>
        machine.code.maskRectified(base + gradient, base + value, count),
      );
    }
    if (!isDense(g)) writePlainBackward(builder, call, x, y);
    else if (suitsWinograd(g)) writeWinogradBackward(builder, call, x, gradient);
    else if (g.inChannels >= 8) writeCorrelation(builder, call, x, gradient);
    else writeTaps(builder, call, x, gradient);
  });
}

/** The input with its padding, in blocks of 8 channels or, for few channels, of all of them. */
function sourceOf(builder: Builder, x: Place, g: Conv2dPlan): Source {
  const rows = Math.max(
    g.inHeight + g.padTop,
    (g.outHeight - 1) * g.strideHeight + (g.kernelHeight - 1) * g.dilationHeight + 1,
  );
  const columns = Math.max(
    g.inWidth + g.padLeft,
    (g.outWidth - 1) * g.strideWidth + (g.kernelWidth - 1) * g.dilationWidth + 1,
  );
  const bare = rows === g.inHeight && columns === g.inWidth;
  const picture = inPicture(g);
  if (g.inChannels >= 8) {
    const offset = builder.read(x, "blocks");
    return bare
      ? blockedSource(picture, offset, 8)
      : blockedSource({ ...picture, height: rows, width: columns }, padded(builder, x, g, rows, columns), 8);
  }
  const plain = builder.read(x, "plain");
  const rowPitch = 4 * columns * g.inChannels;
  if (bare && g.inChannels === 1) {
    return { offset: plain, block: 1, rowPitch, blockPitch: 0, imagePitch: rowPitch * rows };
  }
  const { machine } = builder;
  const offset = builder.layout.take(g.batch * rows * columns * g.inChannels + 16);
  const size = rowPitch * rows;
  builder.step("interleave channels", 0, (base) => {
    for (let n = 0; n < g.batch; n++) {
      machine.code.packPixels(
        base + offset + n * size,
        base + plain + 4 * n * g.inChannels * g.inHeight * g.inWidth,
        g.inChannels,
        g.inHeight,
        g.inWidth,
        g.inChannels,
        -g.padTop,
        rows,
        -g.padLeft,
        columns,
      );
    }
  });
  return { offset, block: g.inChannels, rowPitch, blockPitch: 0, imagePitch: size };
}

function blockedSource(picture: BlockShape, offset: number, block: number): Source {
  return {
    offset,
    block,
    rowPitch: 32 * picture.width,
    blockPitch: 4 * planeFloats(picture),
    imagePitch: imagePitch(picture),
  };
}

/** A copy of a value in blocks, with a border of zeros. */
function padded(builder: Builder, x: Place, g: Conv2dPlan, rows: number, columns: number): number {
  const from = builder.read(x, "blocks");
  return padBlocks(builder, inPicture(g), from, g.padTop, g.padLeft, rows, columns);
}

/** Copies a picture in blocks into one of `rows` × `columns`, `top` and `left` from its corner, among zeros. */
export function padBlocks(
  builder: Builder,
  picture: BlockShape,
  from: number,
  top: number,
  left: number,
  rows: number,
  columns: number,
): number {
  const { machine } = builder;
  const large: BlockShape = { ...picture, height: rows, width: columns };
  const count = blockFloats(large);
  const offset = builder.layout.take(count);
  const inside = 32 * (top * columns + left);
  const shownRows = Math.min(picture.height, rows - top);
  const shownBytes = 32 * Math.min(picture.width, columns - left);
  builder.clear(offset, count);
  builder.step("pad", 0, (base) => {
    for (let n = 0; n < picture.images; n++) {
      machine.code.copyPicture(
        base + offset + n * imagePitch(large) + inside,
        4 * planeFloats(large),
        32 * columns,
        base + from + n * imagePitch(picture),
        4 * planeFloats(picture),
        32 * picture.width,
        blocksOf(picture.channels),
        shownRows,
        shownBytes,
      );
    }
  });
  return offset;
}

/** Taps that lie side by side are one run. */
function runsOf(g: Conv2dPlan, from: Source, depth: number): Runs {
  const joined = g.dilationWidth === 1 ? g.kernelWidth : 1;
  const offsets: number[] = [];
  for (let block = 0; block < Math.ceil(depth / from.block); block++) {
    for (let ky = 0; ky < g.kernelHeight; ky++) {
      for (let kx = 0; kx < g.kernelWidth; kx += joined) {
        const row = block * from.blockPitch + ky * g.dilationHeight * from.rowPitch;
        offsets.push(row + 4 * kx * g.dilationWidth * from.block);
      }
    }
  }
  const taps = g.kernelHeight * g.kernelWidth;
  const blocksPerChunk = Math.max(1, Math.floor(CHUNK_TERMS / (taps * from.block)));
  return {
    offsets,
    length: joined * from.block,
    perChunk: (blocksPerChunk * taps) / joined,
  };
}

/** Whether the plan has an adjoint for the input of its own; the others are done plain. */
function isDense(g: Conv2dPlan): boolean {
  return (
    g.strideHeight === 1 &&
    g.strideWidth === 1 &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    g.padTop < g.kernelHeight &&
    g.padLeft < g.kernelWidth
  );
}

/** The correlation of the padded gradient with the kernel turned by half a turn. */
function writeCorrelation(builder: Builder, call: Conv2dCall, x: Place, gradient: number): void {
  const { g, weight } = call;
  const { machine } = builder;
  const rows = g.inHeight + g.kernelHeight - 1;
  const columns = g.inWidth + g.kernelWidth - 1;
  const top = g.kernelHeight - 1 - g.padTop;
  const left = g.kernelWidth - 1 - g.padLeft;
  const picture = outPicture(g);
  const offset = padBlocks(builder, picture, gradient, top, left, rows, columns);
  const from = blockedSource({ ...picture, height: rows, width: columns }, offset, 8);
  const bases: number[] = [];
  for (let row = 0; row < g.inHeight; row++) {
    for (let column = 0; column < g.inWidth; column++) bases.push(row * from.rowPitch + 32 * column);
  }
  const taps = g.kernelHeight * g.kernelWidth;
  const panels = builder.weights.panels(weight, {
    lanes: g.inChannels,
    laneStride: taps,
    depth: g.outChannels,
    depthStride: g.inChannels * taps,
    block: 8,
    taps: Array.from({ length: taps }, (_, tap) => taps - 1 - tap),
  });
  const runs = runsOf(g, from, g.outChannels);
  const table = tableOf(machine, bases);
  const offsets = tableOf(machine, runs.offsets);
  const zeros = builder.weights.bias(null, g.inChannels);
  const { offset: to, fresh } = builder.addGradient(x, "blocks");
  builder.step(nameOf("conv2d backward", call, false), flopsOf(g), (base) => {
    const windows = { from, table, points: bases.length, offsets, runs };
    const result = { to, picture: inPicture(g), start: fresh ? zeros : 0, rectify: false };
    contractImages(machine, g.batch, base, windows, panels, result);
  });
}

/** For few input channels: each output pixel's share of every tap first, then the taps' sums. */
function writeTaps(builder: Builder, call: Conv2dCall, x: Place, gradient: number): void {
  const { g, weight } = call;
  const { machine } = builder;
  const picture = outPicture(g);
  const lanes = g.inChannels * g.kernelHeight * g.kernelWidth;
  const pixels = g.outHeight * g.outWidth;
  const panels = builder.weights.panels(weight, {
    lanes,
    laneStride: 1,
    depth: g.outChannels,
    depthStride: lanes,
    block: 8,
    taps: [0],
  });
  const table = tableOf(
    machine,
    Array.from({ length: pixels }, (_, pixel) => 32 * pixel),
  );
  const depthBlocks = blocksOf(g.outChannels);
  const offsets = tableOf(
    machine,
    Array.from({ length: depthBlocks }, (_, block) => 4 * block * planeFloats(picture)),
  );
  const pitch = 32 * blocksOf(lanes);
  const terms = Array.from({ length: machine.crew.size }, () => builder.layout.take((pixels * pitch) / 4));
  const zeros = builder.weights.bias(null, lanes);
  const { offset: to, fresh } = builder.addGradient(x, "plain");
  if (fresh) builder.clear(to, x.count);
  builder.step(nameOf("conv2d backward", call, false), flopsOf(g), (base) => {
    machine.crew.share(g.batch, (kernel, first, end, part) => {
      for (let n = first; n < end; n++) {
        kernel(
          "contractBlocks",
          base + terms[part],
          pitch,
          32,
          base + gradient + n * imagePitch(picture),
          table,
          pixels,
          offsets,
          depthBlocks,
          CHUNK_TERMS / 8,
          8,
          panels.address,
          panels.pitch,
          blocksOf(lanes),
          zeros,
          0,
        );
        kernel(
          "gatherTaps",
          base + to + 4 * n * g.inChannels * g.inHeight * g.inWidth,
          base + terms[part],
          pitch,
          g.inChannels,
          g.inHeight,
          g.inWidth,
          g.outHeight,
          g.outWidth,
          g.kernelHeight,
          g.kernelWidth,
          g.padTop,
          g.padLeft,
        );
      }
    });
  });
}

/** Any other geometry: the kernel of the eager operation, on plain pictures. */
function writePlainBackward(builder: Builder, call: Conv2dCall, x: Place, gradient: Place): void {
  const { g, weight } = call;
  const { machine } = builder;
  const from = builder.readGradient(gradient, "plain") ?? 0;
  const { offset: to, fresh } = builder.addGradient(x, "plain");
  if (fresh) builder.clear(to, x.count);
  builder.step(nameOf("conv2d backward", call, false), flopsOf(g), (base) => {
    const dx = machine.view(base + to, x.count);
    kernels().conv2dBackwardInput(dx, machine.view(base + from, gradient.count), weight.data, g);
  });
}
