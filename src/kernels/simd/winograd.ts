/** @module What a caller of `convolve3x3` has to know: for which convolutions it is written, and the sizes of its buffers. */

import type { Conv2dGeometry } from "../geometry.ts";

/** A bit of the flags of `convolve3x3`: its rectifier follows. */
export const WINOGRAD_RELU = 1;
/** Another: 2 × 2 max-pooling follows, with the places of the maxima. */
export const WINOGRAD_POOL = 2;

/**
 * Whether a convolution, or with its transposed weights the gradient of its input, can be computed by `convolve3x3`:
 * filters of 3 × 3 that move by 1, and padding of at most 2.
 */
export function isWinograd(g: Conv2dGeometry): boolean {
  return (
    g.groups === 1 &&
    g.kernelHeight === 3 &&
    g.kernelWidth === 3 &&
    g.strideHeight === 1 &&
    g.strideWidth === 1 &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    g.padTop <= 2 &&
    g.padLeft <= 2
  );
}

/** Floats of the transformed weights of so many channels, as `packWinograd` writes them. */
export function winogradWeightFloats(outChannels: number, inChannels: number): number {
  return 36 * 64 * Math.ceil(outChannels / 8) * Math.ceil(inChannels / 8);
}
