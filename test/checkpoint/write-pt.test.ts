import { expect } from "chai";
import { openZip, readPt, writePt } from "../../src/checkpoint/index.ts";
import type { CheckpointValue, WritableValue } from "../../src/checkpoint/index.ts";
import { arange, tensor } from "../../src/tensor/creation.ts";
import { dtypes } from "../../src/tensor/dtype.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { ArgumentError } from "../../src/errors.ts";
import { expectSame, fixture, readable } from "./pytorch-files.ts";

/** Writes and reads again. */
function again(value: WritableValue): CheckpointValue {
  return readPt(writePt(value)).value;
}

/** The same value without what is not written: that a tensor requires a gradient. */
function detached(value: CheckpointValue): CheckpointValue {
  if (value instanceof Tensor) return value.detach();
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, detached(item)]));
  return Array.isArray(value) ? value.map(detached) : value;
}

describe("Writing a .pt file", () => {
  for (const [file] of readable) {
    it(`gives back everything that PyTorch put into ${file}`, () => {
      const { value } = readPt(fixture(file));
      expectSame(again(value), detached(value));
    });
  }

  it("gives back every element type, a scalar and an empty tensor", () => {
    const stateDict = new Map<string, AnyTensor>(
      dtypes.map((dtype) => [dtype, arange(2, undefined, 1, { dtype })]),
    );
    stateDict.set("scalar", tensor(2.5)).set("empty", tensor([[], []]));
    expectSame(again(stateDict), new Map(stateDict));
  });

  it("gives back a training checkpoint made of plain objects", () => {
    const value = again({
      model: new Map([["w", tensor([1, 2])]]),
      optimizer: {
        state: new Map([[0, { step: 3, square_avg: tensor([0.5]) }]]),
        param_groups: [{ lr: 1, rho: 0.9, foreach: null, maximize: false, params: [0] }],
      },
      epoch: 3,
      __proto__x: 1n << 70n,
    });
    const group = [
      ["lr", 1],
      ["rho", 0.9],
      ["foreach", null],
      ["maximize", false],
      ["params", [0]],
    ] as const;
    expectSame(
      value,
      new Map<string, CheckpointValue>([
        ["model", new Map([["w", tensor([1, 2])]])],
        [
          "optimizer",
          new Map<string, CheckpointValue>([
            [
              "state",
              new Map([
                [
                  0,
                  new Map<string, CheckpointValue>([
                    ["step", 3],
                    ["square_avg", tensor([0.5])],
                  ]),
                ],
              ]),
            ],
            ["param_groups", [new Map(group.map(([key, item]) => [key, item as CheckpointValue]))]],
          ]),
        ],
        ["epoch", 3],
        ["__proto__x", 1n << 70n],
      ]),
    );
  });

  it("keeps ints ints at every width", () => {
    const widths = [7, 8, 15, 16, 31, 32, 52].flatMap((bits) => [
      2 ** bits - 1,
      2 ** bits,
      -(2 ** bits),
      -(2 ** bits) - 1,
    ]);
    const big = [2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 64n - 1n, 255n << 64n];
    const ints = [0, -1, 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, ...widths, ...big];
    expectSame(again(ints), ints);
  });

  it("keeps floats to the bit, -0, NaN and infinities among them", () => {
    const floats = [0.1, -0, NaN, Infinity, -Infinity, 5e-324, 1e300];
    expectSame(again(floats), floats);
  });

  it("keeps tied weights tied, and a bool and a uint8 tensor over one array apart", () => {
    const data = Uint8Array.of(1, 0);
    const tied = tensor([1, 2]);
    const bytes = writePt([
      tied,
      new Tensor(tied.data, [2, 1], "float32"),
      new Tensor(data, [2], "bool"),
      new Tensor(data, [2], "uint8"),
    ]);
    const records = [...openZip(bytes).entries.keys()].filter((name) => name.startsWith("archive/data/"));
    expect(records).to.deep.equal(["archive/data/0", "archive/data/1", "archive/data/2"]);
    expect(readPt(bytes).value).to.be.an("array").of.length(4);
  });

  it("does not write that a tensor requires a gradient, as state_dict() has it", () => {
    expect(again(tensor([1], { requiresGrad: true }))).to.have.property("requiresGrad", false);
  });

  it("lays the archive out as PyTorch does: names, contents at multiples of 64 bytes, no checksum of 0", () => {
    const bytes = writePt(new Map([["w", tensor([1, 2])]]), { root: "mnist" });
    const zip = openZip(bytes);
    const names = (archive: ReadonlyMap<string, unknown>, root: string): string[] =>
      [...archive.keys()].map((name) => name.replace(`${root}/`, ""));
    const theirs = names(openZip(fixture("single.pt")).entries, "single");
    expect(names(zip.entries, "mnist")).to.deep.equal(
      theirs.filter((name) => name !== ".data/serialization_id"),
    );
    for (const [name, entry] of zip.entries) {
      expect((zip.read(name).byteOffset - bytes.byteOffset) % 64).to.equal(0);
      expect(entry.crc32).not.to.equal(0);
    }
    for (const name of ["version", "byteorder", ".format_version", ".storage_alignment"]) {
      expect(zip.read(`mnist/${name}`)).to.deep.equal(openZip(fixture("single.pt")).read(`single/${name}`));
    }
  });

  it("gives the same bytes for the same value", () => {
    const value = new Map([["w", tensor([1, 2])]]);
    expect(writePt(value)).to.deep.equal(writePt(value));
  });

  it("reads back more names than one-byte memo indices and storages than one digit", () => {
    const stateDict = new Map(Array.from({ length: 300 }, (_, i) => [`layer${i}.weight`, tensor([i])]));
    expectSame(again(stateDict), new Map(stateDict));
  });

  it("refuses what is neither tensor nor plain data, cycles, and a root that is no name", () => {
    const cycle: WritableValue[] = [];
    cycle.push(cycle);
    expect(() => writePt(cycle)).to.throw(ArgumentError, "holds itself");
    class Model {
      readonly w = 1;
    }
    const model: { readonly w: number } = new Model();
    expect(() => writePt({ model })).to.throw(ArgumentError, "got an object of class Model");
    for (const root of ["", "a/b", "a\\b", "..", "."]) {
      expect(() => writePt(null, { root })).to.throw(ArgumentError, "name of a folder");
    }
  });
});
