/**
 * @module
 * The kernels of plans, which read and write blocks of 8 channels in one WebAssembly memory: nothing is copied. One image
 * each. Rates count the operations of the plain sum; Winograd's method does a quarter of the multiplications, so that its
 * share of the machine's peak (./peak.ts) can pass 100 %.
 */

import { availableKernels, simdCode, type SimdCode } from "../src/kernels/index.ts";
import { WINOGRAD_POOL } from "../src/kernels/simd/winograd.ts";
import { rate, type Work } from "./measure.ts";
import { measurePeak } from "./peak.ts";

const MEGABYTE = 1 << 20;

interface Row {
  readonly name: string;
  readonly work: Work;
  readonly prepare: (code: SimdCode) => () => void;
}

/** Times every row in every family that has such kernels and prints one line for each row. */
export function run(): void {
  const memory = new WebAssembly.Memory({ initial: 160 });
  const floats = new Float32Array(memory.buffer);
  for (let i = 64; i < floats.length; i++) floats[i] = 2 * Math.random() - 1;
  const families = availableKernels().flatMap((family) => {
    const code = simdCode(family, memory, 64);
    return code === null ? [] : [{ family, code, peak: measurePeak(family) }];
  });
  console.log(`${"".padEnd(40)}${families.map(({ family }) => family.padStart(32)).join("")}`);
  for (const { name, work, prepare } of rows) {
    const cells = families.map(({ code, peak }) => rate(prepare(code), work, peak).padStart(32));
    console.log(`${name.padEnd(40)}${cells.join("")}`);
  }
}

const rows: readonly Row[] = [
  winograd("conv 32→64, 3×3, 26², max-pool", 4, 26, 8, 24, 0, WINOGRAD_POOL),
  winograd("conv 32→64, 3×3, 26²", 4, 26, 8, 24, 0, 0),
  winograd("  to input (64→32, 24², pad 2)", 8, 24, 4, 26, 2, 0),
  winograd("conv 64→64, 3×3, 56², pad 1", 8, 56, 8, 56, 1, 0),
];

function winograd(
  name: string,
  inBlocks: number,
  size: number,
  outBlocks: number,
  outSize: number,
  pad: number,
  flags: number,
): Row {
  const flops = 2 * (8 * inBlocks) * (8 * outBlocks) * outSize * outSize * 9;
  return {
    name,
    work: { amount: flops / 1e9, unit: "GFLOP/s" },
    prepare: (code) => {
      const [x, y, argmax, weight, packed, scratch] = [1, 3, 5, 6, 7, 8].map((at) => at * MEGABYTE);
      code.packWinograd(packed, weight, 8 * outBlocks, 8 * inBlocks, 0);
      return () => {
        code.convolve3x3(
          y,
          argmax,
          x,
          packed,
          0,
          0,
          scratch,
          1,
          0,
          0,
          inBlocks,
          size,
          size,
          outBlocks,
          outSize,
          outSize,
          pad,
          pad,
          flags,
        );
      };
    },
  };
}
