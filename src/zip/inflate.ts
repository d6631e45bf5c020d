/**
 * @module
 * DEFLATE (RFC 1951) into a buffer of known size. PyTorch writes its archives uncompressed, but reads compressed ones,
 * and people do re-zip them.
 */

import { FormatError } from "../errors.ts";

/** No DEFLATE stream yields more than this many bytes for one of its own: a match of 258 bytes takes two bits. */
export const MAX_DEFLATE_RATIO = 1032;

const MAX_CODE_BITS = 15;
const END_OF_BLOCK = 256;
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];
const DISTANCE_BITS = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Codes of up to this many bits, nearly all that occur, are looked up at once. */
const FAST_BITS = 9;
/** An entry of the table is `symbol << LENGTH_FIELD | length`. */
const LENGTH_FIELD = 4;

/** A canonical Huffman code: how many codes there are of each length, and the symbols in the order of their codes. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
  /** The symbol and the length of the code that the next {@link FAST_BITS} bits begin with; 0 for a longer code. */
  readonly fast: Uint16Array;
}

/**
 * Decompresses a raw DEFLATE stream to exactly `size` bytes.
 * @throws FormatError when the stream is damaged, ends early, has bytes left over, or yields more or less than `size`
 */
export function inflate(input: Uint8Array, size: number): Uint8Array {
  if (size > input.length * MAX_DEFLATE_RATIO) {
    throw new FormatError(`inflate: ${input.length} compressed bytes cannot become ${size}`);
  }
  return new Inflater(input, size).run();
}

class Inflater {
  readonly #input: Uint8Array;
  readonly #output: Uint8Array;
  #read = 0;
  #written = 0;
  /** Bits taken from the input and not yet used, the next one lowest. */
  #bits = 0;
  #bitCount = 0;

  constructor(input: Uint8Array, size: number) {
    this.#input = input;
    this.#output = new Uint8Array(size);
  }

  run(): Uint8Array {
    let last = false;
    while (!last) {
      last = this.#take(1) === 1;
      const type = this.#take(2);
      if (type === 0) this.#stored();
      else if (type === 1) this.#block(FIXED_LITERALS, FIXED_DISTANCES);
      else if (type === 2) this.#dynamic();
      else throw new FormatError("inflate: block type 3 does not exist");
    }
    this.#giveBack();
    if (this.#written !== this.#output.length || this.#read !== this.#input.length) {
      throw new FormatError(
        `inflate: expected ${this.#input.length} bytes to become ${this.#output.length}, ` +
          `but ${this.#read} became ${this.#written}`,
      );
    }
    return this.#output;
  }

  #take(count: number): number {
    while (this.#bitCount < count) {
      if (this.#read === this.#input.length)
        throw new FormatError("inflate: the compressed data is cut short");
      this.#bits |= this.#input[this.#read++] << this.#bitCount;
      this.#bitCount += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#bitCount -= count;
    return value;
  }

  #symbol(code: Code): number {
    while (this.#bitCount < FAST_BITS && this.#read < this.#input.length) {
      this.#bits |= this.#input[this.#read++] << this.#bitCount;
      this.#bitCount += 8;
    }
    const entry = code.fast[this.#bits & ((1 << FAST_BITS) - 1)];
    const length = entry & ((1 << LENGTH_FIELD) - 1);
    if (length === 0 || length > this.#bitCount) return this.#longSymbol(code);
    this.#bits >>>= length;
    this.#bitCount -= length;
    return entry >>> LENGTH_FIELD;
  }

  /** Walks the code bit by bit: at each length, `first` is the first code and `index` its place among the symbols. */
  #longSymbol(code: Code): number {
    let value = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      value |= this.#take(1);
      const count = code.counts[length];
      if (value - first < count) return code.symbols[index + value - first];
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    throw new FormatError("inflate: a code that stands for nothing");
  }

  /** Returns whole bytes that were taken ahead of their use to the input. */
  #giveBack(): void {
    this.#read -= this.#bitCount >>> 3;
    this.#bits = 0;
    this.#bitCount = 0;
  }

  #room(count: number): void {
    if (this.#written + count > this.#output.length) {
      throw new FormatError(`inflate: yields more than the ${this.#output.length} bytes that were announced`);
    }
  }

  #stored(): void {
    this.#giveBack();
    const length = this.#take(16);
    if ((this.#take(16) ^ 0xffff) !== length)
      throw new FormatError("inflate: the length of a stored block is damaged");
    if (this.#read + length > this.#input.length)
      throw new FormatError("inflate: the compressed data is cut short");
    this.#room(length);
    this.#output.set(this.#input.subarray(this.#read, this.#read + length), this.#written);
    this.#read += length;
    this.#written += length;
  }

  #block(literals: Code, distances: Code): void {
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol === END_OF_BLOCK) return;
      if (symbol < END_OF_BLOCK) {
        this.#room(1);
        this.#output[this.#written++] = symbol;
      } else {
        this.#match(symbol - END_OF_BLOCK - 1, distances);
      }
    }
  }

  #match(lengthSymbol: number, distances: Code): void {
    if (lengthSymbol >= LENGTH_BASE.length) throw new FormatError("inflate: a length that does not exist");
    const length = LENGTH_BASE[lengthSymbol] + this.#take(LENGTH_BITS[lengthSymbol]);
    const symbol = this.#symbol(distances);
    if (symbol >= DISTANCE_BASE.length) throw new FormatError("inflate: a distance that does not exist");
    const distance = DISTANCE_BASE[symbol] + this.#take(DISTANCE_BITS[symbol]);
    if (distance > this.#written) throw new FormatError("inflate: a distance that reaches before the start");
    this.#room(length);
    // One byte at a time: the match may overlap what it writes.
    for (let i = 0; i < length; i++, this.#written++)
      this.#output[this.#written] = this.#output[this.#written - distance];
  }

  #dynamic(): void {
    const literalCount = this.#take(5) + 257;
    const distanceCount = this.#take(5) + 1;
    const lengthCount = this.#take(4) + 4;
    const lengthLengths = new Uint8Array(CODE_LENGTH_ORDER.length);
    for (let i = 0; i < lengthCount; i++) lengthLengths[CODE_LENGTH_ORDER[i]] = this.#take(3);
    const lengths = this.#codeLengths(makeCode(lengthLengths), literalCount + distanceCount);
    if (lengths[END_OF_BLOCK] === 0) throw new FormatError("inflate: a block that cannot end");
    this.#block(makeCode(lengths.subarray(0, literalCount)), makeCode(lengths.subarray(literalCount)));
  }

  /** Code lengths are run-length coded: 16 repeats the previous one, 17 and 18 are runs of zeros. */
  #codeLengths(code: Code, count: number): Uint8Array {
    const lengths = new Uint8Array(count);
    for (let i = 0; i < count;) {
      const symbol = this.#symbol(code);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw new FormatError("inflate: repeats a code length before the first");
      const value = symbol === 16 ? lengths[i - 1] : 0;
      const repeat =
        symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (i + repeat > count) throw new FormatError("inflate: too many code lengths");
      lengths.fill(value, i, (i += repeat));
    }
    return lengths;
  }
}

/** @throws FormatError when there are more codes than their lengths leave room for */
function makeCode(lengths: Uint8Array): Code {
  const counts = new Uint16Array(MAX_CODE_BITS + 1);
  for (const length of lengths) counts[length]++;
  counts[0] = 0;
  const offsets = new Uint16Array(MAX_CODE_BITS + 2);
  let room = 1;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    room = 2 * room - counts[length];
    if (room < 0) throw new FormatError("inflate: a Huffman code with too many codes of one length");
    offsets[length + 1] = offsets[length] + counts[length];
  }
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length !== 0) symbols[offsets[length]++] = symbol;
  });
  return { counts, symbols, fast: makeTable(counts, symbols) };
}

/** Codes stand in the stream with their first bit lowest, so an index is a code reversed, with anything above it. */
function makeTable(counts: Uint16Array, symbols: Uint16Array): Uint16Array {
  const fast = new Uint16Array(1 << FAST_BITS);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= FAST_BITS; length++) {
    for (let i = 0; i < counts[length]; i++, code++, index++) {
      const entry = (symbols[index] << LENGTH_FIELD) | length;
      for (let at = reversed(code, length); at < fast.length; at += 1 << length) fast[at] = entry;
    }
    code <<= 1;
  }
  return fast;
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >>> bit) & 1) << (length - 1 - bit);
  return result;
}

const FIXED_LITERALS = makeCode(
  Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
);
const FIXED_DISTANCES = makeCode(new Uint8Array(30).fill(5));
