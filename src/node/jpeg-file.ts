/**
 * @module
 * The structure of a JPEG file, read and checked before any coefficient is decoded (ITU-T T.81, annex B).
 */

import { ImageError } from "../vision/image-error.ts";

/** How one component is sampled. */
export interface JpegComponent {
  readonly id: number;
  /** Samples in a row per unit, 1 to 4; a component with half of the others' has half the columns. */
  readonly h: number;
  /** The same for rows. */
  readonly v: number;
}

/** A file whose structure is sound. */
export interface JpegFile {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly JpegComponent[];
  /** The scans. */
  readonly scans: number;
  /** Bytes of all scans. */
  readonly scanBytes: number;
  /** Whether there is a JFIF segment, which says that colours are YCbCr. */
  readonly jfif: boolean;
  /** The transform that an Adobe segment names: 0 none, 1 YCbCr, 2 YCCK; null without one. */
  readonly adobeTransform: number | null;
  /** The file without what does not change pixels: comments, thumbnails, colour profiles, and what follows the end. */
  readonly essential: Uint8Array;
}

type Frame = Pick<JpegFile, "width" | "height" | "progressive" | "components">;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DHT = 0xc4;
const DRI = 0xdd;

/** Frame markers of kinds that are not read, with their names. */
const refusedFrames: Readonly<Record<number, string>> = {
  0xc3: "lossless",
  0xc5: "hierarchical",
  0xc6: "hierarchical",
  0xc7: "hierarchical",
  0xc9: "arithmetic-coded",
  0xca: "arithmetic-coded",
  0xcb: "arithmetic-coded",
  0xcc: "arithmetic-coded",
  0xcd: "hierarchical",
  0xce: "hierarchical",
  0xcf: "hierarchical",
};

/**
 * Walks the segments up to the end of the picture.
 * @throws ImageError when the file is cut short, segments do not have the size that their contents need, or the coding
 *   is of a kind that is not read
 */
export function readJpegFile(bytes: Uint8Array): JpegFile {
  return new JpegReader(bytes).read();
}

class JpegReader {
  readonly #bytes: Uint8Array;
  #offset = 2;
  #frame: Frame | null = null;
  #scans = 0;
  #scanBytes = 0;
  #jfif = false;
  #adobeTransform: number | null = null;
  readonly #kept: Uint8Array[] = [Uint8Array.of(0xff, SOI)];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(): JpegFile {
    for (let marker = this.#nextMarker(); marker !== EOI; marker = this.#nextMarker()) {
      const start = this.#offset - 2;
      const body = this.#segment();
      if (this.#digest(marker, body))
        this.#kept.push(Uint8Array.of(0xff, marker), this.#bytes.subarray(start + 2, this.#offset));
    }
    if (this.#frame === null || this.#scans === 0) throw new ImageError("JPEG: there is no picture in it");
    this.#kept.push(Uint8Array.of(0xff, EOI));
    return {
      ...this.#frame,
      scans: this.#scans,
      scanBytes: this.#scanBytes,
      jfif: this.#jfif,
      adobeTransform: this.#adobeTransform,
      essential: Buffer.concat(this.#kept),
    };
  }

  /** The code behind one or more 0xFF bytes; moves behind it. */
  #nextMarker(): number {
    const at = this.#offset;
    if (this.#byte() !== 0xff) throw new ImageError(`JPEG: broken at byte ${at}: no marker begins there`);
    let marker = this.#byte();
    while (marker === 0xff) marker = this.#byte();
    return marker;
  }

  #byte(): number {
    if (this.#offset >= this.#bytes.length)
      throw new ImageError(`JPEG: cut short at byte ${this.#bytes.length}`);
    return this.#bytes[this.#offset++];
  }

  /** The contents of a segment with a length in front; moves behind it. */
  #segment(): Uint8Array {
    const length = (this.#byte() << 8) | this.#byte();
    const start = this.#offset;
    if (length < 2) throw new ImageError(`JPEG: broken at byte ${start - 2}: a segment of ${length} bytes`);
    if (start + length - 2 > this.#bytes.length)
      throw new ImageError(`JPEG: cut short at byte ${this.#bytes.length}`);
    this.#offset = start + length - 2;
    return this.#bytes.subarray(start, this.#offset);
  }

  /** Takes in a segment; whether it takes part in the pixels. */
  #digest(marker: number, body: Uint8Array): boolean {
    if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) {
      if (this.#frame !== null) throw new ImageError("JPEG: a second frame");
      this.#frame = readFrame(body, marker === 0xc2);
    } else if (marker === SOS) {
      this.#digestScan(body);
    } else if (marker === DQT) {
      checkTables("quantisation", body, (at) => 1 + (body[at] >> 4 === 0 ? 64 : 128));
    } else if (marker === DHT) {
      checkTables(
        "Huffman",
        body,
        (at) => 17 + body.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0),
      );
    } else if (marker === DRI) {
      if (body.length !== 2) throw new ImageError("JPEG: a restart segment of a wrong size");
    } else {
      this.#digestOther(marker, body);
      return false;
    }
    return true;
  }

  #digestOther(marker: number, body: Uint8Array): void {
    const refused = refusedFrames[marker];
    if (refused !== undefined)
      throw new ImageError(`JPEG: ${refused} pictures are not read; save it as a baseline JPEG`);
    const startsWith = (text: string): boolean =>
      Buffer.from(body.subarray(0, text.length)).toString("latin1") === text;
    if (marker === 0xe0 && startsWith("JFIF\0")) this.#jfif = true;
    else if (marker === 0xee && startsWith("Adobe") && body.length >= 12) this.#adobeTransform = body[11];
    else if (marker < 0xe0 || (marker > 0xef && marker !== 0xfe)) {
      throw new ImageError(`JPEG: the marker FF ${marker.toString(16).toUpperCase()} does not belong here`);
    }
  }

  /** Checks a scan's header and runs over its data to the next marker that is no restart. */
  #digestScan(body: Uint8Array): void {
    const count = body[0];
    const ids = this.#frame?.components.map(({ id }) => id) ?? [];
    if (this.#frame === null || body.length !== 4 + 2 * count || count < 1 || count > ids.length) {
      throw new ImageError("JPEG: a scan that does not fit its frame");
    }
    for (let i = 0; i < count; i++) {
      if (!ids.includes(body[1 + 2 * i]))
        throw new ImageError(`JPEG: a scan of component ${body[1 + 2 * i]}, which is not there`);
    }
    const [first, last] = body.subarray(1 + 2 * count);
    if (first > last || last > 63)
      throw new ImageError(`JPEG: a scan of the coefficients ${first} to ${last}`);
    const start = this.#offset;
    this.#skipScanData();
    this.#scans++;
    this.#scanBytes += this.#offset - start;
  }

  #skipScanData(): void {
    const bytes = this.#bytes;
    for (let at = this.#offset; ; at++) {
      at = bytes.indexOf(0xff, at);
      if (at < 0 || at + 1 >= bytes.length) throw new ImageError(`JPEG: cut short at byte ${bytes.length}`);
      const next = bytes[at + 1];
      if (next !== 0 && (next < 0xd0 || next > 0xd7)) {
        this.#offset = at;
        return;
      }
    }
  }
}

/** Checks that tables, whose sizes `sizeAt` tells, fill their segment. */
function checkTables(kind: string, body: Uint8Array, sizeAt: (at: number) => number): void {
  let at = 0;
  while (at < body.length) at += sizeAt(at);
  if (at !== body.length) throw new ImageError(`JPEG: a segment of ${kind} tables has a wrong size`);
}

function readFrame(body: Uint8Array, progressive: boolean): Frame {
  if (body.length < 6 || body.length !== 6 + 3 * body[5])
    throw new ImageError("JPEG: a frame header of a wrong size");
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const [height, width] = [view.getUint16(1), view.getUint16(3)];
  if (body[0] !== 8) throw new ImageError(`JPEG: expected samples of 8 bits, got ${body[0]}`);
  if (width < 1 || height < 1)
    throw new ImageError(`JPEG: a picture cannot have ${width} x ${height} pixels`);
  const components = Array.from({ length: body[5] }, (_, i) => {
    const [id, sampling] = body.subarray(6 + 3 * i);
    return { id, h: sampling >> 4, v: sampling & 15 };
  });
  if (components.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) {
    throw new ImageError("JPEG: a component is sampled in a way that is not in the standard");
  }
  if (new Set(components.map(({ id }) => id)).size !== components.length) {
    throw new ImageError("JPEG: two components have the same number");
  }
  return { width, height, progressive, components };
}
