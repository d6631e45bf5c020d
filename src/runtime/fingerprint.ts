/** @module A weight's values as a short text, by which threads find what others have packed of the same weight. */

import type { Tensor } from "../tensor/tensor.ts";

/**
 * The shape and 64 bits of hash over all values: twice the 32-bit mixing of MurmurHash3 (Austin Appleby), with the multipliers of its
 * two 128-bit lanes. Meant for weights of one model, which nobody makes to collide but to the harm of his own model.
 */
export function fingerprint(weight: Tensor): string {
  const data = weight.data instanceof Float32Array ? weight.data : new Float32Array(weight.data);
  const words = new Int32Array(data.buffer, data.byteOffset, data.length);
  let low = 0x239b961b;
  let high = words.length;
  for (const word of words) {
    low = mix(low, Math.imul(rotate(Math.imul(word, 0x239b961b), 15), 0xab0e9789));
    high = mix(high, Math.imul(rotate(Math.imul(word, 0x38b34ae5), 17), 0xa1e38b93));
  }
  return `${weight.shape.join("x")}:${hex(low)}${hex(high)}`;
}

function mix(hash: number, word: number): number {
  return (Math.imul(rotate(hash ^ word, 13), 5) + 0x561ccd1b) | 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
