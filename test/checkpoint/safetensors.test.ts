import { expect } from "chai";
import { readSafetensors, writeSafetensors } from "../../src/checkpoint/index.ts";
import { arange, tensor } from "../../src/tensor/creation.ts";
import { dtypes } from "../../src/tensor/dtype.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { ArgumentError, FormatError } from "../../src/errors.ts";
import { concat, le64 } from "./pickles.ts";
import { expectSame } from "./pytorch-files.ts";

const utf8 = new TextEncoder();

/** A file of this header and as many zeros. */
function file(header: string | object, dataBytes = 0, headerBytes?: number | bigint): Uint8Array {
  const text = utf8.encode(typeof header === "string" ? header : JSON.stringify(header));
  return concat(le64(headerBytes ?? text.length), text, new Uint8Array(dataBytes));
}

function entry(dtype: string, shape: readonly unknown[], begin: number, end: number): object {
  return { dtype, shape, data_offsets: [begin, end] };
}

function header(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(8, 8 + new DataView(bytes.buffer).getUint32(0, true)));
}

describe("Writing .safetensors", () => {
  it("gives back every element type, a scalar and an empty tensor", () => {
    const stateDict = new Map<string, AnyTensor>(
      dtypes.map((dtype) => [dtype, arange(2, undefined, 1, { dtype })]),
    );
    stateDict.set("scalar", tensor(2.5)).set("empty", tensor([[], []]));
    const { tensors, metadata } = readSafetensors(writeSafetensors(stateDict));
    expect([...metadata]).to.deep.equal([["format", "pt"]]);
    for (const [name, value] of stateDict) expectSame(tensors.get(name) ?? null, value);
    expect(tensors.size).to.equal(stateDict.size);
  });

  it("sorts as the format's own library: wide types first, then by name; the header ends at a multiple of 8", () => {
    const stateDict = new Map<string, AnyTensor>([
      ["b", tensor([1])],
      ["flags", tensor([true], { dtype: "bool" })],
      ["a", tensor([2])],
      ["count", tensor(3, { dtype: "int64" })],
    ]);
    const bytes = writeSafetensors(stateDict, {});
    expect(header(bytes).trimEnd()).to.equal(
      '{"count":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},' +
        '"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},"flags":{"dtype":"BOOL","shape":[1],"data_offsets":[16,17]}}',
    );
    expect(header(bytes).length % 8).to.equal(0);
    expect(readSafetensors(bytes).metadata.size).to.equal(0);
  });

  it("keeps metadata and odd names", () => {
    const names = ["__proto__", "constructor", 'a"b\\c', "añ€😀", ""];
    const stateDict = new Map(names.map((name, i) => [name, tensor([i])]));
    const { tensors, metadata } = readSafetensors(writeSafetensors(stateDict, { note: "hello" }));
    for (const [i, name] of names.entries()) expect(tensors.get(name)?.data[0]).to.equal(i);
    expect(metadata.get("note")).to.equal("hello");
  });

  it("refuses a tensor named as the metadata", () => {
    expect(() => writeSafetensors(new Map([["__metadata__", tensor([1])]]))).to.throw(ArgumentError);
  });
});

describe("Reading .safetensors", () => {
  it("widens 16-bit and 8-bit floats", () => {
    const both = {
      h: entry("F16", [2], 0, 4),
      b: entry("BF16", [2], 4, 8),
      e: entry("F8_E4M3", [2], 8, 10),
      s: entry("F8_E8M0", [2], 10, 12),
    };
    const bytes = file(both, 12);
    bytes.set([0x00, 0x3e, 0x00, 0xfc, 0xc0, 0x3f, 0x80, 0xff, 0x38, 0x7e, 127, 128], bytes.length - 12);
    const { tensors, widened } = readSafetensors(bytes);
    expect([...(tensors.get("h")?.data ?? [])]).to.deep.equal([1.5, -Infinity]);
    expect([...(tensors.get("b")?.data ?? [])]).to.deep.equal([1.5, -Infinity]);
    expect([...(tensors.get("e")?.data ?? [])]).to.deep.equal([1, 448]);
    expect([...(tensors.get("s")?.data ?? [])]).to.deep.equal([1, 2]);
    expect([...widened.keys()]).to.deep.equal(["float16", "bfloat16", "float8_e4m3fn", "float8_e8m0fnu"]);
  });

  it("takes a header that is padded, in any order, without tensors", () => {
    expect(readSafetensors(file("{}   ")).tensors.size).to.equal(0);
    const swapped = { b: entry("U8", [1], 1, 2), a: entry("U8", [1], 0, 1) };
    expect([...readSafetensors(file(swapped, 2)).tensors.keys()]).to.deep.equal(["b", "a"]);
  });

  const refused: readonly (readonly [what: string, bytes: Uint8Array, says: string])[] = [
    ["fewer than 8 bytes", new Uint8Array(7), "has 7 bytes, expected at least 8"],
    [
      "a header of 2^64 - 1 bytes",
      file("{}", 0, 2n ** 64n - 1n),
      "announces a header of 18446744073709551615",
    ],
    ["a header of 100,000,001 bytes", file("{}", 0, 100_000_001), "announces a header"],
    ["a header longer than the file", file("{}", 0, 3), "announces a header of 3 bytes"],
    ["an empty header", file(""), "begins with {"],
    ["a header that begins with a space", file(" {}"), "begins with {"],
    ["a header that is a list", file("[]"), "begins with {"],
    [
      "a header that is not UTF-8",
      concat(le64(3), Uint8Array.of(0x7b, 0xff, 0x7d)),
      "expected JSON in UTF-8",
    ],
    ["a header that is not JSON", file("{not json}"), "expected JSON"],
    ["a header with something after it", file("{}x"), "expected JSON"],
    [
      "a name twice",
      file(
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
        2,
      ),
      'the key "a" is there twice',
    ],
    ["a name twice, spelled differently", file('{"a":0,"\\u0061":0}'), 'the key "a" is there twice'],
    [
      "a field twice",
      file('{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', 1),
      '"dtype" is there twice',
    ],
    ["a field too many", file({ a: { ...entry("U8", [1], 0, 1), x: 1 } }, 1), "and nothing else"],
    ["an entry that is no object", file({ a: 1 }), "and nothing else"],
    ["an unknown type", file({ a: entry("F33", [1], 0, 4) }, 4), 'there is no dtype "F33"'],
    [
      "a type that is no string",
      file({ a: { dtype: 1, shape: [], data_offsets: [0, 1] } }, 1),
      "there is no dtype 1",
    ],
    ["complex numbers", file({ a: entry("C64", [1], 0, 8) }, 8), "view_as_real"],
    ["4-bit floats", file({ a: entry("F4", [2], 0, 1) }, 1), "is of F4, which is not read"],
    ["4-bit floats that end inside a byte", file({ a: entry("F4", [1], 0, 1) }, 1), "takes 0.5 bytes"],
    ["metadata that is no text", file({ __metadata__: { a: 1 } }), '"a" is no string'],
    ["metadata that is no object", file({ __metadata__: "a" }), "expected an object"],
    ["a gap", file({ a: entry("U8", [1], 1, 2) }, 2), "starts at 1, expected 0"],
    [
      "an overlap",
      file({ a: entry("U8", [2], 0, 2), b: entry("U8", [2], 1, 3) }, 3),
      "starts at 1, expected 2",
    ],
    [
      "two tensors in one place",
      file({ a: entry("U8", [2], 0, 2), b: entry("U8", [2], 0, 2) }, 2),
      "starts at 0, expected 2",
    ],
    ["two missing bytes", file({ a: entry("F32", [2], 0, 8) }, 6), "take 8 bytes, but the file has 6"],
    ["bytes after the end", file({ a: entry("F32", [2], 0, 8) }, 9), "take 8 bytes, but the file has 9"],
    ["offsets that go backwards", file({ a: entry("U8", [1], 1, 0) }, 1), "its offsets are [1, 0]"],
    ["offsets of another size", file({ a: entry("F32", [2], 0, 4) }, 4), "takes 8 bytes"],
    ["one offset", file({ a: { dtype: "U8", shape: [], data_offsets: [0] } }), "offsets"],
    ["a negative size", file({ a: entry("U8", [-1], 0, 1) }, 1), "a list of integers"],
    ["half a size", file({ a: entry("U8", [0.5], 0, 1) }, 1), "a list of integers"],
    [
      "a size beyond 2^53",
      file('{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}', 1),
      "a list of integers",
    ],
    [
      "sizes whose product is 2 (2^64 - 2)",
      file('{"a":{"dtype":"U8","shape":[2,18446744073709551614],"data_offsets":[0,1]}}', 1),
      "a list of integers",
    ],
    ["sizes whose product overflows", file({ a: entry("F32", [2 ** 52, 2 ** 52], 0, 8) }, 8), "takes"],
    [
      "sizes that are infinite and 0",
      file({ a: entry("F32", [...new Array<number>(40).fill(2 ** 52), 0], 0, 0) }),
      "takes NaN bytes",
    ],
    ["65 sizes", file({ a: entry("U8", new Array<number>(65).fill(1), 0, 1) }, 1), "takes 1 bytes"],
  ];
  for (const [what, bytes, says] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => readSafetensors(bytes)).to.throw(FormatError, says);
    });
  }

  it("refuses a header of very many entries before it is parsed", () => {
    const many = `{${Array.from({ length: 400_000 }, (_, i) => `"${i}":{}`).join()}}`;
    expect(() => readSafetensors(file(many))).to.throw(FormatError, "has more than 300002 lists and objects");
  });

  it("refuses a header that is nested very deeply", () => {
    expect(() => readSafetensors(file(`{"a":${"[".repeat(100_000)}`))).to.throw(
      FormatError,
      "nests deeper than 32",
    );
  });
});
