/**
 * @module
 * The Mersenne Twister: M. Matsumoto and T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform
 * pseudo-random number generator", ACM TOMACS 8 (1998). PyTorch's CPU generator is the same one, seeded the same way.
 */

/** Words of state. */
const N = 624;
/** Distance to the word that is mixed in. */
const M = 397;

/** A source of 32-bit words with a period of 2^19937 - 1. */
export class Mt19937 {
  readonly #state = new Uint32Array(N);
  /** The next word to hand out; N when all of them are used up. */
  #next = N;

  /** @param seed of which the low 32 bits count, as in PyTorch */
  constructor(seed: number) {
    this.#state[0] = seed >>> 0;
    for (let i = 1; i < N; i++) {
      const before = this.#state[i - 1] ^ (this.#state[i - 1] >>> 30);
      this.#state[i] = Math.imul(before, 1812433253) + i;
    }
  }

  /** The next word, an integer in [0, 2^32). */
  next(): number {
    if (this.#next === N) this.#regenerate();
    let word = this.#state[this.#next++];
    // Tempering, equations (2)-(5) of the paper.
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  /** The whole state: the words, and last how many of them are used up. */
  getState(): Uint32Array {
    const state = new Uint32Array(N + 1);
    state.set(this.#state);
    state[N] = this.#next;
    return state;
  }

  /** Continues from a state of {@link getState}. */
  setState(state: Uint32Array): void {
    if (state.length !== N + 1 || state[N] > N) {
      throw new RangeError(`Mt19937: expected a state of ${N + 1} words, got ${state.length}`);
    }
    this.#state.set(state.subarray(0, N));
    this.#next = state[N];
  }

  /** Replaces every word by one mixed from itself, its neighbour and the word M places on, around the ring. */
  #regenerate(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const joined = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
      state[i] = state[(i + M) % N] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
