/**
 * @module
 * Bytes put one after another into a buffer that grows.
 */

const utf8 = new TextEncoder();

/** The counterpart of {@link ByteReader}: numbers are little-endian unless the name says otherwise. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(...values: number[]): void {
    const start = this.#grow(values.length);
    for (let i = 0; i < values.length; i++) this.#bytes[start + i] = values[i];
  }

  u16(value: number): void {
    const start = this.#grow(2);
    this.#view.setUint16(start, value, true);
  }

  u32(value: number): void {
    const start = this.#grow(4);
    this.#view.setUint32(start, value, true);
  }

  i32(value: number): void {
    const start = this.#grow(4);
    this.#view.setInt32(start, value, true);
  }

  f64BigEndian(value: number): void {
    const start = this.#grow(8);
    this.#view.setFloat64(start, value, false);
  }

  raw(bytes: Uint8Array): void {
    const start = this.#grow(bytes.length);
    this.#bytes.set(bytes, start);
  }

  /** ASCII or UTF-8 text without a length. */
  text(text: string): void {
    this.raw(utf8.encode(text));
  }

  /** What was written, as an array of exactly that size. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes room for `count` bytes and returns where they go. May replace `#bytes` and `#view`. */
  #grow(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }
}
