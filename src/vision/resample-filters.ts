/**
 * @module
 * Weights with which the pixels of a line become those of a shorter or longer one.
 */

/** Filters that average, by torchvision's names. */
export type ResampleFilter = "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";

/** Weights of one line: output pixel i is the sum of `weights[i][k] * input[starts[i] + k]`. */
export interface LineWeights {
  readonly starts: Int32Array;
  readonly weights: readonly Float64Array[];
}

interface Kernel {
  /** Half of the width, in input pixels when enlarging and in output pixels when reducing. */
  readonly support: number;
  readonly at: (x: number) => number;
}

/** The kernels of Pillow's Resample.c. */
const kernels: { readonly [F in ResampleFilter]: Kernel } = {
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, at: (x) => (Math.abs(x) < 1 ? sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x)) : 0) },
  bicubic: { support: 2, at: cubic },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/**
 * The weights that take `from` pixels to `to`, each set summing to 1. As Pillow and PyTorch's antialiased interpolation
 * compute them: a kernel over the centre of the output pixel, stretched by the factor of a reduction.
 */
export function lineWeights(from: number, to: number, filter: ResampleFilter): LineWeights {
  const { support, at } = kernels[filter];
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const reach = support * stretch;
  const starts = new Int32Array(to);
  const weights = Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    starts[i] = start;
    const line = Float64Array.from({ length: end - start }, (_w, k) =>
      at((k + start - centre + 0.5) * (1 / stretch)),
    );
    const sum = line.reduce((total, weight) => total + weight, 0);
    return sum === 0 ? line : line.map((weight) => weight / sum);
  });
  return { starts, weights };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Keys' cubic with a = −0.5. */
function cubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}
