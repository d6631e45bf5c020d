/**
 * @module
 * PNG files for requests, made by pngjs rather than by the code under test.
 */

import { deflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { digitPixels } from "./digits.ts";

/** A PNG of `width` × `height` grey (1), RGB (3) or RGBA (4) pixels, 0 to 255, row by row. */
export function pngOf(
  pixels: ArrayLike<number>,
  width: number,
  height: number,
  channels: 1 | 3 | 4 = 1,
): Buffer<ArrayBuffer> {
  const png = new PNG({ width, height });
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) png.data[4 * i + c] = pixels[channels * i + (channels === 1 ? 0 : c)];
    png.data[4 * i + 3] = channels === 4 ? pixels[4 * i + 3] : 255;
  }
  const colorType = ({ 1: 0, 3: 2, 4: 6 } as const)[channels];
  return Buffer.from(PNG.sync.write(png, { colorType, inputColorType: 6 }));
}

/** A handwritten digit of MNIST's test set as a grey PNG of 28 × 28. */
export function digitPng(digit: number): Buffer<ArrayBuffer> {
  return pngOf(digitPixels(digit), 28, 28);
}

/** A small file whose header promises `width` × `height` pixels, all of them zero. */
export function pngBomb(width: number, height: number): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(1 << 20))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer<ArrayBuffer> {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
