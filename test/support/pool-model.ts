/**
 * @module
 * A model for worker threads with traps: numbers whose first one is a trap's make the worker do what workers should not.
 */

import { existsSync, rmSync } from "node:fs";
import type { ExplainOptions } from "../../src/model/explain-options.ts";
import { Model } from "../../src/model/model.ts";
import type { Prediction } from "../../src/model/model.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { quickMnistSpec } from "./mnist.ts";

/** First numbers of an input and what they do; gate and fuse are files, named by the environment of the test. */
export const traps = {
  /** Ends the worker. */
  exit: 1000,
  /** Ends the worker if the fuse is there, and removes it first: so it happens once. */
  exitOnce: 1001,
  /** Never comes back. */
  hang: 1002,
  /** Comes back when the gate is gone. */
  wait: 1003,
  /** A defect. */
  throw: 1004,
} as const;

/** Environment variables with the paths of the files. */
export const gateVariable = "CANDIL_TEST_GATE";
export const fuseVariable = "CANDIL_TEST_FUSE";

/** The model; called in a worker. */
export default function trapModel(options: { name: string; version: string }): Model {
  if (options.name === "unloadable") throw new TypeError("this model cannot be loaded");
  return new TrapModel(quickMnistSpec(options));
}

class TrapModel extends Model {
  override predict(batch: Tensor): Prediction[] {
    springAll(batch);
    return super.predict(batch);
  }

  override attribute(batch: Tensor, options: ExplainOptions): Tensor[] {
    springAll(batch);
    return super.attribute(batch, options);
  }
}

function springAll(batch: Tensor): void {
  const size = batch.numel() / batch.shape[0];
  for (let row = 0; row < batch.shape[0]; row++) spring(batch.data[row * size]);
}

function spring(first: number): void {
  if (first === traps.exit) process.exit(1);
  if (first === traps.exitOnce && takeFuse()) process.exit(1);
  if (first === traps.throw) throw new TypeError("a defect of the model");
  while (first === traps.hang || (first === traps.wait && existsSync(process.env[gateVariable] ?? ""))) {
    // Nothing here lets the event loop turn.
  }
}

function takeFuse(): boolean {
  try {
    rmSync(process.env[fuseVariable] ?? "");
    return true;
  } catch {
    return false;
  }
}
