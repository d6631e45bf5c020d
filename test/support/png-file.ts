/**
 * @module
 * PNG files made by hand, sound or not, so that a test can say exactly what is in them.
 */

import { crc32, deflateSync } from "node:zlib";

/** What a file says, and what it holds. */
export interface PngFileSpec {
  readonly width: number;
  readonly height: number;
  /** 8 unless said. */
  readonly depth?: number;
  /** 0, gray, unless said. */
  readonly colorType?: number;
  readonly interlaced?: boolean;
  /** All rows with a filter byte in front of each; zeros for a gray picture of 8 bits unless said. */
  readonly rows?: Uint8Array;
  /** The compressed rows, instead of `rows`. */
  readonly idat?: Uint8Array;
  /** Chunks between IHDR and IDAT. */
  readonly before?: readonly Uint8Array[];
}

/** A chunk with its length and its checksum. */
export function pngChunk(type: string, content: Uint8Array = new Uint8Array()): Uint8Array {
  const chunk = Buffer.alloc(content.length + 12);
  chunk.writeUInt32BE(content.length, 0);
  chunk.write(type, 4, "latin1");
  chunk.set(content, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, content.length + 8)), content.length + 8);
  return chunk;
}

/** The IHDR chunk of a file. */
export function pngHeader({
  width,
  height,
  depth = 8,
  colorType = 0,
  interlaced = false,
}: PngFileSpec): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colorType, 0, 0, interlaced ? 1 : 0], 8);
  return pngChunk("IHDR", header);
}

/** A file of these chunks, with the signature in front. */
export function pngOf(...chunks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...chunks]);
}

/** A whole file. */
export function pngFile(spec: PngFileSpec): Uint8Array {
  const { width, height, before = [] } = spec;
  const idat = spec.idat ?? deflateSync(spec.rows ?? new Uint8Array(height * (width + 1)));
  return pngOf(pngHeader(spec), ...before, pngChunk("IDAT", idat), pngChunk("IEND"));
}
