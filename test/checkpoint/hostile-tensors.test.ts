import { expectRefused } from "./expect-refused.ts";
import type { Instruction } from "./pickles.ts";
import {
  archive,
  concat,
  global,
  int,
  le64,
  legacy,
  pickle,
  storage,
  tensor,
  text,
  times,
} from "./pickles.ts";

const record = { 0: new Uint8Array(8) };

describe("A tensor that its storage does not hold is refused", () => {
  const over: readonly (readonly [what: string, shape: number[], strides: number[], offset: number])[] = [
    ["too long", [3], [1], 0],
    ["beyond the end by its offset", [2], [1], 1],
    ["beyond the end by its stride", [2], [2], 0],
    ["of a negative size", [-1], [1], 0],
    ["of a negative stride", [2], [-1], 1],
    ["of a negative offset", [1], [1], -1],
    ["with fewer strides than sizes", [1, 2], [1], 0],
  ];
  for (const [what, shape, strides, offset] of over) {
    it(what, () => {
      expectRefused(
        archive(pickle(...tensor(storage("0", 2), shape, strides, offset)), record),
        "tensor of shape",
      );
    });
  }

  it("of more than 64 dimensions", () => {
    const ones = new Array<number>(65).fill(1);
    expectRefused(
      archive(pickle(...tensor(storage("0", 2), ones, ones)), record),
      "65 dimensions is impossible",
    );
  });

  it("whose sizes multiply beyond what a number can count", () => {
    const sizes = new Array<number>(20).fill(2 ** 31 - 1);
    expectRefused(
      archive(
        pickle(
          ...tensor(
            storage("0", 2),
            sizes,
            sizes.map(() => 0),
          ),
        ),
        record,
      ),
      "is impossible",
    );
    const withZero = [...sizes, ...sizes, ...sizes, 0];
    expectRefused(
      archive(
        pickle(
          ...tensor(
            storage("0", 2),
            withZero,
            withZero.map(() => 0),
          ),
        ),
        record,
      ),
      "is impossible",
    );
  });

  it("a record of another size than the pickle says (CVE-2026-24747)", () => {
    expectRefused(archive(pickle(...tensor(storage("0", 600), [600], [1])), record), "expected 2400 bytes");
    expectRefused(archive(pickle(...tensor(storage("1", 2), [2], [1])), record), "which is missing");
  });

  it("a storage of two element types", () => {
    const both = [...tensor(storage("0", 2), [2], [1]), ...tensor(storage("0", 2, "IntStorage"), [2], [1])];
    expectRefused(archive(pickle(...both, "TUPLE2"), record), "two sizes or element types");
  });

  it("a persistent id that is no storage", () => {
    for (const id of [["NONE"], [int(5)], [text("storage")], ["EMPTY_TUPLE"]] satisfies Instruction[][]) {
      expectRefused(archive(pickle(...id, "BINPERSID")), "a reference to a storage is malformed");
    }
    const key = [text("storage"), global("torch", "FloatStorage"), text("../../0"), text("cpu"), int(2)];
    expectRefused(archive(pickle("MARK", ...key, "TUPLE", "BINPERSID"), record), "which is missing");
    const noClass = [text("storage"), global("torch", "Size"), text("0"), text("cpu"), int(2)];
    expectRefused(
      archive(pickle("MARK", ...noClass, "TUPLE", "BINPERSID"), record),
      "expected the class of a storage",
    );
  });

  it("rebuild functions called with anything else", () => {
    const v2 = global("torch._utils", "_rebuild_tensor_v2");
    const parameter = global("torch._utils", "_rebuild_parameter");
    expectRefused(archive(pickle(v2, "EMPTY_TUPLE", "REDUCE")), "called with 0 arguments");
    expectRefused(archive(pickle(v2, "MARK", ...times(6, "NONE"), "TUPLE", "REDUCE")), "expected a storage");
    expectRefused(
      archive(pickle(parameter, "NONE", "NEWTRUE", "NONE", "TUPLE3", "REDUCE")),
      "expected a tensor",
    );
  });
});

describe("A legacy file that contradicts itself is refused", () => {
  const object = pickle(...tensor(storage("0", 2), [2], [1]));
  const data = concat(le64(2), new Uint8Array(8));
  const broken: readonly (readonly [what: string, file: Uint8Array, says: string])[] = [
    ["a storage is not listed", legacy(object, [], data), "the list of the 1 storages"],
    ["another storage is listed", legacy(object, ["1"], data), "does not refer to"],
    [
      "a storage is listed twice",
      legacy(object, ["0", "0"], concat(data, data)),
      "the list of the 1 storages",
    ],
    [
      "a storage has another size",
      legacy(object, ["0"], concat(le64(3), new Uint8Array(12))),
      "has 12 bytes, expected 8",
    ],
    ["a storage claims 2^60 elements", legacy(object, ["0"], le64(2n ** 60n)), "no possible size"],
    ["a storage is cut short", legacy(object, ["0"], data.subarray(0, 12)), "cut short"],
    [
      "bytes follow the last storage",
      legacy(object, ["0"], concat(data, Uint8Array.of(0))),
      "1 bytes after the last",
    ],
  ];
  for (const [what, file, says] of broken) {
    it(what, () => {
      expectRefused(file, says);
    });
  }
});
