import { expect } from "chai";
import fc from "fast-check";
import { readJson, writeJson } from "../../src/checkpoint/index.ts";
import { arange, tensor } from "../../src/tensor/creation.ts";
import { dtypes } from "../../src/tensor/dtype.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { FormatError } from "../../src/errors.ts";
import { expectSame } from "./pytorch-files.ts";

const special = [NaN, Infinity, -Infinity, -0, 0, 1e-45, 3.4028234663852886e38, 0.1];
const everything = new Map<string, AnyTensor>([
  ...dtypes.map((dtype): [string, AnyTensor] => [dtype, arange(2, undefined, 1, { dtype })]),
  ["float32 specials", new Tensor(Float32Array.from(special), [2, 4], "float32")],
  ["float64 specials", new Tensor(Float64Array.from([...special, 1e300, Number.MIN_VALUE]), [10], "float64")],
  [
    "int64 extremes",
    new Tensor(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, -1n), [4], "int64"),
  ],
  ["uint64 extremes", new Tensor(BigUint64Array.of(2n ** 64n - 1n, 0n), [2], "uint64")],
  ["scalar", tensor(2.5)],
  ["empty", tensor([[], []])],
  ["__proto__", tensor([1])],
  ['a"b\\c\n€😀', tensor([2])],
]);

function file(tensors: unknown, rest: object = {}): string {
  return JSON.stringify({ format: "candil-state-dict", version: 1, tensors, ...rest });
}

describe("A state dict as JSON", () => {
  it("comes back to the bit, with the values inline", () => {
    const { json, bin } = writeJson(everything);
    expect(bin).to.equal(null);
    expectSame(new Map(readJson(json)), new Map(everything));
    expectSame(new Map(readJson(new TextEncoder().encode(json))), new Map(everything));
  });

  it("comes back to the bit, with the values in a .bin", () => {
    const { json, bin } = writeJson(everything, { bin: true });
    expectSame(new Map(readJson(json, bin)), new Map(everything));
  });

  it("has the documented layout", () => {
    const stateDict = new Map<string, AnyTensor>([
      ["w", tensor([[0.1, -2]])],
      ["n", new Tensor(BigInt64Array.of(2n ** 60n), [], "int64")],
      ["x", tensor([NaN, -Infinity])],
    ]);
    expect(JSON.parse(writeJson(stateDict).json)).to.deep.equal({
      format: "candil-state-dict",
      version: 1,
      tensors: {
        w: { dtype: "float32", shape: [1, 2], data: [0.1, -2] },
        n: { dtype: "int64", shape: [], data: ["1152921504606846976"] },
        x: { dtype: "float32", shape: [2], data: ["NaN", "-Infinity"] },
      },
    });
    const { json, bin } = writeJson(stateDict, { bin: true });
    expect(JSON.parse(json)).to.have.nested.property("tensors.n.offset", 8);
    expect(bin).to.have.length(24);
  });

  it("writes a float32 in the fewest digits that give it back", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (x) => {
        expect(readJson(writeJson(new Map([["x", tensor([x])]])).json).get("x")?.data[0]).to.equal(x);
      }),
      { seed: 32, numRuns: 500 },
    );
    expect(writeJson(new Map([["x", tensor([0.1, 1 / 3])]])).json).to.include("[0.1,0.33333334]");
  });

  it("keeps tied tensors tied in a .bin", () => {
    const tied = tensor([1, 2]);
    const { json, bin } = writeJson(
      new Map([
        ["a", tied],
        ["b", tied],
      ]),
      { bin: true },
    );
    const stateDict = readJson(json, bin);
    expect(bin).to.have.length(8);
    expect(stateDict.get("a")?.data).to.equal(stateDict.get("b")?.data);
  });
});

describe("JSON that is no state dict is refused", () => {
  const u8 = (data: unknown[], shape: unknown = [data.length]): object => ({
    w: { dtype: "uint8", shape, data },
  });
  const bin = new Uint8Array(16);
  const refused: readonly (readonly [what: string, json: string, says: string, bin?: Uint8Array])[] = [
    ["another kind of JSON", '{"a": 1}', 'expected {"format": "candil-state-dict"'],
    ["a list", "[]", 'expected {"format"'],
    ["text", "hello", "expected JSON"],
    ["another version", file({}, { version: 2 }), "expected version 1, got 2"],
    ["tensors in a list", file([]), 'expected {"format"'],
    ["a tensor that is a number", file({ w: 1 }), 'tensor "w": expected {"dtype"'],
    ["an unknown dtype", file({ w: { dtype: "float16", shape: [], data: [1] } }), 'got "float16"'],
    ["too few values", file(u8([1], [2])), "needs 2 values"],
    ["too many values", file(u8([1, 2, 3], [2])), "needs 2 values"],
    ["nested values", file(u8([[1], [2]], [2])), "value 0, [1], is no uint8"],
    ["no values", file({ w: { dtype: "uint8", shape: [1] } }), "got nothing and nothing"],
    ["values twice", file({ w: { dtype: "uint8", shape: [1], data: [1], offset: 0 } }), "got 1 values and 0"],
    ["a shape that is a number", file(u8([1], 1)), "expected a shape of integers"],
    ["a negative size", file(u8([1], [-1])), "expected a shape of integers"],
    ["a shape of text", file(u8([1], ["1"])), "expected a shape of integers"],
    ["a shape that is too large", file(u8([], [2 ** 40, 2 ** 40])), "expected a shape of integers"],
    ["65 dimensions", file(u8([1], new Array(65).fill(1))), "expected a shape of integers"],
    ["an integer that does not fit", file(u8([256])), "value 0, 256, is no uint8"],
    ["half an integer", file(u8([0.5])), "value 0, 0.5, is no uint8"],
    ["NaN among integers", file(u8(["NaN"])), 'value 0, "NaN", is no uint8'],
    ["a bool of 2", file({ w: { dtype: "bool", shape: [1], data: [2] } }), "is no bool"],
    ["null", file(u8([null])), "value 0, null, is no uint8"],
    ["true", file(u8([true])), "value 0, true, is no uint8"],
    [
      "text among floats",
      file({ w: { dtype: "float32", shape: [1], data: ["1"] } }),
      'value 0, "1", is no float32',
    ],
    ["a float beyond float32", file({ w: { dtype: "float32", shape: [1], data: [1e39] } }), "is no float32"],
    [
      "an int64 beyond 2^53 as a number",
      file({ w: { dtype: "int64", shape: [1], data: [2 ** 53] } }),
      "is no int64",
    ],
    [
      "an int64 beyond 2^63",
      file({ w: { dtype: "int64", shape: [1], data: [String(2n ** 63n)] } }),
      "is no int64",
    ],
    ["a uint64 below 0", file({ w: { dtype: "uint64", shape: [1], data: [-1] } }), "is no uint64"],
    ["a name twice", '{"format":"x","format":"y"}', 'the key "format" is there twice'],
    [
      "values in a .bin that is not there",
      file({ w: { dtype: "uint8", shape: [1], offset: 0 } }),
      "are in the .bin",
    ],
    [
      "values beyond the .bin",
      file({ w: { dtype: "uint8", shape: [17], offset: 0 } }),
      "expected 17 bytes",
      bin,
    ],
    ["an odd offset", file({ w: { dtype: "uint8", shape: [1], offset: 4 } }), "at a multiple of 8", bin],
    [
      "an offset of 2^52",
      file({ w: { dtype: "uint8", shape: [1], offset: 2 ** 52 } }),
      "got offset 4503599627370496",
      bin,
    ],
    [
      "tensors that overlap in the .bin",
      file({ a: { dtype: "uint8", shape: [16], offset: 0 }, b: { dtype: "uint8", shape: [8], offset: 8 } }),
      'tensor "b" overlaps',
      bin,
    ],
    [
      "tensors of two types in one place",
      file({ a: { dtype: "float32", shape: [2], offset: 0 }, b: { dtype: "int64", shape: [1], offset: 0 } }),
      "overlaps",
      bin,
    ],
  ];
  for (const [what, json, says, beside] of refused) {
    it(what, () => {
      expect(() => readJson(json, beside ?? null)).to.throw(FormatError, says);
    });
  }
});
