/**
 * @module
 * Convolutions of 3 × 3 by Winograd's method, where nothing hangs on which of two equal values comes out larger: in predictions,
 * with the pool behind them, and for the gradient of the input.
 */

import { isWinograd, WINOGRAD_POOL, WINOGRAD_RELU } from "../kernels/index.ts";
import type { Conv2dPlan } from "../ops/conv2d.ts";
import type { MaxPool2dPlan } from "../ops/max-pool2d.ts";
import type { Builder } from "./builder.ts";
import { flopsOf, inPicture, nameOf, outPicture } from "./conv2d-call.ts";
import type { Conv2dCall } from "./conv2d-call.ts";
import { blockFloats, blocksOf, imagePitch } from "./place.ts";
import type { BlockShape, Place } from "./place.ts";

/** Fewer channels do not repay the transforms. */
const LEAST_CHANNELS = 8;

/** Whether a convolution, or the gradient of its input, is one for Winograd's method. */
export function suitsWinograd(g: Conv2dPlan): boolean {
  return isWinograd(g) && g.inChannels >= LEAST_CHANNELS && g.outChannels >= LEAST_CHANNELS;
}

/**
 * Writes the step of a convolution without gradients.
 * @param pool the 2 × 2 pool behind it, or null
 * @param y the place of the result, after rectifier and pool if there are any
 */
export function lowerWinograd(
  builder: Builder,
  call: Conv2dCall,
  pool: MaxPool2dPlan | null,
  x: Place,
  y: Place,
  rectify: boolean,
): void {
  const { g, weight, bias } = call;
  const { machine } = builder;
  const from = builder.read(x, "blocks");
  const to = builder.define(y, "blocks");
  const picture: BlockShape =
    pool === null ? outPicture(g) : { ...outPicture(g), height: pool.outHeight, width: pool.outWidth };
  const weights = builder.weights.winograd(weight, g, false);
  const start = builder.weights.bias(bias, g.outChannels);
  const scratches = scratchesOf(builder, inPicture(g));
  const [fromPitch, toPitch] = [imagePitch(inPicture(g)), imagePitch(picture)];
  const flags = (rectify ? WINOGRAD_RELU : 0) + (pool === null ? 0 : WINOGRAD_POOL);
  const name = nameOf("conv2d", call, rectify) + (pool === null ? "" : " + maxPool2d");
  builder.step(`${name}, Winograd`, flopsOf(g), (base) => {
    machine.crew.share(g.batch, (kernel, first, end, part) => {
      kernel(
        "convolve3x3",
        base + to + first * toPitch,
        0,
        base + from + first * fromPitch,
        weights,
        start,
        0,
        base + scratches[part],
        end - first,
        fromPitch,
        toPitch,
        blocksOf(g.inChannels),
        g.inHeight,
        g.inWidth,
        blocksOf(g.outChannels),
        g.outHeight,
        g.outWidth,
        g.padTop,
        g.padLeft,
        flags,
      );
    });
  });
  for (const scratch of scratches) builder.layout.release(scratch);
}

/** dx += the adjoint of the convolution applied to `gradient`, which is in blocks. */
export function writeWinogradBackward(builder: Builder, call: Conv2dCall, x: Place, gradient: number): void {
  const { g, weight } = call;
  const { machine } = builder;
  const weights = builder.weights.winograd(weight, g, true);
  const scratches = scratchesOf(builder, outPicture(g));
  const [fromPitch, toPitch] = [imagePitch(outPicture(g)), imagePitch(inPicture(g))];
  const { offset: dx, fresh } = builder.addGradient(x, "blocks");
  const picture = inPicture(g);
  const count = blockFloats(picture);
  const to = fresh ? dx : builder.layout.take(count);
  builder.step(`${nameOf("conv2d backward", call, false)}, Winograd`, flopsOf(g), (base) => {
    machine.crew.share(g.batch, (kernel, first, end, part) => {
      kernel(
        "convolve3x3",
        base + to + first * toPitch,
        0,
        base + gradient + first * fromPitch,
        weights,
        0,
        0,
        base + scratches[part],
        end - first,
        fromPitch,
        toPitch,
        blocksOf(g.outChannels),
        g.outHeight,
        g.outWidth,
        blocksOf(g.inChannels),
        g.inHeight,
        g.inWidth,
        2 - g.padTop,
        2 - g.padLeft,
        0,
      );
    });
  });
  for (const scratch of scratches) builder.layout.release(scratch);
  if (fresh) return;
  builder.step("add", count, (base) => machine.code.add(base + dx, base + dx, base + to, count));
  builder.layout.release(to);
}

/** Room for each thread's transforms. */
function scratchesOf({ machine, layout }: Builder, { channels, width }: BlockShape): number[] {
  const count = Math.ceil(machine.code.winogradScratch(blocksOf(channels), width) / 4);
  return Array.from({ length: machine.crew.size }, () => layout.take(count));
}
