/**
 * @module
 * Pickles put together by hand, opcode by opcode, and files around them: what no honest program writes.
 */

import { opcode } from "../../src/checkpoint/pickle/opcodes.ts";
import { writeZip } from "../../src/zip/write-zip.ts";

/** An instruction: an opcode's name, then its operands as bytes or text. */
export type Instruction = string | readonly [name: string, ...operands: (number | string | Uint8Array)[]];

const utf8 = new TextEncoder();

/** The bytes of a pickle of protocol 2 that ends with STOP. */
export function pickle(...instructions: Instruction[]): Uint8Array {
  return rawPickle(["PROTO", 2], ...instructions, "STOP");
}

/** The bytes of instructions, without a beginning or an end. */
export function rawPickle(...instructions: Instruction[]): Uint8Array {
  const bytes = instructions.flatMap((instruction) => {
    const [name, ...operands] = typeof instruction === "string" ? [instruction] : instruction;
    return [opcode(name), ...operands.flatMap((x) => (typeof x === "number" ? [x] : [...toBytes(x)]))];
  });
  return Uint8Array.from(bytes);
}

/** `module\nname\n` of GLOBAL and INST. */
export function global(module: string, name: string): Instruction {
  return ["GLOBAL", `${module}\n${name}\n`];
}

/** A short string. */
export function text(value: string): Instruction {
  return ["SHORT_BINUNICODE", utf8.encode(value).length, value];
}

/** A whole number. */
export function int(value: number): Instruction {
  return ["BININT", le32(value)];
}

/** The instructions of a storage's persistent id. */
export function storage(key: string, numel: number, storageClass = "FloatStorage"): Instruction[] {
  const id = [text("storage"), global("torch", storageClass), text(key), text("cpu"), int(numel)];
  return ["MARK", ...id, "TUPLE", "BINPERSID"];
}

/** The instructions of a tensor over the storage that `of` makes. */
export function tensor(
  of: readonly Instruction[],
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): Instruction[] {
  const ints = (values: readonly number[]): Instruction[] => ["MARK", ...values.map(int), "TUPLE"];
  const rebuild = global("torch._utils", "_rebuild_tensor_v2");
  return [
    rebuild,
    "MARK",
    ...of,
    int(offset),
    ...ints(shape),
    ...ints(strides),
    "NEWFALSE",
    "NONE",
    "TUPLE",
    "REDUCE",
  ];
}

/** `rounds` times the same instructions. */
export function times(rounds: number, ...instructions: Instruction[]): Instruction[] {
  return Array.from({ length: rounds }, () => instructions).flat();
}

/** A `.pt` archive around a pickle; `records` are the storages by key. */
export function archive(dataPkl: Uint8Array, records: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  return writeZip([
    { name: "archive/data.pkl", bytes: dataPkl },
    ...Object.entries(records).map(([key, bytes]) => ({ name: `archive/data/${key}`, bytes })),
    { name: "archive/version", bytes: utf8.encode("3\n") },
  ]);
}

/** A legacy file: magic, protocol, facts, then the object, the list of keys, and the storages as they are given. */
export function legacy(
  object: Uint8Array,
  keys: readonly string[],
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const magic = Uint8Array.of(10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19);
  return concat(
    pickle(["LONG1", magic]),
    pickle(["BININT2", 0xe9, 0x03]),
    pickle("EMPTY_DICT"),
    object,
    pickle("EMPTY_LIST", "MARK", ...keys.map(text), "APPENDS"),
    payload,
  );
}

/** Bytes one after another. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A 32-bit number, least significant byte first. */
export function le32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** A 64-bit number, least significant byte first. */
export function le64(value: number | bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

function toBytes(operand: string | Uint8Array): Uint8Array {
  return typeof operand === "string" ? utf8.encode(operand) : operand;
}
