import { expect } from "chai";
import { readPt } from "../../src/checkpoint/index.ts";
import { expectRefused } from "./expect-refused.ts";
import type { Instruction } from "./pickles.ts";
import {
  archive,
  concat,
  global,
  int,
  le32,
  pickle,
  rawPickle,
  storage,
  tensor,
  text,
  times,
} from "./pickles.ts";

const record = { 0: new Uint8Array(8) };

/** A pickle that calls `callee` a thousand times with the same arguments, which `args` puts into a tuple. */
function calls(callee: Instruction, args: readonly Instruction[]): Uint8Array {
  const call = times(1000, ["BINGET", 0], ["BINGET", 1], "REDUCE");
  return pickle("MARK", callee, ["BINPUT", 0], ...args, ["BINPUT", 1], ...call, "TUPLE");
}

describe("A small pickle cannot become large", () => {
  it("tuples of tuples of tuples are refused when they would unfold to millions of values", () => {
    const ladder = Array.from({ length: 60 }, (): Instruction[] => [
      "MEMOIZE",
      "MEMOIZE",
      "NONE",
      "TUPLE2",
    ]).flat();
    expect(readPt(archive(pickle("EMPTY_LIST", ...ladder))).value).to.be.an("array");
    const doubling = Array.from({ length: 60 }, (_, i): Instruction[] => [
      ["BINPUT", i],
      ["BINGET", i],
      "TUPLE2",
    ]).flat();
    expectRefused(archive(pickle("EMPTY_LIST", ...doubling)), "unfolds to more than 4000000 values");
  });

  it("a million lists are refused", () => {
    expectRefused(
      archive(concat(rawPickle(["PROTO", 2], "MARK"), new Uint8Array(1_000_000).fill(0x5d))),
      "more than 600000 lists",
    );
  });

  it("millions of remembered values are refused", () => {
    const object = concat(rawPickle(["PROTO", 2], "NONE"), new Uint8Array(1_500_000).fill(0x94));
    expectRefused(archive(object), "remembers more than 1000000");
  });

  it("a long text cannot be made bytes again and again", () => {
    const long = "x".repeat(1_000_000);
    const args: Instruction[] = [["BINUNICODE", le32(long.length), long], text("latin1"), "TUPLE2"];
    expectRefused(archive(calls(global("_codecs", "encode"), args)), "makes more than 67108864 bytes");
  });

  it("a dict cannot be copied again and again", () => {
    const items = Array.from({ length: 10_000 }, (_, i) => [int(i), "NONE"] as const).flat();
    const args: Instruction[] = ["EMPTY_DICT", "MARK", ...items, "SETITEMS", "TUPLE1"];
    expectRefused(archive(calls(global("collections", "Counter"), args)), "makes more than 67108864 bytes");
  });

  it("a name of a device cannot double from call to call", () => {
    const double: Instruction[] = [
      ["BINPUT", 1],
      ["BINGET", 0],
      ["BINGET", 1],
      ["BINGET", 1],
      "TUPLE2",
      "REDUCE",
    ];
    const object = pickle(
      "MARK",
      global("torch", "device"),
      ["BINPUT", 0],
      text("cpu"),
      ...times(20, ...double),
      "TUPLE",
    );
    expect(() => readPt(archive(object))).not.to.throw(RangeError);
  });

  it("a tensor expanded to gigabytes is refused", () => {
    expectRefused(
      archive(pickle(...tensor(storage("0", 2), [2 ** 30, 2], [0, 1])), record),
      "that a file of this size may become",
    );
    expectRefused(
      archive(pickle(...tensor(storage("0", 2), [2 ** 27], [0])), record),
      "save expanded or overlapping views",
    );
  });

  it("many overlapping views that would add up to gigabytes are refused", () => {
    const data = new Uint8Array(1 << 20);
    const views = Array.from({ length: 100 }, (_, i) =>
      tensor(storage("0", 1 << 18), [(1 << 18) - i], [1], i),
    ).flat();
    expectRefused(archive(pickle("MARK", ...views, "TUPLE"), { 0: data }), "more than the 16777216");
  });

  it("hundreds of thousands of empty tensors are refused", () => {
    const empty: Instruction[] = [["BINGET", 0], ["BINGET", 1], "REDUCE"];
    const [rebuild, ...args] = tensor(storage("0", 2), [0], [1]).slice(0, -1);
    const head = rawPickle(["PROTO", 2], "MARK", rebuild, ["BINPUT", 0], ...args, ["BINPUT", 1], "REDUCE");
    const body = rawPickle(...empty);
    const all = new Uint8Array(head.length + 200_000 * body.length + 2);
    all.set(head);
    for (let i = 0; i < 200_000; i++) all.set(body, head.length + i * body.length);
    all.set(rawPickle("TUPLE", "STOP"), all.length - 2);
    expectRefused(archive(all, record), "that a file of this size may become");
  });
});
