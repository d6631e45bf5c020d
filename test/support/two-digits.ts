/**
 * @module
 * Two digits as KServe's protocols carry them, and what the MNIST net says of them.
 */

import { decodeImage } from "../../src/node/image.ts";
import { quickMnist } from "./mnist.ts";
import { digitPng } from "./png.ts";

/** The net. */
export const mnist = quickMnist();
/** The digits as pictures, */
export const pngs = [digitPng(2), digitPng(7)];
/** in base64, */
export const base64 = pngs.map((png) => png.toString("base64"));
/** as the net takes them, */
export const xs = pngs.map((png) => mnist.transform(decodeImage(png)));
/** and as lists of numbers. */
export const numbers = xs.map((x) => Array.from(x.data, Number));
/** Both in one array. */
export const batch = Float32Array.from(numbers.flat());
/** What the net says, */
export const predictions = xs.map((x) => mnist.predict(x)[0]);
/** and the classes alone. */
export const classes = predictions.map(({ prediction }) => prediction);

/** A digit as an input tensor in JSON. */
export function sample(i: number, name = "input-0"): object {
  return { name, shape: [1, 28, 28], datatype: "FP32", data: numbers[i] };
}

/** The attributions of a digit for a class. */
export function mapOf(i: number, target: number): number[] {
  return Array.from(mnist.attribute(xs[i], { target })[0].data, Number);
}
