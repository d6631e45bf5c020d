import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { expect } from "chai";
import fc from "fast-check";
import { encode } from "jpeg-js";
import { decodeImage, encodePng } from "../../src/node/image.ts";
import { ImageError } from "../../src/vision/image-error.ts";
import { Image } from "../../src/vision/image.ts";
import { pngChunk, pngFile, pngHeader, pngOf } from "../support/png-file.ts";

/** A picture with something in it. */
const noise = Uint8Array.from({ length: 17 * 9 * 4 }, (_, i) => (i * i * 7 + (i >> 3)) & 255);
const digit = readFileSync(new URL("../../examples/mnist/test_data/3.png", import.meta.url));
const jpeg = encode({ width: 17, height: 9, data: noise }, 80).data;

/** Files that are sound, by name. */
const sound: Readonly<Record<string, Uint8Array>> = {
  "a digit": digit,
  "an RGBA PNG": encodePng(new Image(17, 9, "RGBA", noise)),
  "an interlaced PNG of 4 bits": interlaced(),
  "a palette PNG": pngFile({
    width: 4,
    height: 2,
    colorType: 3,
    rows: Uint8Array.of(0, 0, 1, 2, 1, 0, 2, 2, 0, 0),
    before: [pngChunk("PLTE", noise.subarray(0, 9)), pngChunk("tRNS", Uint8Array.of(0, 128))],
  }),
  "a JPEG": jpeg,
};

/** 5 x 3 gray pixels in the passes 1, 2, 4, 5, 6 and 7. */
function interlaced(): Uint8Array {
  const rows = [
    [0, 0x10],
    [0, 0x50],
    [0, 0x30],
    [0, 0x12, 0x30],
    [0, 0x24],
    [0, 0x24],
    [0, 0x12, 0x34, 0x50],
  ];
  return pngFile({ width: 5, height: 3, depth: 4, interlaced: true, rows: Uint8Array.from(rows.flat()) });
}

/** Decodes; the outcome is a picture or an ImageError, and anything else fails the test. */
function outcome(bytes: Uint8Array): "picture" | "refused" {
  try {
    return decodeImage(bytes, { maxPixels: 100_000 }) instanceof Image ? "picture" : "refused";
  } catch (error) {
    if (error instanceof ImageError) return "refused";
    throw error;
  }
}

/** The bytes with some replaced. */
function patched(bytes: Uint8Array, at: number, ...replacement: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(replacement, at);
  return copy;
}

/** The position of the first marker `FF code` of a JPEG file. */
function markerAt(code: number, file: Uint8Array = jpeg): number {
  return file.findIndex((byte, i) => byte === 0xff && file[i + 1] === code);
}

describe("a damaged picture", () => {
  for (const [name, bytes] of Object.entries(sound)) {
    it(`${name}: is decoded when it is whole`, () => {
      expect(outcome(bytes)).to.equal("picture");
    });

    it(`${name}: is refused when it ends early, wherever`, () => {
      for (let length = 0; length < bytes.length; length++) {
        expect(outcome(bytes.subarray(0, length)), `${length} bytes`).to.equal("refused");
      }
    });

    it(`${name}: with any bit of it flipped, is refused, or decoded where JPEG has no checksum`, () => {
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const at = bit >> 3;
        const result = outcome(patched(bytes, at, bytes[at] ^ (1 << (bit & 7))));
        if (bytes !== jpeg) expect(result, `byte ${at}`).to.equal("refused");
      }
    });

    it(`${name}: with bytes overwritten, removed or repeated, harms nothing`, () => {
      const position = fc.nat(bytes.length - 1);
      fc.assert(
        fc.property(position, position, fc.uint8Array({ maxLength: 9 }), (from, to, middle) => {
          outcome(Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]));
        }),
        { seed: 5, numRuns: 500 },
      );
    });
  }

  it("is refused when its compressed pixels are anything at all under a right checksum", () => {
    const shapes = fc.record({
      colorType: fc.constantFrom(0, 2, 3, 4, 6),
      depth: fc.constantFrom(1, 2, 4, 8, 16),
      interlaced: fc.boolean(),
      width: fc.integer({ min: 0, max: 20 }),
      height: fc.integer({ min: 0, max: 20 }),
    });
    const palette = [pngChunk("PLTE", noise.subarray(0, 6))];
    fc.assert(
      fc.property(shapes, fc.uint8Array({ maxLength: 3000 }), fc.boolean(), (shape, content, deflated) => {
        outcome(pngFile({ ...shape, before: palette, idat: deflated ? deflateSync(content) : content }));
      }),
      { seed: 6, numRuns: 1000 },
    );
  });
});

describe("a picture that promises too much", () => {
  /** Refused before anything is decoded: a hang would end at mocha's timeout. */
  function expectRefused(bytes: Uint8Array, message: string, maxPixels?: number): void {
    expect(() => decodeImage(bytes, maxPixels === undefined ? {} : { maxPixels })).to.throw(
      ImageError,
      message,
    );
  }

  it("is refused by its header: 30,000 x 30,000 pixels in a kilobyte", () => {
    const bomb = pngFile({ width: 30_000, height: 30_000, idat: deflateSync(new Uint8Array(1_000_000)) });
    expect(bomb.length).to.be.lessThan(1100);
    expectRefused(bomb, "30000 x 30000");
  });

  it("is refused when its data cannot hold the pixels, even where the limit allows them", () => {
    const bomb = pngFile({ width: 30_000, height: 30_000, idat: deflateSync(new Uint8Array(1_000_000)) });
    expectRefused(bomb, "cannot hold", 1e9);
    expectRefused(
      pngFile({ width: 2 ** 31 - 1, height: 2 ** 31 - 1, idat: deflateSync(new Uint8Array(9)) }),
      "cannot hold",
      Infinity,
    );
  });

  it("is refused when more than the picture comes out of its data, interlaced or not", () => {
    const idat = deflateSync(new Uint8Array(50_000_000));
    expectRefused(pngFile({ width: 8, height: 8, idat, interlaced: true }), "more than the header says");
    expectRefused(pngFile({ width: 8, height: 8, idat }), "more than the header says");
  });

  it("is refused as a JPEG of 65,535 x 65,535 pixels", () => {
    const frame = markerAt(0xc0);
    expectRefused(patched(jpeg, frame + 5, 0xff, 0xff, 0xff, 0xff), "65535 x 65535");
    expectRefused(patched(jpeg, frame + 5, 0xff, 0xff, 0xff, 0xff), "cannot hold", 1e10);
  });

  it("is refused as a JPEG whose few bytes cannot hold the pixels that the limit allows", () => {
    expectRefused(patched(jpeg, markerAt(0xc0) + 5, 0x0f, 0xa0, 0x0f, 0xa0), "cannot hold");
  });

  it("is refused as a JPEG of very many scans", () => {
    const flat = encode({ width: 256, height: 256, data: new Uint8Array(256 * 256 * 4) }, 50).data;
    const start = markerAt(0xda, flat);
    const scans = Array.from({ length: 6000 }, () => flat.subarray(start, flat.length - 2));
    const file = Buffer.concat([flat.subarray(0, start), ...scans, Uint8Array.of(0xff, 0xd9)]);
    expectRefused(file, "6000 scans");
  });
});

describe("decodeImage", () => {
  it("says what is wrong with a file that is no picture", () => {
    const refused: [string | Uint8Array, string][] = [
      ["", "no bytes at all"],
      ["GIF89a..", "GIF"],
      ["<svg xmlns=", "SVG"],
      ['{"data": 1}', "JSON"],
      [Uint8Array.of(1, 2, 3), "3 bytes"],
      [pngOf(), "PNG: cut short"],
      [pngOf(pngChunk("IEND")), "IHDR first"],
      [pngOf(pngHeader({ width: 0, height: 5 }), pngChunk("IEND")), "0 x 5"],
      [pngOf(pngHeader({ width: 5, height: 5, depth: 3 }), pngChunk("IEND")), "3 bits"],
      [pngOf(pngHeader({ width: 5, height: 5 }), pngChunk("IEND")), "no IDAT"],
      [pngFile({ width: 5, height: 5, before: [pngChunk("ABCD")] }), "ABCD"],
      [patched(digit, 0, 0x88), "of another kind"],
      [patched(digit, 45, 0), "checksum"],
      [patched(jpeg, markerAt(0xc0) + 1, 0xc9), "arithmetic"],
      [patched(jpeg, markerAt(0xc0) + 4, 12), "8 bits"],
    ];
    for (const [bytes, message] of refused) {
      expect(() => decodeImage(typeof bytes === "string" ? Buffer.from(bytes) : bytes), message).to.throw(
        ImageError,
        message,
      );
    }
  });

  it("takes as many pixels as it is told, and no more", () => {
    const picture = pngFile({ width: 10, height: 10 });
    expect(decodeImage(picture, { maxPixels: 100 }).width).to.equal(10);
    expect(() => decodeImage(picture, { maxPixels: 99 })).to.throw(ImageError, "10 x 10");
  });

  it("reads bytes anywhere in a larger buffer, and leaves them alone", () => {
    const buffer = new Uint8Array(digit.length + 20).fill(7);
    buffer.set(digit, 13);
    const before = buffer.slice();
    expect(decodeImage(buffer.subarray(13, 13 + digit.length)).data).to.deep.equal(decodeImage(digit).data);
    expect(buffer).to.deep.equal(before);
  });

  it("gives back what encodePng wrote, in every mode that it writes", () => {
    const sizes = fc.record({
      width: fc.integer({ min: 1, max: 12 }),
      height: fc.integer({ min: 1, max: 12 }),
    });
    const modes = fc.constantFrom("L", "LA", "RGB", "RGBA");
    fc.assert(
      fc.property(sizes, modes, fc.nat(255), ({ width, height }, mode, seed) => {
        const channels = { L: 1, LA: 2, RGB: 3, RGBA: 4 }[mode];
        const data = Uint8Array.from(
          { length: width * height * channels },
          (_, i) => (i * i * 31 + seed * 7) & 255,
        );
        const image = new Image(width, height, mode, data);
        expect(decodeImage(encodePng(image))).to.deep.equal(image);
      }),
      { seed: 8 },
    );
  });
});
