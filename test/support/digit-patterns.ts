/**
 * @module
 * Digits for tests that need no handwriting: each class is a bright square at a place of its own.
 */

import { MNIST_PIXELS, MnistDigits } from "../../src/data/mnist.ts";

/** `count` pictures, of the classes 0 to 9 in turn. */
export function digitPatterns(count: number): MnistDigits {
  const pixels = new Uint8Array(count * MNIST_PIXELS);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  labels.forEach((label, i) => {
    const top = 2 + 5 * Math.floor(label / 5);
    const left = 2 + 5 * (label % 5);
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 5; x++) pixels[i * MNIST_PIXELS + (top + y) * 28 + left + x] = 200 + ((i + x) % 50);
    }
  });
  return new MnistDigits(pixels, labels);
}

/** The two IDX files of digits: images and labels. */
export function idxFiles(digits: MnistDigits): { readonly images: Uint8Array; readonly labels: Uint8Array } {
  return {
    images: idx([digits.length, 28, 28], digits.pixels),
    labels: idx([digits.length], digits.labels),
  };
}

function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  bytes[2] = 0x08;
  bytes[3] = shape.length;
  shape.forEach((size, d) => view.setUint32(4 + 4 * d, size));
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}
