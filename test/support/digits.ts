/**
 * @module
 * The first test image of each digit in MNIST, as pixels.
 */

import { readFixture } from "./fixtures.ts";

const encoded = readFixture<readonly string[]>("attribution-digits.json");

/** The 784 pixels, 0 to 255, of a handwritten `digit`. */
export function digitPixels(digit: number): number[] {
  return Array.from(Buffer.from(encoded[digit], "base64"));
}
