/** @module A fully connected layer, with the rectifier behind it where there is one. */

import type { Tensor } from "../../tensor/tensor.ts";
import type { Machine } from "../machine.ts";
import { blocksOf } from "../place.ts";
import { rowsBackward, rowsForward, scratchFloats } from "../rows-product.ts";
import { linearPitch } from "../weights.ts";
import { maskRectified, rowPitch, takeRows } from "./stage.ts";
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
  const { code, crew } = machine;
  const [outFeatures, inFeatures] = weight.shape;
  const value = takeRows(shop, x.rows, outFeatures);
  const outBlocks = blocksOf(outFeatures);
  const inBlocks = blocksOf(inFeatures);
  const outPitch = rowPitch(outFeatures);
  const inPitch = rowPitch(inFeatures);
  const zeros = machine.take(8 * Math.max(inBlocks, outBlocks));
  // What each part of the batch needs for itself.
  const scratches = Array.from({ length: crew.size }, () =>
    machine.take(scratchFloats(machine, Math.max(x.rows, outFeatures))),
  );

  // A panel for each 8 inputs, `[out][8]`, and what fills it up to whole blocks stays zero.
  const pitch = linearPitch(outFeatures);
  const panels = learned.ordered(weight, "panels", (inBlocks * pitch) / 4, (to, from) => {
    crew.share(inBlocks, (call, first, end) => {
      const columns = Math.min(inFeatures, 8 * end) - 8 * first;
      call("cutIntoPanels", to + first * pitch, pitch, from + 32 * first, inFeatures, outFeatures, columns);
    });
  });
  const layer = { panels: { address: panels, pitch }, inBlocks, outFeatures };
  const start = bias === null ? zeros : learned.of(bias).value;
  const parts = crew.ranges(x.rows).map(({ from, to }) => ({
    forward: rowsForward(machine, { ...layer, rows: to - from, rowPitch: inPitch }, rectify),
    toInput: rowsBackward(machine, { ...layer, rows: to - from, rowPitch: outPitch }),
  }));
  // The gradient of the weight, whose rows are `inFeatures` floats: directly, or with rows filled up to whole blocks. Here the
  // outputs' gradients are the rows, and the inputs the weights.
  const whole = inFeatures % 8 === 0;
  const { gradient } = learned.of(weight);
  const sums = whole ? gradient : machine.take(8 * inBlocks * outFeatures);
  const turned = machine.take(x.rows * 8 * outBlocks);
  const inputs = machine.take(x.rows * 8 * inBlocks);
  const toWeight = crew.ranges(outFeatures).map(({ from, to }) =>
    rowsBackward(machine, {
      rows: to - from,
      rowPitch: 4 * x.rows,
      panels: { address: inputs, pitch: 32 * x.rows },
      inBlocks,
      outFeatures: x.rows,
    }),
  );

  return {
    value,
    stage: {
      name: `linear ${weight.shape.join(" x ")}${rectify ? " + relu" : ""}`,
      forward() {
        crew.share(x.rows, (call, first, _end, part) => {
          parts[part].forward({
            from: x.address + first * inPitch,
            to: value.address + first * outPitch,
            toPitch: outPitch,
            start,
            scratch: scratches[part],
            call,
          });
        });
      },
      backward() {
        if (rectify) maskRectified(crew.here, value, 0, x.rows);
        if (bias !== null) sumRows(machine, value, learned.gradientOf(bias));
        code.transpose(turned, x.rows, value.gradient, outPitch / 4, x.rows, outFeatures);
        crew.share(inBlocks, (call, first, end) => {
          const to = inputs + first * 32 * x.rows;
          call(
            "cutIntoPanels",
            to,
            32 * x.rows,
            x.address + 32 * first,
            inPitch / 4,
            x.rows,
            8 * (end - first),
          );
        });
        crew.share(outFeatures, (call, first, _end, part) => {
          toWeight[part]({
            from: turned + first * 4 * x.rows,
            to: sums + first * 32 * inBlocks,
            toPitch: 32 * inBlocks,
            start: zeros,
            scratch: scratches[part],
            call,
          });
        });
        if (!whole) code.copyColumns(gradient, inFeatures, sums, 8 * inBlocks, outFeatures, inFeatures);
        crew.share(x.rows, (call, first, _end, part) => {
          parts[part].toInput({
            from: value.gradient + first * outPitch,
            to: x.gradient + first * inPitch,
            toPitch: inPitch,
            start: zeros,
            scratch: scratches[part],
            call,
          });
        });
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
