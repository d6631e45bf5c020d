/** @module A convolution of the input, of few channels, with the rectifier behind it where there is one. */

import type { Conv2dPlan } from "../../ops/conv2d.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { blocksOf, imagePitch, planeFloats } from "../place.ts";
import { tableOf } from "../table.ts";
import { addParts, clear, maskRectified, takeBlocks } from "./stage.ts";
import type { BlocksValue, Built, PlainValue, Workshop } from "./stage.ts";

/** A convolution with the parameters that it learns. */
export interface Learning {
  readonly g: Conv2dPlan;
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly rectify: boolean;
}

/** Whether windows move by one pixel over the picture itself. */
export function isBare(g: Conv2dPlan): boolean {
  return (
    g.groups === 1 &&
    g.strideHeight === 1 &&
    g.strideWidth === 1 &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    g.outHeight === g.inHeight - g.kernelHeight + 1 &&
    g.outWidth === g.inWidth - g.kernelWidth + 1 &&
    g.padTop === 0 &&
    g.padLeft === 0
  );
}

/** The stage; no gradient flows to the input. */
export function firstConvolution(
  shop: Workshop,
  { g, weight, bias, rectify }: Learning,
  x: PlainValue,
): Built<BlocksValue> {
  const { machine, learned } = shop;
  const { code, crew } = machine;
  const taps = g.inChannels * g.kernelHeight * g.kernelWidth;
  const inFloats = g.inChannels * g.inHeight * g.inWidth;
  const blocks = blocksOf(g.outChannels);
  const value = takeBlocks(shop, {
    images: g.batch,
    channels: g.outChannels,
    height: g.outHeight,
    width: g.outWidth,
  });
  const pitch = imagePitch(value.picture);
  const plane = 4 * planeFloats(value.picture);
  const bases = tableOf(machine, cornersOf(g));
  const rows = tableOf(machine, rowsOf(g));
  const rowCount = g.inChannels * g.kernelHeight;
  const tapTable = tableOf(
    machine,
    Array.from({ length: taps }, (_, tap) => tap),
  );
  const panels = learned.ordered(weight, "taps", 8 * blocks * taps, (to, from) => {
    code.packPanels(to, from, g.outChannels, taps, 1, 1, 1, tapTable, taps);
  });
  const start = bias === null ? machine.take(8 * blocks) : learned.of(bias).value;
  // The gradient of the weight, from each part of the batch.
  const sumsBytes = 32 * blocks * taps;
  const sums = machine.take((crew.size * sumsBytes) / 4);
  return {
    value,
    stage: {
      name: `conv2d ${weight.shape.join(" x ")}${rectify ? " + relu" : ""}`,
      forward() {
        crew.share(g.batch, (call, from, to) => {
          for (let n = from; n < to; n++) {
            call(
              "contractBlocks",
              value.address + n * pitch,
              32,
              plane,
              x.address + 4 * n * inFloats,
              bases,
              g.outHeight * g.outWidth,
              rows,
              rowCount,
              rowCount,
              g.kernelWidth,
              panels,
              32 * taps,
              blocks,
              start,
              rectify ? 1 : 0,
            );
          }
        });
      },
      backward() {
        clear(machine, sums, crew.size * sumsBytes);
        crew.share(g.batch, (call, from, to, part) => {
          if (rectify) maskRectified(call, value, from, to);
          for (let n = from; n < to; n++) {
            call(
              "addTapGradients",
              sums + part * sumsBytes,
              value.gradient + n * pitch,
              x.address + 4 * n * inFloats,
              blocks,
              g.outHeight,
              g.outWidth,
              g.inChannels,
              g.inHeight,
              g.inWidth,
              g.kernelHeight,
              g.kernelWidth,
            );
          }
        });
        addParts(machine, sums, sumsBytes);
        const from = machine.view(sums, 8 * blocks * taps);
        const to = learned.gradientOf(weight);
        for (let i = 0; i < to.length; i++) {
          const channel = Math.floor(i / taps);
          to[i] = from[((channel >> 3) * taps + (i % taps)) * 8 + (channel & 7)];
        }
        if (bias !== null) sumOverPixels(shop, bias, value);
      },
    },
  };
}

/** The gradient of a bias: the gradient of pictures, summed over images and pixels. */
export function sumOverPixels({ machine, learned }: Workshop, bias: Tensor, value: BlocksValue): void {
  const { images, channels, height, width } = value.picture;
  const to = learned.of(bias).gradient;
  clear(machine, to, 32 * blocksOf(channels));
  for (let n = 0; n < images; n++) {
    const from = value.gradient + n * imagePitch(value.picture);
    machine.code.addPixelSums(to, from, blocksOf(channels), height * width);
  }
}

/** Offsets of the windows' corners in a plane. */
function cornersOf(g: Conv2dPlan): number[] {
  return Array.from({ length: g.outHeight * g.outWidth }, (_, pixel) => {
    return 4 * (Math.floor(pixel / g.outWidth) * g.inWidth + (pixel % g.outWidth));
  });
}

/** Offsets of a window's rows from its corner, channel by channel. */
function rowsOf(g: Conv2dPlan): number[] {
  return Array.from({ length: g.inChannels * g.kernelHeight }, (_, row) => {
    const channel = Math.floor(row / g.kernelHeight);
    return 4 * (channel * g.inHeight + (row % g.kernelHeight)) * g.inWidth;
  });
}
