/** @module Scratch of an instance: instances over the same memory, on different threads, each have their own. */

/** Address of bytes that kernels overwrite as they like, on a cache line; ../code.ts sets it, and says how many they are. */
export let SCRATCH: usize = 64;
