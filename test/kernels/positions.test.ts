/**
 * @module
 * Equal windows give bitwise equal outputs wherever they lie: in the middle or at the edge of a tile, of a picture, of
 * a batch. Max-pooling sends its gradient to the first of equal values, so this decides explanation maps.
 */

import { reference, type Conv2dGeometry, type Kernels } from "../../src/kernels/index.ts";
import { assertIdentical, noise, simdFamilies } from "./arrays.ts";
import { convGeometry, convLengths } from "./geometries.ts";

for (const family of [reference, ...simdFamilies()]) {
  describe(`position independence, ${family.family}`, () => {
    const sizes = { inHeight: 23, inWidth: 29, batch: 2 };
    const geometries: Record<string, Conv2dGeometry> = {
      "one input channel": convGeometry({ ...sizes, outChannels: 32 }),
      "many channels": convGeometry({ ...sizes, inChannels: 32, outChannels: 13 }),
      "a sum in chunks": convGeometry({ ...sizes, inChannels: 150, outChannels: 8 }),
      "few output channels": convGeometry({ ...sizes, inChannels: 5, outChannels: 3 }),
      "depthwise filters": convGeometry({ ...sizes, inChannels: 6, outChannels: 6, groups: 6 }),
      "a dilated kernel": convGeometry({
        ...sizes,
        inChannels: 4,
        outChannels: 8,
        dilationHeight: 2,
        dilationWidth: 3,
      }),
      "a 1 × 1 kernel": convGeometry({
        ...sizes,
        inChannels: 40,
        outChannels: 9,
        kernelHeight: 1,
        kernelWidth: 1,
      }),
    };

    for (const [name, g] of Object.entries(geometries)) {
      it(`repeats a repeating picture exactly, with ${name}`, () => {
        assertRepeats(family, g, 3, 5);
      });
    }

    it("computes a flat picture alike at its border and inside, where padding continues it", () => {
      for (const groups of [1, 4]) {
        const g = convGeometry({
          inChannels: 4,
          outChannels: 16,
          groups,
          inHeight: 9,
          inWidth: 11,
          padTop: 2,
          padLeft: 3,
        });
        const size = convLengths(g);
        const bias = noise(g.outChannels, 1);
        const y = new Float32Array(size.y);
        family.conv2dForward(y, new Float32Array(size.x), noise(size.weight, 2), bias, g);
        const plane = g.outHeight * g.outWidth;
        assertIdentical(
          y,
          y.map((_, i) => bias[Math.floor(i / plane)]),
          "flat",
        );
      }
    });
  });
}

/** Convolves a picture with the given periods and asserts that the output has them too, to the last bit. */
function assertRepeats(family: Kernels, g: Conv2dGeometry, periodHeight: number, periodWidth: number): void {
  const size = convLengths(g);
  const tile = noise(g.inChannels * periodHeight * periodWidth, 1);
  const x = new Float32Array(size.x);
  for (let i = 0; i < x.length; i++) {
    const column = i % g.inWidth;
    const row = Math.floor(i / g.inWidth) % g.inHeight;
    const channel = Math.floor(i / (g.inWidth * g.inHeight)) % g.inChannels;
    x[i] = tile[(channel * periodHeight + (row % periodHeight)) * periodWidth + (column % periodWidth)];
  }
  const y = new Float32Array(size.y);
  family.conv2dForward(y, x, noise(size.weight, 2), noise(g.outChannels, 3), g);
  // Every image is the same picture, so the first rows and columns of the first image decide all outputs.
  const expected = y.map((_, i) => {
    const column = i % g.outWidth;
    const row = Math.floor(i / g.outWidth) % g.outHeight;
    const channel = Math.floor(i / (g.outWidth * g.outHeight)) % g.outChannels;
    return y[(channel * g.outHeight + (row % periodHeight)) * g.outWidth + (column % periodWidth)];
  });
  assertIdentical(y, expected, JSON.stringify(g));
}
