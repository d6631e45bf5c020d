/**
 * @module
 * Whole numbers of TorchServe's parameters.
 */

/**
 * A number as Java's `Integer.parseInt` reads it; undefined for text that it refuses, also for what does not fit in 32 bits.
 * TorchServe takes its default then.
 */
export function javaInteger(text: string): number | undefined {
  const value = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : NaN;
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined;
}
