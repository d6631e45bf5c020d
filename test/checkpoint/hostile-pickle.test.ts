import { expect } from "chai";
import { readPt } from "../../src/checkpoint/index.ts";
import { expectRefused } from "./expect-refused.ts";
import type { Instruction } from "./pickles.ts";
import {
  archive,
  concat,
  global,
  le32,
  le64,
  pickle,
  rawPickle,
  storage,
  tensor,
  text,
  times,
} from "./pickles.ts";

const record = { 0: new Uint8Array(8) };
const command = text("touch /tmp/owned");

describe("A pickle that calls what is no tensor is refused by name", () => {
  const callables: readonly (readonly [module: string, name: string])[] = [
    ["os", "system"],
    ["posix", "system"],
    ["nt", "system"],
    ["subprocess", "Popen"],
    ["builtins", "eval"],
    ["builtins", "exec"],
    ["__builtin__", "eval"],
    ["builtins", "getattr"],
    ["builtins", "__import__"],
    ["runpy", "run_path"],
    ["importlib", "import_module"],
    ["operator", "methodcaller"],
    ["ctypes", "CDLL"],
    ["pkgutil", "resolve_name"],
    ["pydoc", "locate"],
    ["pty", "spawn"],
    ["pip", "main"],
    ["io", "FileIO"],
    ["logging", "FileHandler"],
    ["urllib.request", "urlretrieve"],
    ["types", "CodeType"],
    ["cProfile", "run"],
    ["torch", "load"],
    ["torch.hub", "load"],
    ["torch.serialization", "load"],
    ["torch._inductor.codecache", "compile_file"],
    ["numpy.f2py.crackfortran", "myeval"],
    ["constructor", "constructor"],
    ["__proto__", "toString"],
  ];
  for (const [module, name] of callables) {
    it(`${module}.${name}, by GLOBAL and by STACK_GLOBAL`, () => {
      const label = `${module.replace("__builtin__", "builtins")}.${name}`;
      const byName = archive(pickle(global(module, name), command, "TUPLE1", "REDUCE"));
      const byStack = archive(pickle(text(module), text(name), "STACK_GLOBAL", command, "TUPLE1", "REDUCE"));
      expectRefused(byName, `refers to ${label}`);
      expectRefused(byStack, `refers to ${label}`);
    });
  }

  it("a name put together from the memo", () => {
    const object = pickle(
      text("os"),
      "MEMOIZE",
      text("system"),
      "MEMOIZE",
      ["BINGET", 0],
      ["BINGET", 1],
      "STACK_GLOBAL",
    );
    expectRefused(archive(object), "refers to os.system");
  });

  it("control characters of a name do not reach the message", () => {
    expectRefused(archive(pickle(global("\u001b[2Jevil", "x".repeat(400)))), /refers to \?\?2Jevil\.x+:/);
  });

  it("a payload before the object that the reader would see", () => {
    const object = pickle(global("os", "system"), command, "TUPLE1", "REDUCE", "POP", "EMPTY_DICT");
    expectRefused(archive(object), "refers to os.system");
  });

  it("a payload before a broken end", () => {
    const object = concat(
      rawPickle(["PROTO", 2], global("os", "system"), command, "TUPLE1", "REDUCE"),
      Uint8Array.of(0xff),
    );
    expectRefused(archive(object), "refers to os.system");
  });

  it("any of the other four pickles of a legacy file", () => {
    const evil = pickle(global("os", "system"), command, "TUPLE1", "REDUCE");
    const [magic, protocol, facts] = [
      pickle(["LONG1", Uint8Array.of(10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19)]),
      pickle(["BININT2", 0xe9, 0x03]),
      pickle("EMPTY_DICT"),
    ];
    expectRefused(
      concat(evil, protocol, facts, pickle("NONE"), pickle("EMPTY_LIST")),
      "a pickle that torch.save did not write",
    );
    expectRefused(
      concat(magic, evil, facts, pickle("NONE"), pickle("EMPTY_LIST")),
      "outside of the saved object",
    );
    expectRefused(
      concat(magic, protocol, evil, pickle("NONE"), pickle("EMPTY_LIST")),
      "outside of the saved object",
    );
    expectRefused(concat(magic, protocol, facts, evil, pickle("EMPTY_LIST")), "refers to os.system");
    expectRefused(concat(magic, protocol, facts, pickle("NONE"), evil), "outside of the saved object");
  });

  it("a chain of rebuilds inside rebuilds", () => {
    const rebuild = global("torch._tensor", "_rebuild_from_type_v2");
    const open = times(5000, "MARK", rebuild, global("torch", "Tensor"));
    const close = times(5000, "NONE", "TUPLE");
    expectRefused(
      archive(pickle(rebuild, ...open, "EMPTY_TUPLE", ...close, "REDUCE")),
      "a tensor of the class",
    );
  });
});

describe("A pickle is refused for opcodes that plain data does not need", () => {
  const refused: readonly (readonly [string, Instruction[]])[] = [
    ["INST", [["INST", "os\nsystem\n"]]],
    ["OBJ", ["MARK", "NONE", "OBJ"]],
    ["NEWOBJ_EX", ["NONE", "NONE", "NONE", "NEWOBJ_EX"]],
    ["EXT1", [["EXT1", 1]]],
    ["EXT2", [["EXT2", 1, 0]]],
    ["EXT4", [["EXT4", le32(1)]]],
    ["DUP", ["NONE", "DUP"]],
    ["POP", ["NONE", "NONE", "POP"]],
    ["PERSID", [["PERSID", "0\n"]]],
    ["PUT", ["NONE", ["PUT", "0\n"]]],
    ["GET", [["GET", "0\n"]]],
    ["INT", [["INT", "1\n"]]],
    ["LONG", [["LONG", "1L\n"]]],
    ["FLOAT", [["FLOAT", "1\n"]]],
    ["STRING", [["STRING", "'a'\n"]]],
    ["UNICODE", [["UNICODE", "a\n"]]],
    ["LONG4", [["LONG4", le32(1), 1]]],
    ["NEXT_BUFFER", ["NEXT_BUFFER"]],
    ["READONLY_BUFFER", ["NONE", "READONLY_BUFFER"]],
  ];
  for (const [name, instructions] of refused) {
    it(name, () => {
      expectRefused(archive(pickle(...instructions)), `opcode ${name} (0x`);
    });
  }

  it("a byte that is no opcode", () => {
    expectRefused(archive(concat(rawPickle(["PROTO", 2]), Uint8Array.of(0xff))), "0xff is no opcode");
  });

  it("protocols 0, 1 and 6", () => {
    expectRefused(archive(rawPickle("NONE", "STOP")), "expected a pickle of protocol 2");
    expectRefused(archive(rawPickle(["PROTO", 1], "NONE", "STOP")), "protocol 2 to 5, got 1");
    expectRefused(archive(rawPickle(["PROTO", 6], "NONE", "STOP")), "protocol 2 to 5, got 6");
  });
});

describe("A pickle that misuses the machine is refused", () => {
  const misuses: readonly (readonly [what: string, instructions: Instruction[], says: string])[] = [
    ["takes from an empty stack", ["APPEND"], "where there is none"],
    ["takes from below a mark", ["NONE", "MARK", "TUPLE1"], "where there is none"],
    ["uses a mark that was never set", ["TUPLE"], "a mark that was never set"],
    ["leaves two values", ["NONE", "NONE"], "ends with 2 values"],
    ["leaves nothing", [], "ends with 0 values"],
    ["leaves a mark", ["NONE", "MARK"], "1 marks"],
    ["appends to a dict", ["EMPTY_DICT", "NONE", "APPEND"], "appends to a dict, expected a list"],
    ["appends to a tuple", ["EMPTY_TUPLE", "MARK", "NONE", "APPENDS"], "appends to a tuple"],
    ["sets an item of a list", ["EMPTY_LIST", "NONE", "NONE", "SETITEM"], "sets an item of a list"],
    [
      "sets an item of a tensor",
      [...tensor(storage("0", 2), [2], [1]), "NONE", "NONE", "SETITEM"],
      "of a tensor",
    ],
    ["gives a key without a value", ["EMPTY_DICT", "MARK", "NONE", "SETITEMS"], "a key without a value"],
    ["uses a list as a key", ["EMPTY_DICT", "EMPTY_LIST", "NONE", "SETITEM"], "uses a list as a key"],
    ["adds to a list as to a set", ["EMPTY_LIST", "MARK", "ADDITEMS"], "adds to a list"],
    ["calls a string", [text("os"), "EMPTY_TUPLE", "REDUCE"], "calls str"],
    [
      "calls a dtype",
      [global("torch", "float32"), "EMPTY_TUPLE", "REDUCE"],
      "which is not something to call",
    ],
    ["calls with a list", [global("torch", "Size"), "EMPTY_LIST", "REDUCE"], "with a list, expected a tuple"],
    ["sets attributes of a list", ["EMPTY_LIST", "EMPTY_DICT", "BUILD"], "sets attributes of a list"],
    [
      "sets attributes of a tensor",
      [...tensor(storage("0", 2), [2], [1]), "EMPTY_DICT", "BUILD"],
      "of a tensor",
    ],
    ["recalls what it did not remember", [["BINGET", 0]], "never remembered"],
    ["recalls at 2^32 - 1", [["LONG_BINGET", le32(-1)]], "never remembered"],
    ["names a global by numbers", ["NONE", "NONE", "STACK_GLOBAL"], "expected two short strings"],
    ["announces a string past its end", [["BINUNICODE", le32(0x7fffffff)]], "are left"],
    ["announces a string of 2^63", [["BINUNICODE8", le64(2n ** 63n)]], "no possible size"],
    ["announces bytes past its end", [["BINBYTES8", le64(2 ** 40)]], "are left"],
    ["announces a frame past its end", [["FRAME", le64(1000)]], "fewer are left"],
    ["has a string that is not UTF-8", [["SHORT_BINUNICODE", 1, 0xff]], "expected UTF-8"],
    ["names a global without an end", [["GLOBAL", "x".repeat(2000)]], "a line of at most"],
    [
      "holds a list that holds itself",
      ["EMPTY_LIST", ["BINPUT", 0], ["BINGET", 0], "APPEND"],
      "holds itself",
    ],
    [
      "holds a dict that holds itself",
      ["EMPTY_DICT", ["BINPUT", 0], text("a"), ["BINGET", 0], "SETITEM"],
      "a dict holds itself",
    ],
    [
      "nests lists deeper than 100 levels",
      [...times(500, "EMPTY_LIST"), ...times(499, "APPEND")],
      "nested deeper",
    ],
    ["returns a storage", storage("0", 2), "a storage stands where plain data is expected"],
  ];
  for (const [what, instructions, says] of misuses) {
    it(what, () => {
      expectRefused(archive(pickle(...instructions), record), says);
    });
  }

  it("has bytes after its end", () => {
    expectRefused(archive(concat(pickle("NONE"), pickle("NONE"))), "bytes after its end");
  });

  it("remembers at 2^32 - 1: that alone is harmless", () => {
    expect(readPt(archive(pickle("NONE", ["LONG_BINPUT", le32(-1)]))).value).to.equal(null);
  });

  it("has an int of 255 bytes: that is a bigint", () => {
    const { value } = readPt(archive(pickle(["LONG1", 255, new Uint8Array(255).fill(0x7f)])));
    expect(value).to.be.a("bigint");
  });
});
