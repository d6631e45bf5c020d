/**
 * @module
 * One WebAssembly memory for the machines of several threads: weights lie there once, packed by whoever needs them first, and each
 * thread takes the rest of its room in chunks, which are free again when it has ended.
 *
 * All that is known of the memory stands in its head, as 32-bit words: a lock; where the next region begins, in cache lines; the
 * chunks, three words each (address and size in lines, the thread that has it or 0); what was packed, three words each (where its
 * name stands, the length of the name, its address in lines). Both tables only grow, and an entry counts when its words are there.
 */

const PAGE = 65536;
const LINE = 64;

const LOCK = 0;
const TOP = 1;
const CHUNKS = 2;
const PACKED = 3;

const ENTRY = 3;
const CHUNK_TABLE = 16;
const MOST_CHUNKS = 4096;
const PACKED_TABLE = CHUNK_TABLE + ENTRY * MOST_CHUNKS;
const MOST_PACKED = 16384;
const START = linesOf(4 * (PACKED_TABLE + ENTRY * MOST_PACKED));

/** Bytes of a chunk at least: of a region that was never touched the operating system keeps nothing. */
const LEAST_CHUNK = 4 * 1024 * 1024;

/** Memory that is a thread's own, in bytes. */
export interface Room {
  readonly address: number;
  readonly end: number;
}

/** The memory as one thread has it. */
export class SharedMemory {
  readonly memory: WebAssembly.Memory;
  readonly #owner: number;
  readonly #words: Int32Array;
  readonly #known = new Map<string, number>();
  /** Locks that this thread holds, one within the other. */
  #depth = 0;

  /**
   * @param memory from {@link newSharedMemory}
   * @param owner a number above 0 that no other living thread has
   */
  constructor(memory: WebAssembly.Memory, owner: number) {
    this.memory = memory;
    this.#owner = owner;
    this.#words = new Int32Array(memory.buffer);
  }

  /** Bytes that this thread uses: its own rooms, and what was packed for all. */
  get used(): number {
    let lines = Math.max(START, Atomics.load(this.#words, TOP)) - START;
    const count = Atomics.load(this.#words, CHUNKS);
    for (let i = 0; i < count; i++) {
      const at = CHUNK_TABLE + ENTRY * i;
      if (Atomics.load(this.#words, at + 2) !== this.#owner) lines -= this.#words[at + 1];
    }
    return LINE * lines;
  }

  /**
   * Room of zeros for this thread.
   * @throws RangeError when the engine has no more memory
   */
  chunk(bytes: number): Room {
    const lines = linesOf(Math.max(bytes, LEAST_CHUNK));
    return this.#locked(() => this.#freeChunk(lines) ?? this.#newChunk(lines));
  }

  /**
   * Address of what `name` stands for: `bytes` of zeros that `write` has filled, on this thread or another.
   * @param name in ASCII
   * @throws RangeError when the engine has no more memory
   */
  once(name: string, bytes: number, write: (address: number) => void): number {
    return this.#locked(() => {
      this.#readNames();
      const known = this.#known.get(name);
      if (known !== undefined) return known;
      const address = LINE * this.#extend(linesOf(bytes));
      write(address);
      this.#publish(name, address);
      return address;
    });
  }

  #locked<T>(work: () => T): T {
    this.#depth++;
    try {
      if (this.#depth === 1) this.#lock();
      return work();
    } finally {
      this.#depth--;
      if (this.#depth === 0) unlock(this.#words, this.#owner);
    }
  }

  #lock(): void {
    for (;;) {
      const holder = Atomics.compareExchange(this.#words, LOCK, 0, this.#owner);
      if (holder === 0) return;
      Atomics.wait(this.#words, LOCK, holder);
    }
  }

  #freeChunk(lines: number): Room | null {
    const count = Atomics.load(this.#words, CHUNKS);
    for (let i = 0; i < count; i++) {
      const at = CHUNK_TABLE + ENTRY * i;
      if (this.#words[at + 1] < lines) continue;
      if (Atomics.compareExchange(this.#words, at + 2, 0, this.#owner) !== 0) continue;
      const room = roomOf(this.#words[at], this.#words[at + 1]);
      new Uint8Array(this.memory.buffer).fill(0, room.address, room.end);
      return room;
    }
    return null;
  }

  #newChunk(lines: number): Room {
    const count = Atomics.load(this.#words, CHUNKS);
    const first = this.#extend(lines);
    // One that has no place in the table is not used again after its thread.
    if (count < MOST_CHUNKS) {
      this.#words.set([first, lines, this.#owner], CHUNK_TABLE + ENTRY * count);
      Atomics.store(this.#words, CHUNKS, count + 1);
    }
    return roomOf(first, lines);
  }

  /** The first of so many lines that nobody ever had. */
  #extend(lines: number): number {
    const first = Math.max(START, this.#words[TOP]);
    const missing = Math.ceil((LINE * (first + lines) - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.memory.grow(missing);
    this.#words[TOP] = first + lines;
    return first;
  }

  /** Learns what was packed since the last time. */
  #readNames(): void {
    const bytes = new Uint8Array(this.memory.buffer);
    for (let i = this.#known.size; i < this.#words[PACKED]; i++) {
      const [at, length, line] = this.#words.subarray(PACKED_TABLE + ENTRY * i);
      this.#known.set(String.fromCharCode(...bytes.subarray(LINE * at, LINE * at + length)), LINE * line);
    }
  }

  #publish(name: string, address: number): void {
    const count = this.#words[PACKED];
    // What has no place in the table is packed by each thread for itself.
    if (count === MOST_PACKED) return;
    const at = this.#extend(linesOf(name.length));
    const bytes = new Uint8Array(this.memory.buffer);
    for (let i = 0; i < name.length; i++) bytes[LINE * at + i] = name.charCodeAt(i);
    this.#words.set([at, name.length, address / LINE], PACKED_TABLE + ENTRY * count);
    this.#words[PACKED] = count + 1;
    this.#known.set(name, address);
  }
}

/** A memory for {@link SharedMemory}, empty; null where threads cannot share one. */
export function newSharedMemory(): WebAssembly.Memory | null {
  if (typeof SharedArrayBuffer === "undefined" || typeof WebAssembly === "undefined") return null;
  try {
    // All addresses are reserved; what is not touched costs nothing.
    return new WebAssembly.Memory({ initial: Math.ceil((LINE * START) / PAGE), maximum: PAGE, shared: true });
  } catch {
    return null;
  }
}

/** Frees what a thread had that has ended: its chunks, and the lock if it died within. What it packed stays. */
export function releaseOwner(memory: WebAssembly.Memory, owner: number): void {
  const words = new Int32Array(memory.buffer);
  unlock(words, owner);
  const count = Atomics.load(words, CHUNKS);
  for (let i = 0; i < count; i++) {
    Atomics.compareExchange(words, CHUNK_TABLE + ENTRY * i + 2, owner, 0);
  }
}

function unlock(words: Int32Array, owner: number): void {
  if (Atomics.compareExchange(words, LOCK, owner, 0) === owner) Atomics.notify(words, LOCK, 1);
}

/** Lines that so many bytes need, with one behind them: kernels read vectors that overlap a region's end. */
function linesOf(bytes: number): number {
  return Math.ceil(bytes / LINE) + 1;
}

function roomOf(first: number, lines: number): Room {
  return { address: LINE * first, end: LINE * (first + lines) };
}
