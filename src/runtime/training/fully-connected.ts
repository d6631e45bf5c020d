/** @module A fully connected layer, with the rectifier behind it where there is one. */

import type { Tensor } from "../../tensor/tensor.ts";
import type { Machine } from "../machine.ts";
import { blocksOf } from "../place.ts";
import { rowsBackward, rowsForward, scratchFloats } from "../rows-product.ts";
import { linearPitch } from "../weights.ts";
import { bytesOf, rowPitch, takeRows } from "./stage.ts";
import type { Built, RowsValue, Workshop } from "./stage.ts";

/** The stage. */
export function fullyConnected(
  shop: Workshop,
  weight: Tensor,
  bias: Tensor | null,
  rectify: boolean,
  x: RowsValue,
): Built<RowsValue> {
  const { machine, learned } = shop;
  const { code } = machine;
  const [outFeatures, inFeatures] = weight.shape;
  const value = takeRows(shop, x.rows, outFeatures);
  const outBlocks = blocksOf(outFeatures);
  const inBlocks = blocksOf(inFeatures);
  const outPitch = rowPitch(outFeatures);
  const inPitch = rowPitch(inFeatures);
  const zeros = machine.take(8 * Math.max(inBlocks, outBlocks));
  const scratch = machine.take(scratchFloats(machine, Math.max(x.rows, outFeatures)));

  // A panel for each 8 inputs, `[out][8]`, and what fills it up to whole blocks stays zero.
  const pitch = linearPitch(outFeatures);
  const panels = learned.ordered(weight, "panels", (inBlocks * pitch) / 4, (to, from) => {
    code.cutIntoPanels(to, pitch, from, inFeatures, outFeatures, inFeatures);
  });
  const layer = { rows: x.rows, panels: { address: panels, pitch }, inBlocks, outFeatures };
  const start = bias === null ? zeros : learned.of(bias).value;
  const forward = rowsForward(machine, { ...layer, rowPitch: inPitch }, rectify);
  const toInput = rowsBackward(machine, { ...layer, rowPitch: outPitch });
  // The gradient of the weight, whose rows are `inFeatures` floats: directly, or with rows filled up to whole blocks. Here the
  // outputs' gradients are the rows, and the inputs the weights.
  const whole = inFeatures % 8 === 0;
  const { gradient } = learned.of(weight);
  const sums = whole ? gradient : machine.take(8 * inBlocks * outFeatures);
  const turned = machine.take(x.rows * 8 * outBlocks);
  const inputs = machine.take(x.rows * 8 * inBlocks);
  const toWeight = rowsBackward(machine, {
    rows: outFeatures,
    rowPitch: 4 * x.rows,
    panels: { address: inputs, pitch: 32 * x.rows },
    inBlocks,
    outFeatures: x.rows,
  });

  return {
    value,
    stage: {
      name: `linear ${weight.shape.join(" x ")}${rectify ? " + relu" : ""}`,
      forward() {
        forward({ from: x.address, to: value.address, toPitch: outPitch, start, scratch });
      },
      backward() {
        if (rectify) code.maskRectified(value.gradient, value.address, bytesOf(value) / 4);
        if (bias !== null) sumRows(machine, value, learned.gradientOf(bias));
        code.transpose(turned, x.rows, value.gradient, outPitch / 4, x.rows, outFeatures);
        code.cutIntoPanels(inputs, 32 * x.rows, x.address, inPitch / 4, x.rows, 8 * inBlocks);
        toWeight({ from: turned, to: sums, toPitch: 32 * inBlocks, start: zeros, scratch });
        if (!whole) code.copyColumns(gradient, inFeatures, sums, 8 * inBlocks, outFeatures, inFeatures);
        toInput({ from: value.gradient, to: x.gradient, toPitch: inPitch, start: zeros, scratch });
      },
    },
  };
}

/** The gradient of a bias. */
function sumRows(machine: Machine, value: RowsValue, to: Float32Array): void {
  const pitch = rowPitch(value.features) / 4;
  const from = machine.view(value.gradient, value.rows * pitch);
  const sums = new Float64Array(to.length);
  for (let n = 0; n < value.rows; n++) {
    for (let i = 0; i < sums.length; i++) sums[i] += from[n * pitch + i];
  }
  to.set(sums);
}
