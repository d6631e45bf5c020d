/**
 * @module
 * Runs pickles of plain data, and no others. Python's pickle is a program for a small stack machine that may import and
 * call anything; this machine has neither: names become {@link PyGlobal} tags from the caller's table, and calling one
 * runs a function of candil's own.
 */

import type { FormatError } from "../../errors.ts";
import type { ByteReader } from "../../bytes/byte-reader.ts";
import {
  MAX_GLOBAL_NAME,
  MAX_PICKLE_BYTES,
  MAX_PICKLE_CONTAINERS,
  MAX_PICKLE_MEMO,
  MAX_PICKLE_OPS,
} from "../limits.ts";
import { opcode, opcodeNames } from "./opcodes.ts";
import { ForeignObject, isKey, PyGlobal, PyTuple, typeName } from "./values.ts";
import type { PickleKey, PickleValue } from "./values.ts";

/** What a pickle's names and references mean. Both throw FormatError for what is not allowed. */
export interface UnpickleContext {
  /** The tag for a class or function. */
  findGlobal(module: string, name: string): PyGlobal;
  /** The object that the file keeps outside of the pickle under `id`; PyTorch's storages. */
  persistentLoad(id: PickleValue): PickleValue;
}

/**
 * Runs one pickle of protocol 2 to 5 from the reader's position and leaves the reader behind it.
 * Allowed are the opcodes of None, booleans, numbers, strings, bytes, lists, tuples, dicts, sets, the memo, names and
 * calls of them. Refused are those of text protocols, extensions, `DUP`, and out-of-band buffers.
 * @throws FormatError naming byte and opcode; {@link MAX_PICKLE_OPS} and the other limits bound time and memory
 */
export function unpickle(reader: ByteReader, context: UnpickleContext): PickleValue {
  return new Machine(reader, context).run();
}

class Machine {
  readonly reader: ByteReader;
  readonly context: UnpickleContext;
  readonly #memo = new Map<number, PickleValue>();
  readonly #start: number;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at which a MARK was set and not yet used. */
  readonly #marks: number[] = [];
  #containers = 0;
  /** Bytes that calls have made out of their arguments, roughly. */
  #made = 0;
  #opStart: number;

  constructor(reader: ByteReader, context: UnpickleContext) {
    this.reader = reader;
    this.context = context;
    this.#start = reader.position;
    this.#opStart = reader.position;
  }

  run(): PickleValue {
    const { reader } = this;
    if (reader.u8() !== PROTO) throw this.fail("expected a pickle of protocol 2 or later");
    this.protocol();
    for (let count = 0; count < MAX_PICKLE_OPS; count++) {
      this.#opStart = reader.position;
      if (reader.position - this.#start > MAX_PICKLE_BYTES) break;
      const code = reader.u8();
      if (code === STOP) return this.#result();
      const run = operations.get(code);
      if (run === undefined) throw this.#refuse(code);
      run(this);
    }
    throw this.fail(`is longer than ${MAX_PICKLE_OPS} instructions or ${MAX_PICKLE_BYTES} bytes`);
  }

  /** An error at the opcode that is being run. */
  fail(message: string): FormatError {
    return this.reader.error(message, this.#opStart);
  }

  protocol(): void {
    const protocol = this.reader.u8();
    if (protocol < 2 || protocol > 5)
      throw this.fail(`expected a pickle of protocol 2 to 5, got ${protocol}`);
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  /** Pushes something that takes more memory than the bytes that ask for it, and counts it. */
  pushContainer(value: PickleValue): void {
    if (++this.#containers > MAX_PICKLE_CONTAINERS) {
      throw this.fail(`has more than ${MAX_PICKLE_CONTAINERS} lists, tuples, dicts and objects`);
    }
    this.#stack.push(value);
  }

  /** Calls {@link pushContainer} with what a call gave: a copy of arguments that may be recalled again and again. */
  pushMade(value: PickleValue): void {
    if (value instanceof Uint8Array) this.#made += value.length;
    if (value instanceof Map || value instanceof Set) this.#made += 64 * value.size;
    if (this.#made > MAX_PICKLE_BYTES) throw this.fail(`makes more than ${MAX_PICKLE_BYTES} bytes by calls`);
    this.pushContainer(value);
  }

  remember(index: number): void {
    this.#memo.set(index, this.top());
    if (this.#memo.size > MAX_PICKLE_MEMO) throw this.fail(`remembers more than ${MAX_PICKLE_MEMO} values`);
  }

  /** Remembers under the next free number, as protocol 4 does. */
  memoize(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.fail(`recalls value ${index}, which was never remembered`);
    this.push(value);
  }

  pop(): PickleValue {
    const floor = this.#marks.at(-1) ?? 0;
    const value = this.#stack.length > floor ? this.#stack.pop() : undefined;
    if (value === undefined) throw this.fail("takes a value where there is none");
    return value;
  }

  top(): PickleValue {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** Everything above the last mark, which is used up. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.fail("goes back to a mark that was never set");
    return this.#stack.splice(mark);
  }

  #result(): PickleValue {
    if (this.#marks.length !== 0 || this.#stack.length !== 1) {
      throw this.fail(
        `ends with ${this.#stack.length} values and ${this.#marks.length} marks, expected one value`,
      );
    }
    return this.#stack[0];
  }

  #refuse(code: number): FormatError {
    const name = opcodeNames.get(code);
    const hex = code.toString(16).padStart(2, "0");
    return this.fail(
      name === undefined
        ? `0x${hex} is no opcode of a pickle; the file is damaged`
        : `opcode ${name} (0x${hex}) is refused: the checkpoints that torch.save writes do not need it`,
    );
  }
}

type Operation = (m: Machine) => void;

function listOrForeign(m: Machine): { push(...items: PickleValue[]): unknown } {
  const target = m.top();
  if (Array.isArray(target)) return target;
  if (target instanceof ForeignObject) return target.parts;
  throw m.fail(`appends to a ${typeName(target)}, expected a list`);
}

function setItems(m: Machine, items: readonly PickleValue[]): void {
  const target = m.top();
  if (items.length % 2 !== 0) throw m.fail("has a key without a value");
  if (!(target instanceof Map) && !(target instanceof ForeignObject)) {
    throw m.fail(`sets an item of a ${typeName(target)}, expected a dict`);
  }
  for (let i = 0; i < items.length; i += 2) {
    if (target instanceof Map) target.set(key(m, items[i]), items[i + 1]);
    else target.parts.push(items[i + 1]);
  }
}

function key(m: Machine, value: PickleValue): PickleKey {
  if (!isKey(value)) throw m.fail(`uses a ${typeName(value)} as a key, expected a string or number`);
  return value;
}

function addItems(m: Machine): void {
  const items = m.popToMark();
  const target = m.top();
  if (!(target instanceof Set)) throw m.fail(`adds to a ${typeName(target)}, expected a set`);
  for (const item of items) target.add(key(m, item));
}

function tuple(m: Machine, count: number): void {
  const items = new Array<PickleValue>(count);
  for (let i = count - 1; i >= 0; i--) items[i] = m.pop();
  m.pushContainer(new PyTuple(items));
}

function long(m: Machine): void {
  const bytes = m.reader.take(m.reader.u8());
  let digits = "";
  for (const byte of bytes) digits = byte.toString(16).padStart(2, "0") + digits;
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${digits || "0"}`));
  const number = Number(value);
  m.push(Number.isSafeInteger(number) ? number : value);
}

function text(m: Machine, length: number): void {
  m.push(m.reader.text(length));
}

function bytes(m: Machine, length: number): void {
  m.pushContainer(new Uint8Array(m.reader.take(length)));
}

function stackGlobal(m: Machine): void {
  const name = m.pop();
  const module = m.pop();
  if (
    typeof name !== "string" ||
    typeof module !== "string" ||
    module.length + name.length > 2 * MAX_GLOBAL_NAME
  ) {
    throw m.fail(
      `names a global by a ${typeName(module)} and a ${typeName(name)}, expected two short strings`,
    );
  }
  m.push(m.context.findGlobal(module, name));
}

function call(m: Machine): void {
  const args = m.pop();
  const callee = m.pop();
  if (!(callee instanceof PyGlobal) || callee.call === null) {
    throw m.fail(`calls ${typeName(callee)}, which is not something to call`);
  }
  if (!(args instanceof PyTuple))
    throw m.fail(`calls ${callee.label} with a ${typeName(args)}, expected a tuple`);
  m.pushMade(callee.call(args.items));
}

/**
 * An OrderedDict's attributes: state dicts carry `_metadata`, the versions of their modules, which nothing here needs.
 */
function build(m: Machine): void {
  const state = m.pop();
  const target = m.top();
  if (target instanceof ForeignObject) target.parts.push(state);
  else if (!(target instanceof Map && state instanceof Map)) {
    throw m.fail(
      `sets attributes of a ${typeName(target)} from a ${typeName(state)}, expected an OrderedDict's`,
    );
  }
}

const emptyTuple = new PyTuple([]);
const PROTO = opcode("PROTO");
const STOP = opcode("STOP");

const operations: ReadonlyMap<number, Operation> = new Map(
  Object.entries<Operation>({
    PROTO: (m) => m.protocol(),
    FRAME: (m) => {
      const length = m.reader.u64();
      if (length > m.reader.remaining) throw m.fail(`announces ${length} bytes, but fewer are left`);
    },
    NONE: (m) => m.push(null),
    NEWTRUE: (m) => m.push(true),
    NEWFALSE: (m) => m.push(false),
    BININT: (m) => m.push(m.reader.i32()),
    BININT1: (m) => m.push(m.reader.u8()),
    BININT2: (m) => m.push(m.reader.u16()),
    LONG1: long,
    BINFLOAT: (m) => m.push(m.reader.f64BigEndian()),
    SHORT_BINUNICODE: (m) => text(m, m.reader.u8()),
    BINUNICODE: (m) => text(m, m.reader.u32()),
    BINUNICODE8: (m) => text(m, m.reader.u64()),
    // Strings of Python 2, where names are ASCII and text is mostly UTF-8.
    SHORT_BINSTRING: (m) => text(m, m.reader.u8()),
    BINSTRING: (m) => text(m, m.reader.u32()),
    SHORT_BINBYTES: (m) => bytes(m, m.reader.u8()),
    BINBYTES: (m) => bytes(m, m.reader.u32()),
    BINBYTES8: (m) => bytes(m, m.reader.u64()),
    BYTEARRAY8: (m) => bytes(m, m.reader.u64()),
    MARK: (m) => m.mark(),
    EMPTY_LIST: (m) => m.pushContainer([]),
    APPEND: (m) => {
      const item = m.pop();
      listOrForeign(m).push(item);
    },
    APPENDS: (m) => {
      const items = m.popToMark();
      const target = listOrForeign(m);
      for (const item of items) target.push(item);
    },
    EMPTY_TUPLE: (m) => m.push(emptyTuple),
    TUPLE1: (m) => tuple(m, 1),
    TUPLE2: (m) => tuple(m, 2),
    TUPLE3: (m) => tuple(m, 3),
    TUPLE: (m) => m.pushContainer(new PyTuple(m.popToMark())),
    EMPTY_DICT: (m) => m.pushContainer(new Map()),
    SETITEM: (m) => {
      const value = m.pop();
      setItems(m, [m.pop(), value]);
    },
    SETITEMS: (m) => setItems(m, m.popToMark()),
    EMPTY_SET: (m) => m.pushContainer(new Set()),
    ADDITEMS: addItems,
    FROZENSET: (m) => m.pushContainer(new Set(m.popToMark().map((item) => key(m, item)))),
    BINPUT: (m) => m.remember(m.reader.u8()),
    LONG_BINPUT: (m) => m.remember(m.reader.u32()),
    MEMOIZE: (m) => m.memoize(),
    BINGET: (m) => m.recall(m.reader.u8()),
    LONG_BINGET: (m) => m.recall(m.reader.u32()),
    GLOBAL: (m) => {
      const module = m.reader.line(MAX_GLOBAL_NAME);
      m.push(m.context.findGlobal(module, m.reader.line(MAX_GLOBAL_NAME)));
    },
    STACK_GLOBAL: stackGlobal,
    REDUCE: call,
    NEWOBJ: call,
    BUILD: build,
    BINPERSID: (m) => m.push(m.context.persistentLoad(m.pop())),
  }).map(([name, run]) => [opcode(name), run]),
);
