import { expect } from "chai";
import fc from "fast-check";
import { constants, deflateRawSync } from "node:zlib";
import { inflate } from "../../src/zip/inflate.ts";
import { FormatError } from "../../src/errors.ts";

const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants;

/** Bytes with runs, repeats and noise. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(255), fc.nat(2000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
    ),
    { maxLength: 8 },
  )
  .chain((parts) =>
    fc.shuffledSubarray([...parts, ...parts]).map((all) => Uint8Array.from(all.flatMap((x) => [...x]))),
  );

describe("Inflating", () => {
  it("undoes zlib's deflate, at every level and with every strategy", () => {
    const options = fc.record({
      level: fc.integer({ min: 0, max: 9 }),
      strategy: fc.constantFrom(Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY),
    });
    fc.assert(
      fc.property(content, options, (bytes, how) => {
        const packed = new Uint8Array(deflateRawSync(bytes, how));
        expect(inflate(packed, bytes.length)).to.deep.equal(bytes);
      }),
      { seed: 1951, numRuns: 150 },
    );
  });

  it("copies matches from 32 KiB back", () => {
    const noise = Uint8Array.from({ length: 32_700 }, (_, i) => (i * 2654435761) >>> 13);
    const bytes = Uint8Array.from([...noise, ...noise]);
    expect(inflate(new Uint8Array(deflateRawSync(bytes, { level: 9 })), bytes.length)).to.deep.equal(bytes);
  });

  it("ends in a FormatError for every truncation and every flipped bit", () => {
    const bytes = new TextEncoder().encode("a text, a text, another text, and the same text again: a text");
    const packed = new Uint8Array(deflateRawSync(bytes));
    for (let length = 0; length < packed.length; length++) {
      expect(() => inflate(packed.subarray(0, length), bytes.length)).to.throw(FormatError);
    }
    for (let bit = 0; bit < 8 * packed.length; bit++) {
      const damaged = packed.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      try {
        // Damage may give other bytes; the archive's checksum is there to see that.
        expect(inflate(damaged, bytes.length)).to.have.length(bytes.length);
      } catch (error) {
        expect(error).to.be.instanceOf(FormatError);
      }
    }
  });

  it("ends in a FormatError or in bytes for noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(500), (noise, size) => {
        try {
          inflate(noise, size);
        } catch (error) {
          expect(error).to.be.instanceOf(FormatError);
        }
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  it("does not allocate what the input cannot become", () => {
    expect(() => inflate(new Uint8Array(10), 2 ** 40)).to.throw(
      FormatError,
      "10 compressed bytes cannot become",
    );
  });
});
