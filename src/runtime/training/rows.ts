/** @module Stages that keep values and change how they lie, and dropout. */

import { fillMask } from "../../kernels/reference/dropout.ts";
import type { DropoutPlan } from "../../ops/dropout.ts";
import { blocksOf, imagePitch, planeFloats } from "../place.ts";
import { rowPitch, takeRows } from "./stage.ts";
import type { BlocksValue, Built, PlainValue, RowsValue, Workshop } from "./stage.ts";

/** Pictures as rows, in the order of their elements. */
export function flattenBlocks(shop: Workshop, x: BlocksValue): Built<RowsValue> {
  const { crew } = shop.machine;
  const { images, channels, height, width } = x.picture;
  const pixels = height * width;
  const value = takeRows(shop, images, channels * pixels);
  const pitch = imagePitch(x.picture);
  const plane = 4 * planeFloats(x.picture);
  const toPitch = rowPitch(value.features);
  return {
    value,
    stage: {
      name: "flatten",
      forward() {
        crew.share(images, (call, begin, end) => {
          for (let n = begin; n < end; n++) {
            for (let block = 0; block < blocksOf(channels); block++) {
              const from = x.address + n * pitch + block * plane;
              const to = value.address + n * toPitch + 32 * block * pixels;
              call("transpose", to, pixels, from, 8, pixels, Math.min(8, channels - 8 * block));
            }
          }
        });
      },
      backward() {
        crew.share(images, (call, begin, end) => {
          for (let n = begin; n < end; n++) {
            const from = value.gradient + n * toPitch;
            call("packPixels", x.gradient + n * pitch, from, channels, height, width, 8, 0, height, 0, width);
          }
        });
      },
    },
  };
}

/** The input as rows; no gradient flows to it. */
export function flattenPlain(shop: Workshop, x: PlainValue): Built<RowsValue> {
  const { images, channels, height, width } = x.picture;
  const value = takeRows(shop, images, channels * height * width);
  return {
    value,
    stage: {
      name: "flatten",
      forward() {
        for (let n = 0; n < images; n++) {
          const row = shop.machine.view(x.address + 4 * n * value.features, value.features);
          shop.machine.floats.set(row, (value.address + n * rowPitch(value.features)) >>> 2);
        }
      },
      backward() {
        // Nothing is wanted of the input.
      },
    },
  };
}

/** Dropout in place, with a new mask in each run from the operation's own generator. */
export function dropRows(shop: Workshop, plan: DropoutPlan, x: RowsValue): Built<RowsValue> {
  const { machine } = shop;
  const { decisions, run, p, generator } = plan;
  const mask = machine.take(decisions);
  const each = decisions / x.rows;
  const scale = (from: number): void => {
    for (let n = 0; n < x.rows; n++) {
      machine.code.scaleRuns(from + n * rowPitch(x.features), mask + 4 * n * each, each, run);
    }
  };
  return {
    value: x,
    stage: {
      name: `dropout ${p}`,
      forward() {
        fillMask(machine.view(mask, decisions), () => generator.uniform64(), 1 - p);
        scale(x.address);
      },
      backward: () => scale(x.gradient),
    },
  };
}
