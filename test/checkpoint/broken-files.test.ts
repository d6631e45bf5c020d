import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import {
  describeCheckpoint,
  loadCheckpoint,
  writeJson,
  writePt,
  writeSafetensors,
} from "../../src/checkpoint/index.ts";
import { tensor } from "../../src/tensor/creation.ts";
import { FormatError } from "../../src/errors.ts";
import { openZip, writeZip } from "../../src/zip/index.ts";
import { archive, concat, rawPickle } from "./pickles.ts";
import { fixture, plain } from "./pytorch-files.ts";

const small = new Map([
  [
    "w",
    tensor([
      [1, 2],
      [3, 4],
    ]),
  ],
  ["n", tensor(7)],
]);

const protocol4 = openZip(fixture("protocol4.pt"));

/** PyTorch's file of protocol 4 around another pickle, under right checksums. */
function around(dataPkl: Uint8Array): Uint8Array {
  return writeZip(
    [...protocol4.entries.keys()].map((name) => ({
      name,
      bytes: name.endsWith("/data.pkl") ? dataPkl : protocol4.read(name),
    })),
  );
}

const pickleName = [...protocol4.entries.keys()].find((name) => name.endsWith("/data.pkl")) ?? "";

/** What is damaged, and the file that it is then in. */
const files: readonly (readonly [
  name: string,
  bytes: Uint8Array,
  fileOf?: (bytes: Uint8Array) => Uint8Array,
])[] = [
  ["a zip .pt of PyTorch's", fixture("weights.pt")],
  ["a legacy .pt of PyTorch's", fixture("cuda-legacy.pt")],
  ["a legacy .pt with views", fixture("views-legacy.pt")],
  ["the pickle, of protocol 4, in a zip .pt of PyTorch's", protocol4.read(pickleName), around],
  ["a .pt of candil's", writePt(small)],
  ["a .safetensors", writeSafetensors(small)],
  ["a .json", new TextEncoder().encode(writeJson(small).json)],
];

/** For the time of a suite: of its ten thousands of errors nobody reads the stack. */
function leaveOutStacks(): void {
  const { stackTraceLimit } = Error;
  before(() => {
    Error.stackTraceLimit = 0;
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
}

/** What a file gives, as text; null when it is refused, as it should be, by a FormatError. */
function outcome(bytes: Uint8Array): unknown {
  try {
    describeCheckpoint(bytes);
  } catch (error) {
    expect(error).to.be.instanceOf(FormatError);
  }
  try {
    return plain(new Map(loadCheckpoint(bytes).stateDict));
  } catch (error) {
    expect(error).to.be.instanceOf(FormatError);
    return null;
  }
}

const same = (bytes: Uint8Array): Uint8Array => bytes;

describe("A file that is cut short, at any byte, is refused by a FormatError", () => {
  leaveOutStacks();
  for (const [name, bytes, fileOf = same] of files) {
    it(name, () => {
      // The last byte of the .json is a line feed, which nothing is missing without.
      const end = name === "a .json" ? bytes.length - 1 : bytes.length;
      for (let length = 0; length < end; length++) {
        if (outcome(fileOf(bytes.subarray(0, length))) !== null) expect.fail(`read with ${length} bytes`);
      }
    });
  }

  it("three bytes of anything", () => {
    for (const bytes of ["PK\x03", "\x80\x02\x8a", "abc", "{}\n"]) {
      expect(outcome(new TextEncoder().encode(bytes))).to.equal(null);
    }
  });
});

describe("A file with one damaged byte never ends in anything but a FormatError or a state dict", () => {
  leaveOutStacks();
  for (const [name, bytes, fileOf = same] of files) {
    const checked = bytes[0] === 0x50;
    it(checked ? `${name}: and what its checksums let through is what it was` : name, () => {
      const whole = outcome(fileOf(bytes));
      expect(whole).not.to.equal(null);
      for (let i = 0; i < bytes.length; i++) {
        for (const change of [0x01, 0xff]) {
          const damaged = bytes.slice();
          damaged[i] ^= change;
          const result = outcome(fileOf(damaged));
          if (!checked || result === null || isDeepStrictEqual(result, whole)) continue;
          expect(result, `byte ${i}`).to.deep.equal(whole);
        }
      }
    });
  }
});

describe("Noise never ends in anything but a FormatError", () => {
  leaveOutStacks();
  const run = { seed: 46, numRuns: 400 };

  it("as a pickle in a .pt", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        outcome(archive(concat(rawPickle(["PROTO", 2]), noise, rawPickle("STOP"))));
      }),
      run,
    );
  });

  it("as a pickle of opcodes that are known", () => {
    const codes = [..."(.0JKMNQRXabce})]hjqrstu\x81\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x91\x93\x94"];
    const opcode = fc.constantFrom(...codes.map((code) => code.charCodeAt(0)));
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 4, arbitrary: opcode }, fc.nat(3)), { maxLength: 40 }),
        (body) => {
          outcome(archive(concat(rawPickle(["PROTO", 2]), Uint8Array.from(body), rawPickle("STOP"))));
        },
      ),
      { ...run, numRuns: 3000 },
    );
  });

  it("in the place of any stretch of a real file", () => {
    const where = fc.record({
      file: fc.nat(files.length - 1),
      at: fc.nat(5000),
      noise: fc.uint8Array({ maxLength: 16 }),
    });
    fc.assert(
      fc.property(where, ({ file, at, noise }) => {
        const [, bytes, fileOf = same] = files[file];
        const damaged = bytes.slice();
        damaged.set(noise, Math.min(at, damaged.length) % (damaged.length - noise.length));
        outcome(fileOf(damaged));
      }),
      { ...run, numRuns: 2000 },
    );
  });

  it("as a header of a .safetensors", () => {
    const entry = fc.record({
      dtype: fc.constantFrom("F32", "U8", "F4", "X"),
      shape: fc.array(fc.double()),
      data_offsets: fc.array(fc.integer()),
    });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(entry, fc.jsonValue())), (header) => {
        const text = new TextEncoder().encode(JSON.stringify(header));
        const length = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer);
        outcome(concat(length, text, new Uint8Array(8)));
      }),
      run,
    );
  });
});
