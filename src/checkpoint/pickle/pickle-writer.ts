/**
 * @module
 * Writes pickles of protocol 2, the one that `torch.save` uses.
 */

import { ByteWriter } from "../../bytes/byte-writer.ts";
import { opcode } from "./opcodes.ts";

const code = {
  PROTO: opcode("PROTO"),
  STOP: opcode("STOP"),
  GLOBAL: opcode("GLOBAL"),
  BINPUT: opcode("BINPUT"),
  LONG_BINPUT: opcode("LONG_BINPUT"),
  BINGET: opcode("BINGET"),
  LONG_BINGET: opcode("LONG_BINGET"),
  BININT: opcode("BININT"),
  BININT1: opcode("BININT1"),
  BININT2: opcode("BININT2"),
  LONG1: opcode("LONG1"),
  BINFLOAT: opcode("BINFLOAT"),
  BINUNICODE: opcode("BINUNICODE"),
} as const;

/** One-byte instructions that need no operand. */
export type PlainOpcode =
  | "MARK"
  | "NONE"
  | "NEWTRUE"
  | "NEWFALSE"
  | "EMPTY_TUPLE"
  | "TUPLE"
  | "TUPLE1"
  | "TUPLE2"
  | "EMPTY_LIST"
  | "APPENDS"
  | "EMPTY_DICT"
  | "SETITEMS"
  | "REDUCE"
  | "BINPERSID";

const utf8 = new TextEncoder();

/** Appends instructions to a pickle. Each name of a class or function is spelled out once and recalled afterwards. */
export class PickleWriter {
  readonly #out = new ByteWriter();
  readonly #globals = new Map<string, number>();

  constructor() {
    this.#out.u8(code.PROTO, 2);
  }

  op(...names: readonly PlainOpcode[]): void {
    for (const name of names) this.#out.u8(opcode(name));
  }

  global(module: string, name: string): void {
    const label = `${module}\n${name}\n`;
    const known = this.#globals.get(label);
    if (known !== undefined) {
      this.#memo(code.BINGET, code.LONG_BINGET, known);
      return;
    }
    this.#out.u8(code.GLOBAL);
    this.#out.text(label);
    this.#memo(code.BINPUT, code.LONG_BINPUT, this.#globals.size);
    this.#globals.set(label, this.#globals.size);
  }

  string(text: string): void {
    const bytes = utf8.encode(text);
    this.#out.u8(code.BINUNICODE);
    this.#out.u32(bytes.length);
    this.#out.raw(bytes);
  }

  /** A Python int for integers up to 2^53, a float for everything else, -0 included. */
  number(value: number | bigint): void {
    if (typeof value === "number" && (!Number.isSafeInteger(value) || Object.is(value, -0))) {
      this.#out.u8(code.BINFLOAT);
      this.#out.f64BigEndian(value);
    } else {
      this.#int(BigInt(value));
    }
  }

  /** A tuple of ints, such as a shape. */
  ints(values: readonly number[]): void {
    this.op("MARK");
    for (const value of values) this.number(value);
    this.op("TUPLE");
  }

  finish(): Uint8Array {
    this.#out.u8(code.STOP);
    return this.#out.finish();
  }

  #memo(short: number, long: number, index: number): void {
    if (index < 256) {
      this.#out.u8(short, index);
    } else {
      this.#out.u8(long);
      this.#out.u32(index);
    }
  }

  #int(value: bigint): void {
    const number = Number(value);
    if (number >= 0 && number < 2 ** 8) this.#out.u8(code.BININT1, number);
    else if (number >= 0 && number < 2 ** 16) {
      this.#out.u8(code.BININT2);
      this.#out.u16(number);
    } else if (number === (number | 0)) {
      this.#out.u8(code.BININT);
      this.#out.i32(number);
    } else {
      this.#long(value);
    }
  }

  /** Two's complement, least significant byte first, as short as keeps the sign. */
  #long(value: bigint): void {
    const bytes: number[] = [];
    for (let rest = value, byte = 0n; bytes.length === 0 || rest !== (byte >= 128n ? -1n : 0n); rest >>= 8n) {
      byte = rest & 0xffn;
      bytes.push(Number(byte));
    }
    if (bytes.length > 255) throw new RangeError(`pickle: an int of ${bytes.length} bytes`);
    this.#out.u8(code.LONG1, bytes.length);
    this.#out.u8(...bytes);
  }
}
