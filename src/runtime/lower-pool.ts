/** @module 2 × 2 max-pooling of pictures in blocks, with the rectifier on either side where there is one. */

import type { MaxPool2dPlan } from "../ops/max-pool2d.ts";
import type { Builder } from "./builder.ts";
import { blockFloats, blocksOf, imagePitch } from "./place.ts";
import type { BlockShape, Place } from "./place.ts";

/** Whether {@link lowerMaxPool2d} can do it: windows of 2 × 2 side by side, inside the picture. */
export function canLowerMaxPool2d(g: MaxPool2dPlan): boolean {
  return (
    g.kernelHeight === 2 &&
    g.kernelWidth === 2 &&
    g.strideHeight === 2 &&
    g.strideWidth === 2 &&
    g.padTop === 0 &&
    g.padLeft === 0 &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    2 * g.outHeight <= g.inHeight &&
    2 * g.outWidth <= g.inWidth &&
    g.receive === null
  );
}

/**
 * Writes the steps of a pool. The rectifier may stand before it or behind it: the largest of rectified values is the
 * rectified largest, and where that is 0 no gradient passes, whichever of the zeros won.
 * @param y the place of the result, after the rectifier if there is one
 */
export function lowerMaxPool2d(
  builder: Builder,
  g: MaxPool2dPlan,
  x: Place,
  y: Place,
  rectify: boolean,
): void {
  const { machine } = builder;
  const source = inPicture(g);
  const picture: BlockShape = {
    images: g.batch,
    channels: g.channels,
    height: g.outHeight,
    width: g.outWidth,
  };
  const from = builder.read(x, "blocks");
  const to = builder.define(y, "blocks");
  const blocks = blocksOf(g.channels);
  const bytesOfPlaces = 8 * blocks * g.outHeight * g.outWidth;
  const places = builder.layout.take((g.batch * bytesOfPlaces) / 4);
  const name = `${rectify ? "relu + " : ""}maxPool2d 2 x 2 of ${g.channels} x ${g.inHeight} x ${g.inWidth}`;
  builder.step(name, 0, (base) => {
    for (let n = 0; n < g.batch; n++) {
      machine.code.poolBlocks(
        base + to + n * imagePitch(picture),
        base + places + n * bytesOfPlaces,
        base + from + n * imagePitch(source),
        blocks,
        g.outHeight,
        g.outWidth,
        g.inHeight,
        g.inWidth,
        rectify ? 1 : 0,
      );
    }
  });
  builder.adjoint(() => {
    if (!x.wanted) return;
    const gradient = builder.readGradient(y, "blocks");
    if (gradient === null) return;
    const { offset: dx, fresh } = builder.addGradient(x, "blocks");
    if (!fresh) throw new Error("a plan pools a value that others read too");
    // Rows and columns beyond the last window belong to none.
    const covered = 2 * g.outHeight === g.inHeight && 2 * g.outWidth === g.inWidth;
    if (!covered) builder.clear(dx, blockFloats(source));
    builder.step(`${name}, backward`, 0, (base) => {
      for (let n = 0; n < g.batch; n++) {
        machine.code.unpoolBlocks(
          base + dx + n * imagePitch(source),
          base + gradient + n * imagePitch(picture),
          base + places + n * bytesOfPlaces,
          rectify ? base + to + n * imagePitch(picture) : 0,
          blocks,
          g.outHeight,
          g.outWidth,
          g.inHeight,
          g.inWidth,
        );
      }
    });
  });
}

function inPicture(g: MaxPool2dPlan): BlockShape {
  return { images: g.batch, channels: g.channels, height: g.inHeight, width: g.inWidth };
}
