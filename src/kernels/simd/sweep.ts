/**
 * @module
 * How a convolution walks along one axis, with the input of a forward pass and the gradient of a backward pass seen
 * as the same thing: positions that step through a source, and taps at fixed distances from them.
 */

/** Target positions `start + i · step` for i < count; tap t of position i reads source position `i · sourceStep + t.source`. */
export interface Sweep {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly sourceStep: number;
  /** By ascending source. `kernel` is the tap's index in the weight. */
  readonly taps: readonly Tap[];
}

/** One element of the filter, and how far from a position it reads. */
export interface Tap {
  readonly kernel: number;
  readonly source: number;
}

/** The source positions that sweeps touch, beyond the borders too: `first … first + length - 1`. */
export interface Extent {
  readonly first: number;
  readonly length: number;
}

/** Forward: output o reads input `o · stride - pad + k · dilation` through tap k. */
export function forwardSweep(
  outSize: number,
  kernel: number,
  stride: number,
  pad: number,
  dilation: number,
): Sweep {
  const taps: Tap[] = [];
  for (let k = 0; k < kernel; k++) taps.push({ kernel: k, source: k * dilation - pad });
  return { start: 0, step: 1, count: outSize, sourceStep: stride, taps };
}

/**
 * Backward to the input: input i gathers from output `(i + pad - k · dilation) / stride` where that is whole. Inputs
 * of one residue modulo the stride share their taps, so each residue is a sweep of its own, over the gradient as it
 * is: no zeros are put between its pixels. Residues without taps are left out.
 */
export function backwardSweeps(
  inSize: number,
  kernel: number,
  stride: number,
  pad: number,
  dilation: number,
): Sweep[] {
  const sweeps: Sweep[] = [];
  for (let start = 0; start < Math.min(stride, inSize); start++) {
    const taps: Tap[] = [];
    for (let k = kernel - 1; k >= 0; k--) {
      const distance = start + pad - k * dilation;
      if (distance % stride === 0) taps.push({ kernel: k, source: distance / stride });
    }
    if (taps.length > 0) {
      sweeps.push({ start, step: stride, count: Math.ceil((inSize - start) / stride), sourceStep: 1, taps });
    }
  }
  return sweeps;
}

/** What a list of sweeps touches together. */
export function extentOf(sweeps: readonly Sweep[]): Extent {
  let first = Infinity;
  let last = -Infinity;
  for (const { count, sourceStep, taps } of sweeps) {
    first = Math.min(first, taps[0].source);
    last = Math.max(last, (count - 1) * sourceStep + taps[taps.length - 1].source);
  }
  return { first, length: last - first + 1 };
}

/** Whether the taps are neighbours in the source, so that one run covers them all. */
export function isContiguous(sweep: Sweep): boolean {
  const { taps } = sweep;
  return taps[taps.length - 1].source - taps[0].source === taps.length - 1;
}
