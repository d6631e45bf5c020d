/**
 * @module
 * What every engine gets, as files: candil's embedded weights, the digits, an ONNX file of the net, and the rules of
 * integration.
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCheckpoint, writeJson } from "../../src/index.ts";
import type { AnyTensor } from "../../src/index.ts";
import { quadrature } from "../../src/attribution/quadrature.ts";
import { benchDigits } from "./digits.ts";
import { mnistOnnx } from "./onnx-file.ts";
import { CHECKED_STEPS, SEED, SINGLES } from "./works.ts";

const embeddedWeights = new URL("../../weights/mnist/mnist.safetensors", import.meta.url);

/** The state dict of candil's embedded model. */
export async function embeddedState(): Promise<ReadonlyMap<string, AnyTensor>> {
  return loadCheckpoint(await readFile(embeddedWeights)).stateDict;
}

/**
 * Writes into a folder:
 *
 * - `weights.json` and `weights.bin`: each tensor's shape and byte offset, and the little-endian float32 values;
 * - `digits.bin`: 64 normalised pictures of 784 float32 values;
 * - `mnist.onnx`;
 * - `material.json`: the digits' labels, how many of them are taken singly, points and weights of the Gauss-Legendre rules,
 *   and how training is checked.
 */
export async function writeMaterial(folder: string): Promise<void> {
  const state = await embeddedState();
  const { images, labels } = benchDigits();
  const { json, bin } = writeJson(state, { bin: true });
  const rule = (steps: number) => {
    const { alphas, weights } = quadrature("gausslegendre", steps);
    return { alphas: [...alphas], weights: [...weights] };
  };
  const facts = {
    labels: [...labels.data],
    singles: SINGLES,
    checkedSteps: CHECKED_STEPS,
    seed: SEED,
    rules: { 15: rule(15), 50: rule(50) },
  };
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    ["weights.json", json],
    ["weights.bin", bin ?? new Uint8Array()],
    ["digits.bin", new Uint8Array(images.data.buffer, images.data.byteOffset, images.data.byteLength)],
    ["mnist.onnx", mnistOnnx(state)],
    ["material.json", JSON.stringify(facts)],
  ];
  await Promise.all(files.map(([name, content]) => writeFile(join(folder, name), content)));
}
