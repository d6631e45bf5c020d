/**
 * @module
 * A convolution of 3 × 3 with 2 × 2 max-pooling behind it, and a rectifier before or behind the pool where there is one.
 * Forward by Winograd's method; backward from the one place of each window that has a gradient.
 */

import type { Conv2dPlan } from "../../ops/conv2d.ts";
import type { MaxPool2dPlan } from "../../ops/max-pool2d.ts";
import { WINOGRAD_POOL, WINOGRAD_RELU } from "../../kernels/simd/winograd.ts";
import type { Call } from "../call-queue.ts";
import { canLowerMaxPool2d } from "../lower-pool.ts";
import { blocksOf, imagePitch, planeFloats } from "../place.ts";
import { isBare, sumOverPixels } from "./first-convolution.ts";
import type { Learning } from "./first-convolution.ts";
import { addParts, bytesOf, clear, maskRectified, takeBlocks } from "./stage.ts";
import type { BlocksValue, Built, Workshop } from "./stage.ts";

/** Whether {@link pooledConvolution} can do it: pairs of whole blocks in, no padding, every pixel in a window or left over. */
export function canPool(g: Conv2dPlan, pool: MaxPool2dPlan): boolean {
  return (
    isBare(g) &&
    g.kernelHeight === 3 &&
    g.kernelWidth === 3 &&
    g.inChannels % 16 === 0 &&
    canLowerMaxPool2d(pool)
  );
}

/** The stage. */
export function pooledConvolution(
  shop: Workshop,
  { g, weight, bias, rectify }: Learning,
  pool: MaxPool2dPlan,
  x: BlocksValue,
): Built<BlocksValue> {
  const { machine, learned } = shop;
  const { code, crew } = machine;
  const value = takeBlocks(shop, {
    images: g.batch,
    channels: g.outChannels,
    height: pool.outHeight,
    width: pool.outWidth,
  });
  const windows = pool.outHeight * pool.outWidth;
  const blocks = blocksOf(g.outChannels);
  const channels = 8 * blocks;
  const inBlocks = g.inChannels / 8;
  const pitch = imagePitch(value.picture);
  const inPitch = imagePitch(x.picture);
  const plane = 4 * planeFloats(x.picture);
  const rowBytes = 32 * g.inWidth;

  const places = machine.take((g.batch * channels * windows) / 4);
  // What each part of the batch needs for itself.
  const parts = Array.from({ length: crew.size }, () => ({
    scratch: machine.take(
      Math.ceil(Math.max(code.winogradScratch(inBlocks, g.inWidth), 4 * (8 * channels + 16)) / 4),
    ),
    entries: machine.take(2 * channels * windows + 4),
    starts: machine.take(Math.max(channels, 4 * windows) + 1),
  }));
  // The gradient of the weight, from each part.
  const sumsBytes = 4 * channels * g.inChannels * 9;
  const sums = machine.take((crew.size * sumsBytes) / 4);
  const transformed = learned.ordered(weight, "winograd", 36 * channels * g.inChannels, (to, from) =>
    code.packWinograd(to, from, g.outChannels, g.inChannels, 0),
  );
  const strips = learned.ordered(weight, "strips", channels * g.inChannels * 9, (to, from) =>
    code.orderStrips(to, from, g.outChannels, channels, g.inChannels, 0),
  );
  const start = bias === null ? 0 : learned.of(bias).value;

  const backwardImage = (call: Call, n: number, part: number): void => {
    const { scratch, entries, starts } = parts[part];
    const dy = value.gradient + n * pitch;
    const place = places + n * channels * windows;
    const dx = x.gradient + n * inPitch;
    call("listByChannel", entries, starts, dy, place, blocks, pool.outHeight, pool.outWidth, rowBytes);
    call(
      "addWeightStrips",
      sums + part * sumsBytes,
      starts,
      x.address + n * inPitch,
      inBlocks / 2,
      plane,
      rowBytes,
      channels,
    );
    call("listByPlace", entries, starts, dy, place, blocks, windows, scratch);
    call(
      "addInputStrips",
      dx,
      starts,
      strips,
      inBlocks / 2,
      plane,
      rowBytes,
      channels,
      pool.outHeight,
      pool.outWidth,
    );
  };

  return {
    value,
    stage: {
      name: `conv2d ${weight.shape.join(" x ")}${rectify ? " + relu" : ""} + maxPool2d 2 x 2`,
      forward() {
        crew.share(g.batch, (call, from, to, part) => {
          call(
            "convolve3x3",
            value.address + from * pitch,
            places + from * channels * windows,
            x.address + from * inPitch,
            transformed,
            start,
            0,
            parts[part].scratch,
            to - from,
            inPitch,
            pitch,
            inBlocks,
            g.inHeight,
            g.inWidth,
            blocks,
            g.outHeight,
            g.outWidth,
            0,
            0,
            WINOGRAD_POOL | (rectify ? WINOGRAD_RELU : 0),
          );
        });
      },
      backward() {
        clear(machine, sums, crew.size * sumsBytes);
        clear(machine, x.gradient, bytesOf(x));
        crew.share(g.batch, (call, from, to, part) => {
          if (rectify) maskRectified(call, value, from, to);
          for (let n = from; n < to; n++) backwardImage(call, n, part);
        });
        addParts(machine, sums, sumsBytes);
        code.orderStrips(sums, learned.of(weight).gradient, g.outChannels, channels, g.inChannels, 1);
        if (bias !== null) sumOverPixels(shop, bias, value);
      },
    },
  };
}
