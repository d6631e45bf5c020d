/** @module Winograd's convolution, with everything fused behind it, against the reference in float64. */

import { assert } from "chai";
import fc from "fast-check";
import { reference, simdCode, type Conv2dGeometry } from "../../src/kernels/index.ts";
import type { SimdCode } from "../../src/kernels/index.ts";
import {
  isWinograd,
  WINOGRAD_POOL,
  WINOGRAD_RELU,
  winogradWeightFloats,
} from "../../src/kernels/simd/winograd.ts";
import { assertClose, noise, simdFamilies } from "./arrays.ts";
import { convGeometry, convLengths, poolGeometry, SEED } from "./geometries.ts";

/** Convolutions of 3 × 3: channels that fill no block, sizes that fill no tile, padding that differs. */
const anyGeometry = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    inChannels: fc.integer({ min: 1, max: 20 }),
    outChannels: fc.integer({ min: 1, max: 20 }),
    inHeight: fc.integer({ min: 3, max: 21 }),
    inWidth: fc.integer({ min: 3, max: 21 }),
    padTop: fc.integer({ min: 0, max: 2 }),
    padLeft: fc.integer({ min: 0, max: 2 }),
  })
  .map(convGeometry);

/** The second convolution of the MNIST net. */
const mnist = convGeometry({ batch: 2, inChannels: 32, outChannels: 64, inHeight: 26, inWidth: 26 });

for (const { family } of simdFamilies()) {
  describe(`Winograd's convolution, ${family}`, () => {
    const memory = new WebAssembly.Memory({ initial: 200 });
    const code = opened(simdCode(family, memory, 64));

    it("knows which convolutions it is written for", () => {
      assert.isTrue(isWinograd(convGeometry({ inHeight: 5, inWidth: 5, padTop: 2 })));
      for (const other of [{ strideWidth: 2 }, { kernelHeight: 5 }, { dilationHeight: 2 }, { padLeft: 3 }]) {
        assert.isFalse(
          isWinograd(convGeometry({ inHeight: 9, inWidth: 9, ...other })),
          JSON.stringify(other),
        );
      }
    });

    it("agrees with float64 on drawn geometries, with and without bias and rectifier", () => {
      const agrees = fc.property(anyGeometry, fc.nat({ max: 1000 }), (g, seed) => {
        const { x, weight, bias } = arraysOf(g, seed);
        const used = seed % 3 === 0 ? null : bias;
        const relu = seed % 2 === 0;
        const y = convolved(memory, code, g, { x, weight, bias: used, relu });
        const expected = convolved64(g, x, weight, used);
        assertClose(y, relu ? expected.map((value) => Math.max(value, 0)) : expected, JSON.stringify(g));
      });
      fc.assert(agrees, { seed: SEED, numRuns: 120 });
    });

    it("pools and names the place of each maximum", () => {
      const agrees = fc.property(anyGeometry, fc.nat({ max: 1000 }), (g, seed) => {
        if (g.outHeight < 2 || g.outWidth < 2) return;
        const { x, weight, bias } = arraysOf(g, seed);
        const relu = seed % 2 === 0;
        const { values, places } = pooled(memory, code, g, { x, weight, bias, relu });
        const y = convolved64(g, x, weight, bias);
        const p = poolGeometry(g.batch, g.outChannels, g.outHeight, g.outWidth);
        const expected = new Float64Array(values.length);
        reference.maxPool2dForward(expected, new Int32Array(values.length), y, p);
        assertClose(values, relu ? expected.map((value) => Math.max(value, 0)) : expected, JSON.stringify(g));
        // The value at the place that it names is the largest, to rounding.
        const named = places.map((place, i) => y[indexOfPlace(p, i, place)]);
        assertClose(Float64Array.from(named), expected, `places ${JSON.stringify(g)}`);
      });
      fc.assert(agrees, { seed: SEED, numRuns: 80 });
    });

    it("lets the first of equal values win, and NaN over all", () => {
      const g = convGeometry({ inHeight: 6, inWidth: 6 });
      const flat = pooled(memory, code, g, {
        x: new Float32Array(36),
        weight: noise(9, 1),
        bias: Float32Array.of(0.5),
        relu: false,
      });
      assert.deepEqual([...flat.places], [0, 0, 0, 0]);
      assert.deepEqual([...flat.values], [0.5, 0.5, 0.5, 0.5]);
      const x = new Float32Array(36);
      x[35] = NaN;
      const spoilt = pooled(memory, code, g, { x, weight: noise(9, 1), bias: null, relu: true });
      assert.isNaN(spoilt.values[3]);
      assert.strictEqual(spoilt.places[3], 3);
    });

    it("is the gradient of the input with transposed weights, and rectifies it by a mask", () => {
      const agrees = fc.property(anyGeometry, fc.nat({ max: 1000 }), (g, seed) => {
        const size = convLengths(g);
        const { x, weight } = arraysOf(g, seed);
        const dy = noise(size.y, seed + 3);
        const expected = new Float64Array(size.x);
        reference.conv2dBackwardInput(expected, Float64Array.from(dy), Float64Array.from(weight), g);
        const back = adjointOf(g);
        const dx = convolved(memory, code, back, { x: dy, weight, bias: null, transposed: true });
        assertClose(dx, expected, JSON.stringify(g));
        const masked = convolved(memory, code, back, {
          x: dy,
          weight,
          bias: null,
          transposed: true,
          mask: x,
        });
        assertClose(
          masked,
          expected.map((value, i) => (x[i] <= 0 ? 0 : value)),
          `masked ${JSON.stringify(g)}`,
        );
      });
      fc.assert(agrees, { seed: SEED, numRuns: 80 });
    });

    it("fills the last block up with zeros", () => {
      const g = convGeometry({ inChannels: 3, outChannels: 5, inHeight: 7, inWidth: 9 });
      const { x, weight, bias } = arraysOf(g, 4);
      const padding = blocksAfter(memory, code, g, { x, weight, bias }).filter((_, i) => i % 8 >= 5);
      assert.deepEqual(new Set(padding), new Set([0]));
    });

    it("keeps the second convolution of the MNIST net within 2.5e-6 of float64, values up to 2", () => {
      const size = convLengths(mnist);
      const x = noise(size.x, 7);
      // As PyTorch initialises it: uniform within 1 / sqrt(288).
      const weight = noise(size.weight, 8).map((w) => w / Math.sqrt(288));
      const y = convolved(memory, code, mnist, { x, weight, bias: null });
      const expected = convolved64(mnist, x, weight, null);
      const error = expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - y[i])), 0);
      assert.isBelow(error, 2.5e-6);
    });
  });
}

interface Call {
  readonly x: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array | null;
  readonly relu?: boolean;
  readonly transposed?: boolean;
  readonly mask?: Float32Array;
}

function opened(code: SimdCode | null): SimdCode {
  if (code === null) throw new Error("the family runs, so its code opens");
  return code;
}

function arraysOf(
  g: Conv2dGeometry,
  seed: number,
): { x: Float32Array; weight: Float32Array; bias: Float32Array } {
  const size = convLengths(g);
  return {
    x: noise(size.x, seed),
    weight: noise(size.weight, seed + 1).map((w) => w / Math.sqrt(9 * g.inChannels)),
    bias: noise(g.outChannels, seed + 2),
  };
}

function convolved64(
  g: Conv2dGeometry,
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array | null,
): Float64Array {
  const y = new Float64Array(convLengths(g).y);
  const start = bias === null ? null : Float64Array.from(bias);
  reference.conv2dForward(y, Float64Array.from(x), Float64Array.from(weight), start, g);
  return y;
}

/** The convolution of an output gradient that gives the input gradient. */
function adjointOf(g: Conv2dGeometry): Conv2dGeometry {
  return {
    ...g,
    inChannels: g.outChannels,
    outChannels: g.inChannels,
    inHeight: g.outHeight,
    inWidth: g.outWidth,
    outHeight: g.inHeight,
    outWidth: g.inWidth,
    padTop: 2 - g.padTop,
    padLeft: 2 - g.padLeft,
  };
}

function convolved(memory: WebAssembly.Memory, code: SimdCode, g: Conv2dGeometry, call: Call): Float32Array {
  const blocks = blocksAfter(memory, code, g, call);
  return fromBlocks(blocks, g.batch, g.outChannels, g.outHeight * g.outWidth);
}

function pooled(
  memory: WebAssembly.Memory,
  code: SimdCode,
  g: Conv2dGeometry,
  call: Call,
): { values: Float32Array; places: Float32Array } {
  const pixels = Math.floor(g.outHeight / 2) * Math.floor(g.outWidth / 2);
  const { out, argmax } = run(memory, code, g, call, pixels);
  return {
    values: fromBlocks(out, g.batch, g.outChannels, pixels),
    places: fromBlocks(Float32Array.from(argmax), g.batch, g.outChannels, pixels),
  };
}

function blocksAfter(
  memory: WebAssembly.Memory,
  code: SimdCode,
  g: Conv2dGeometry,
  call: Call,
): Float32Array {
  return run(memory, code, g, call, null).out;
}

/** Lays everything out over garbage, calls the kernel, and takes the gaps between the images out again. */
function run(
  memory: WebAssembly.Memory,
  code: SimdCode,
  g: Conv2dGeometry,
  call: Call,
  pooledPixels: number | null,
): { out: Float32Array; argmax: Uint8Array } {
  const floats = new Float32Array(memory.buffer);
  floats.fill(NaN, 64);
  let top = 256;
  const take = (count: number): number => {
    const address = top;
    top += 4 * count + 64;
    return address;
  };
  const put = (values: ArrayLike<number>): number => {
    const address = take(values.length);
    floats.set(values, address / 4);
    return address;
  };
  const inBlocks = Math.ceil(g.inChannels / 8);
  const outBlocks = Math.ceil(g.outChannels / 8);
  const transposed = call.transposed === true;
  const [outChannels, inChannels] = transposed
    ? [g.inChannels, g.outChannels]
    : [g.outChannels, g.inChannels];
  const outPixels = pooledPixels ?? g.outHeight * g.outWidth;
  const imageFloats = 8 * inBlocks * g.inHeight * g.inWidth;
  const outFloats = 8 * outBlocks * outPixels;
  const x = put(withGaps(toBlocks(call.x, g.batch, g.inChannels, g.inHeight * g.inWidth), imageFloats));
  const weight = put(call.weight);
  const bias = call.bias === null ? 0 : put([...call.bias, ...new Float32Array(7)]);
  const mask =
    call.mask === undefined
      ? 0
      : put(withGaps(toBlocks(call.mask, g.batch, g.outChannels, outPixels), outFloats));
  const packed = take(winogradWeightFloats(g.outChannels, g.inChannels));
  const scratch = take(code.winogradScratch(inBlocks, g.inWidth) / 4);
  const out = take(g.batch * (outFloats + 16));
  const argmax = take((g.batch * outFloats) / 4);
  assert.isBelow(top, memory.buffer.byteLength);
  code.packWinograd(packed, weight, outChannels, inChannels, transposed ? 1 : 0);
  code.convolve3x3(
    out,
    argmax,
    x,
    packed,
    bias,
    mask,
    scratch,
    g.batch,
    4 * (imageFloats + 16),
    4 * (outFloats + 16),
    inBlocks,
    g.inHeight,
    g.inWidth,
    outBlocks,
    g.outHeight,
    g.outWidth,
    g.padTop,
    g.padLeft,
    (call.relu === true ? WINOGRAD_RELU : 0) + (pooledPixels === null ? 0 : WINOGRAD_POOL),
  );
  const images = Array.from({ length: g.batch }, (_, n) => {
    const start = out / 4 + n * (outFloats + 16);
    return floats.slice(start, start + outFloats);
  });
  return {
    out: Float32Array.from(images.flatMap((image) => [...image])),
    argmax: new Uint8Array(memory.buffer).slice(argmax, argmax + g.batch * outFloats),
  };
}

function toBlocks(x: Float32Array, images: number, channels: number, pixels: number): Float32Array {
  const blocks = Math.ceil(channels / 8);
  const y = new Float32Array(images * blocks * pixels * 8);
  for (let i = 0; i < x.length; i++) {
    const channel = Math.floor(i / pixels) % channels;
    const image = Math.floor(i / (pixels * channels));
    y[((image * blocks + (channel >> 3)) * pixels + (i % pixels)) * 8 + (channel & 7)] = x[i];
  }
  return y;
}

/** Puts 16 NaN behind each image. */
function withGaps(x: Float32Array, imageFloats: number): Float32Array {
  const images = x.length / imageFloats;
  const y = new Float32Array(images * (imageFloats + 16)).fill(NaN);
  for (let n = 0; n < images; n++) {
    y.set(x.subarray(n * imageFloats, (n + 1) * imageFloats), n * (imageFloats + 16));
  }
  return y;
}

function fromBlocks(x: Float32Array, images: number, channels: number, pixels: number): Float32Array {
  const blocks = Math.ceil(channels / 8);
  const y = new Float32Array(images * channels * pixels);
  for (let i = 0; i < y.length; i++) {
    const channel = Math.floor(i / pixels) % channels;
    const image = Math.floor(i / (pixels * channels));
    y[i] = x[((image * blocks + (channel >> 3)) * pixels + (i % pixels)) * 8 + (channel & 7)];
  }
  return y;
}

/** Where the plane of pooled value `i` has the value at a place of its window. */
function indexOfPlace(
  p: { outHeight: number; outWidth: number; inHeight: number; inWidth: number },
  i: number,
  place: number,
): number {
  const plane = Math.floor(i / (p.outHeight * p.outWidth));
  const row = 2 * (Math.floor(i / p.outWidth) % p.outHeight) + (place >> 1);
  const column = 2 * (i % p.outWidth) + (place & 1);
  return (plane * p.inHeight + row) * p.inWidth + column;
}
