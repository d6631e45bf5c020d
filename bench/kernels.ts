/**
 * @module
 * Each kernel in each family that runs here, on the layers of the MNIST net (batch 15, as an explanation of 15 steps
 * has it) and on typical layers of larger ones. SIMD times include copying into WebAssembly memory and back. The share is of
 * what the machine could do: see ./peak.ts. Caches make copies of small arrays faster than the peak's, so shares of GB/s can
 * pass 100 %.
 */

import {
  kernels,
  availableKernels,
  setKernels,
  type Conv2dGeometry,
  type Kernels,
} from "../src/kernels/index.ts";
import { rate, type Work } from "./measure.ts";
import { measurePeak } from "./peak.ts";

interface Row {
  readonly name: string;
  readonly work: Work;
  /** Makes the arrays once, and returns what is timed. */
  readonly prepare: () => (k: Kernels) => void;
}

/** Times every row in every family and prints one line for each row. */
export function run(): void {
  const families = availableKernels().map((name) => {
    setKernels(name);
    return kernels();
  });
  setKernels("auto");
  const peaks = families.map(({ family }) => measurePeak(family));
  console.log(`${"".padEnd(34)}${families.map(({ family }) => family.padStart(32)).join("")}`);
  const best = peaks.map((peak) => `${peak["GFLOP/s"].toFixed(1)} GFLOP/s ${peak["GB/s"].toFixed(1)} GB/s`);
  console.log(`${"the machine's peak".padEnd(34)}${best.map((text) => text.padStart(32)).join("")}`);
  for (const { name, work, prepare } of rows()) {
    const call = prepare();
    const cells = families.map((k, i) => rate(() => call(k), work, peaks[i]).padStart(32));
    console.log(`${name.padEnd(34)}${cells.join("")}`);
  }
}

function rows(): Row[] {
  return [
    ...convolution("conv 1→32, 3×3, 28², batch 15", square(15, 1, 32, 28, 3, 1, 0, 1)),
    ...convolution("conv 32→64, 3×3, 26², batch 15", square(15, 32, 64, 26, 3, 1, 0, 1)),
    ...convolution("conv 64→64, 3×3, 56², pad 1", square(1, 64, 64, 56, 3, 1, 1, 1)),
    ...convolution("conv 3→64, 7×7, 224², stride 2", square(1, 3, 64, 224, 7, 2, 3, 1)),
    ...convolution("depthwise 128, 3×3, 56², pad 1", square(1, 128, 128, 56, 3, 1, 1, 128)),
    product("linear 9216→128, batch 1", 1, 9216, 128, false, true),
    product("linear 9216→128, batch 15", 15, 9216, 128, false, true),
    product("linear 9216→128, batch 64", 64, 9216, 128, false, true),
    product("  to input, batch 15", 15, 128, 9216, false, false),
    product("  to weight, batch 15", 128, 15, 9216, true, false),
    product("matmul 512×512×512", 512, 512, 512, false, false),
    ...elementwise(15 * 64 * 24 * 24),
    ...pooling(15, 64, 24),
  ];
}

function convolution(name: string, g: Conv2dGeometry): Row[] {
  const filter = (g.inChannels / g.groups) * g.kernelHeight * g.kernelWidth;
  const length = {
    x: g.batch * g.inChannels * g.inHeight * g.inWidth,
    y: g.batch * g.outChannels * g.outHeight * g.outWidth,
    weight: g.outChannels * filter,
  };
  const work: Work = { amount: (2 * length.y * filter) / 1e9, unit: "GFLOP/s" };
  const arrays = () => ({ x: random(length.x), y: random(length.y), weight: random(length.weight) });
  return [
    {
      name,
      work,
      prepare: () => {
        const { x, y, weight } = arrays();
        const bias = random(g.outChannels);
        return (k) => k.conv2dForward(y, x, weight, bias, g);
      },
    },
    {
      name: "  to input",
      work,
      prepare: () => {
        const { x, y, weight } = arrays();
        return (k) => k.conv2dBackwardInput(x, y, weight, g);
      },
    },
    {
      name: "  to weight",
      work,
      prepare: () => {
        const { x, y, weight } = arrays();
        return (k) => k.conv2dBackwardWeight(weight, y, x, g);
      },
    },
  ];
}

function product(
  name: string,
  m: number,
  k: number,
  n: number,
  transposeA: boolean,
  transposeB: boolean,
): Row {
  const g = { batch: 1, m, k, n, transposeA, transposeB, batchStrideA: 0, batchStrideB: 0, batchStrideC: 0 };
  return {
    name,
    work: { amount: (2 * m * k * n) / 1e9, unit: "GFLOP/s" },
    prepare: () => {
      const [a, b, c] = [random(m * k), random(k * n), random(m * n)];
      return (family) => family.matmul(c, a, b, g);
    },
  };
}

/** Rates count the bytes of the arrays once each, as a kernel without copies would move them. */
function elementwise(length: number): Row[] {
  const moved = (arrays: number): Work => ({ amount: (4 * length * arrays) / 1e9, unit: "GB/s" });
  const arrays = () => [random(length), random(length), random(length)];
  return [
    {
      name: `relu, ${length} floats`,
      work: moved(2),
      prepare: () => {
        const [y, x] = arrays();
        return (k) => k.reluForward(y, x);
      },
    },
    {
      name: "  to input",
      work: moved(4),
      prepare: () => {
        const [dx, dy, x] = arrays();
        return (k) => k.reluBackward(dx, dy, x);
      },
    },
    {
      name: `add, ${length} floats`,
      work: moved(3),
      prepare: () => {
        const [y, a, b] = arrays();
        return (k) => k.add(y, a, b);
      },
    },
  ];
}

function pooling(batch: number, channels: number, size: number): Row[] {
  const half = size / 2;
  const g = {
    batch,
    channels,
    inHeight: size,
    inWidth: size,
    outHeight: half,
    outWidth: half,
    kernelHeight: 2,
    kernelWidth: 2,
    strideHeight: 2,
    strideWidth: 2,
    padTop: 0,
    padLeft: 0,
    dilationHeight: 1,
    dilationWidth: 1,
  };
  const planes = batch * channels;
  const make = () => ({
    x: random(planes * size * size),
    y: random(planes * half * half),
    argmax: new Int32Array(planes * half * half),
  });
  return [
    {
      name: `max-pool 2×2, ${channels} × ${size}², batch ${batch}`,
      work: { amount: (4 * planes * (size * size + 2 * half * half)) / 1e9, unit: "GB/s" },
      prepare: () => {
        const { x, y, argmax } = make();
        return (k) => k.maxPool2dForward(y, argmax, x, g);
      },
    },
    {
      name: "  to input",
      work: { amount: (4 * planes * 4 * half * half) / 1e9, unit: "GB/s" },
      prepare: () => {
        const { x, y, argmax } = make();
        kernels().maxPool2dForward(y, argmax, x, g);
        return (k) => k.maxPool2dBackward(x, y, argmax, g);
      },
    },
  ];
}

/** A square convolution by channels, size, kernel, stride, padding and groups. */
function square(
  batch: number,
  inChannels: number,
  outChannels: number,
  size: number,
  kernel: number,
  stride: number,
  pad: number,
  groups: number,
): Conv2dGeometry {
  const out = Math.floor((size + 2 * pad - kernel) / stride) + 1;
  return {
    batch,
    inChannels,
    outChannels,
    groups,
    inHeight: size,
    inWidth: size,
    outHeight: out,
    outWidth: out,
    kernelHeight: kernel,
    kernelWidth: kernel,
    strideHeight: stride,
    strideWidth: stride,
    padTop: pad,
    padLeft: pad,
    dilationHeight: 1,
    dilationWidth: 1,
  };
}

function random(length: number): Float32Array {
  return Float32Array.from({ length }, () => 2 * Math.random() - 1);
}
