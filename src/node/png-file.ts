/**
 * @module
 * The structure of a PNG file, read and checked before any pixel is inflated (ISO/IEC 15948, "Portable Network Graphics").
 */

import { crc32 } from "node:zlib";
import { ImageError } from "../vision/image-error.ts";

/** The first eight bytes of every PNG file. */
export const PNG_SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What the IHDR chunk says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha. */
  readonly colorType: number;
  /** Whether the pixels come in Adam7's seven passes. */
  readonly interlaced: boolean;
}

/** A file whose structure is sound. */
export interface PngFile {
  readonly header: PngHeader;
  /** Red, green, blue of each index; empty without a PLTE chunk. */
  readonly palette: Uint8Array;
  /** The zlib stream of all IDAT chunks. */
  readonly idat: Uint8Array;
}

/** Samples of a pixel, and the depths that go with each colour type. */
const colorTypes: Readonly<Record<number, { readonly samples: number; readonly depths: readonly number[] }>> =
  {
    0: { samples: 1, depths: [1, 2, 4, 8, 16] },
    2: { samples: 3, depths: [8, 16] },
    3: { samples: 1, depths: [1, 2, 4, 8] },
    4: { samples: 2, depths: [8, 16] },
    6: { samples: 4, depths: [8, 16] },
  };

/** First column and row of each Adam7 pass, then the distances to the next. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * Reads the chunks up to IEND; what follows is ignored, as Pillow does.
 * @throws ImageError when the file is cut short, a checksum is wrong, or chunks do not follow the standard
 */
export function readPngFile(bytes: Uint8Array): PngFile {
  let header: PngHeader | null = null;
  let palette = new Uint8Array(0);
  const idat: Uint8Array[] = [];
  let last = "";
  for (const { type, data } of chunksOf(bytes)) {
    if (header === null && type !== "IHDR")
      throw new ImageError(`PNG: expected the chunk IHDR first, got ${type}`);
    if (type === "IHDR") {
      if (header !== null) throw new ImageError("PNG: a second IHDR chunk");
      header = readHeader(data);
    } else if (type === "PLTE") {
      palette = readPalette(data);
    } else if (type === "IDAT") {
      if (idat.length > 0 && last !== "IDAT") throw new ImageError("PNG: the IDAT chunks are not together");
      idat.push(data);
    } else if (type === "acTL") {
      throw new ImageError("PNG: the picture is animated; send one frame of it");
    } else if (type !== "IEND" && isCritical(type)) {
      throw new ImageError(`PNG: the critical chunk ${type} is not known`);
    }
    last = type;
  }
  if (header === null || idat.length === 0)
    throw new ImageError("PNG: there is no picture in it (no IDAT chunk)");
  return { header, palette, idat: idat.length === 1 ? idat[0] : Buffer.concat(idat) };
}

/** Walks the chunks and checks their lengths and checksums; ends after IEND. */
function* chunksOf(bytes: Uint8Array): Generator<{ readonly type: string; readonly data: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = PNG_SIGNATURE.length;
  for (let type = ""; type !== "IEND";) {
    if (bytes.length - offset < 12) throw new ImageError(`PNG: cut short at byte ${bytes.length}`);
    const length = view.getUint32(offset);
    if (length > bytes.length - offset - 12) {
      throw new ImageError(
        `PNG: cut short: a chunk of ${length} bytes at byte ${offset}, ${bytes.length - offset - 12} are left`,
      );
    }
    const body = offset + 8;
    type = String.fromCharCode(...bytes.subarray(offset + 4, body));
    if (!/^[A-Za-z]{4}$/.test(type))
      throw new ImageError(`PNG: broken at byte ${offset}: no chunk begins there`);
    if (crc32(bytes.subarray(offset + 4, body + length)) !== view.getUint32(body + length)) {
      throw new ImageError(`PNG: damaged: the checksum of the chunk ${type} at byte ${offset} is wrong`);
    }
    yield { type, data: bytes.subarray(body, body + length) };
    offset = body + length + 4;
  }
}

/** A chunk that a reader must know: its first letter is a capital. */
function isCritical(type: string): boolean {
  return type[0] === type[0].toUpperCase();
}

function readHeader(data: Uint8Array): PngHeader {
  if (data.length !== 13) throw new ImageError(`PNG: expected an IHDR chunk of 13 bytes, got ${data.length}`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const [depth, colorType, compression, filter, interlace] = data.subarray(8);
  if (width < 1 || height < 1 || width > 0x7fffffff || height > 0x7fffffff) {
    throw new ImageError(`PNG: a picture cannot have ${width} x ${height} pixels`);
  }
  if (colorTypes[colorType]?.depths.includes(depth) !== true) {
    throw new ImageError(`PNG: colour type ${colorType} with ${depth} bits is not in the standard`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw new ImageError(
      `PNG: compression ${compression}, filter ${filter}, interlace ${interlace} are not in the standard`,
    );
  }
  return { width, height, depth, colorType, interlaced: interlace === 1 };
}

function readPalette(data: Uint8Array): Uint8Array<ArrayBuffer> {
  if (data.length % 3 !== 0 || data.length > 768) {
    throw new ImageError(
      `PNG: a palette cannot have ${data.length} bytes; expected 3 for each of at most 256 colours`,
    );
  }
  return new Uint8Array(data);
}

/** Samples of a pixel in the file. */
export function samplesPerPixel({ colorType }: PngHeader): number {
  return colorTypes[colorType].samples;
}

/** Bytes that the zlib stream must hold: every row of every pass, each with its filter byte in front. */
export function inflatedSize(header: PngHeader): number {
  const { width, height, interlaced, depth } = header;
  const bits = samplesPerPixel(header) * depth;
  const size = (columns: number, rows: number): number =>
    columns > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0;
  if (!interlaced) return size(width, height);
  return adam7.reduce(
    (sum, [x, y, dx, dy]) =>
      sum + size(Math.ceil((width - x) / dx), Math.max(0, Math.ceil((height - y) / dy))),
    0,
  );
}
