/**
 * @module
 * From luminance and chrominance to colours as libjpeg takes them there: chrominance of half the size is interpolated
 * ("fancy upsampling", jdsample.c), and colours are mixed in fixed point (jdcolor.c). jpeg-js repeats samples and mixes in
 * floating point, which is off by tens of levels along coloured edges.
 */

import type { JpegComponent } from "./jpeg-file.ts";

/** The samples of a component, fewer than the picture's where it is subsampled. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly samples: Uint8Array;
}

/**
 * Colours of a picture in YCbCr.
 * @param rgba what jpeg-js gives without transforming colours: luminance and chrominance repeated to the full size
 * @returns red, green, blue of each pixel
 */
export function ycbcrToRgb(
  rgba: Uint8Array,
  width: number,
  height: number,
  components: readonly JpegComponent[],
): Uint8Array {
  const maxH = Math.max(...components.map(({ h }) => h));
  const maxV = Math.max(...components.map(({ v }) => v));
  const [luma, blue, red] = components.map(({ h, v }, channel) =>
    enlarge(rgba, channel, width, height, maxH / h, maxV / v),
  );
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0, to = 0; to < rgb.length; i++) {
    const y = luma[i];
    const cb = blue[i] - 128;
    const cr = red[i] - 128;
    rgb[to++] = clamp(y + ((91881 * cr + 32768) >> 16));
    rgb[to++] = clamp(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
    rgb[to++] = clamp(y + ((116130 * cb + 32768) >> 16));
  }
  return rgb;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** A component at the picture's size; libjpeg interpolates factors of 2 and repeats for the others, as jpeg-js has done. */
function enlarge(
  rgba: Uint8Array,
  channel: number,
  width: number,
  height: number,
  factorX: number,
  factorY: number,
): Uint8Array {
  const full = (): Uint8Array => subsampled(rgba, channel, width, height, 1, 1).samples;
  const narrow = Math.ceil(width / factorX) <= 2;
  if (factorX === 2 && factorY === 1 && !narrow) {
    return doubleColumns(subsampled(rgba, channel, width, height, 2, 1), width);
  }
  if (factorX === 1 && factorY === 2)
    return doubleRows(subsampled(rgba, channel, width, height, 1, 2), height);
  if (factorX === 2 && factorY === 2 && !narrow) {
    return doubleBoth(subsampled(rgba, channel, width, height, 2, 2), width, height);
  }
  return full();
}

/** Takes one of the repeated samples of each. */
function subsampled(
  rgba: Uint8Array,
  channel: number,
  width: number,
  height: number,
  factorX: number,
  factorY: number,
): Plane {
  const plane = { width: Math.ceil(width / factorX), height: Math.ceil(height / factorY) };
  const samples = new Uint8Array(plane.width * plane.height);
  let to = 0;
  for (let y = 0; y < height; y += factorY) {
    for (let x = 0; x < width; x += factorX) samples[to++] = rgba[4 * (y * width + x) + channel];
  }
  return { ...plane, samples };
}

/** Each sample becomes two, a quarter of the way to its neighbours; the roundings alternate so that none prevails. */
function doubleColumns({ width, height, samples }: Plane, outWidth: number): Uint8Array {
  const result = new Uint8Array(outWidth * height);
  for (let row = 0; row < height; row++) {
    for (let x = 0; x < outWidth; x++) {
      const at = x >> 1;
      const right = x & 1;
      const neighbour = at + (right === 1 ? 1 : -1);
      const near = samples[row * width + at];
      const outside = neighbour < 0 || neighbour >= width;
      result[row * outWidth + x] = outside
        ? near
        : (3 * near + samples[row * width + neighbour] + 1 + right) >> 2;
    }
  }
  return result;
}

function doubleRows({ width, height, samples }: Plane, outHeight: number): Uint8Array {
  const result = new Uint8Array(width * outHeight);
  for (let y = 0; y < outHeight; y++) {
    const [near, far] = rowsAround(y, height);
    for (let x = 0; x < width; x++) {
      result[y * width + x] = (3 * samples[near * width + x] + samples[far * width + x] + 1 + (y & 1)) >> 2;
    }
  }
  return result;
}

function doubleBoth({ width, height, samples }: Plane, outWidth: number, outHeight: number): Uint8Array {
  const result = new Uint8Array(outWidth * outHeight);
  const sums = new Int32Array(width);
  for (let y = 0; y < outHeight; y++) {
    const [near, far] = rowsAround(y, height);
    for (let x = 0; x < width; x++) sums[x] = 3 * samples[near * width + x] + samples[far * width + x];
    for (let x = 0; x < outWidth; x++) {
      const at = x >> 1;
      const right = x & 1;
      const neighbour = Math.min(width - 1, Math.max(0, at + (right === 1 ? 1 : -1)));
      result[y * outWidth + x] = (3 * sums[at] + sums[neighbour] + 8 - right) >> 4;
    }
  }
  return result;
}

/** The row that an output row lies in, and the nearest other one; at the edges it is the same. */
function rowsAround(y: number, height: number): readonly [near: number, far: number] {
  const near = y >> 1;
  return [near, Math.min(height - 1, Math.max(0, near + ((y & 1) === 1 ? 1 : -1)))];
}
