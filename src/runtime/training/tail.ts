/** @module What follows the last layer that learns: the eager operations again, on the little that is left. */

import type { Pullback, TracedCall } from "../../autograd/index.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { rowPitch } from "./stage.ts";
import type { RowsValue, Workshop } from "./stage.ts";

/** Computes a plan's result from its last value, and that value's gradient from the result's. */
export interface Tail {
  forward(): Float32Array<ArrayBuffer>;
  backward(dy: Float32Array): void;
}

/** The tail of a chain that ends in `last`. @param calls each on the result of the one before, and constants */
export function tailOf({ machine }: Workshop, last: RowsValue, calls: readonly TracedCall[]): Tail {
  const { rows, features } = last;
  const pitch = rowPitch(features) / 4;
  let pullbacks: Pullback[] = [];
  return {
    forward() {
      const from = machine.view(last.address, rows * pitch);
      let x = new Float32Array(rows * features);
      for (let n = 0; n < rows; n++) x.set(from.subarray(n * pitch, n * pitch + features), n * features);
      pullbacks = calls.map((call) => {
        const y = call.alias ? x : new Float32Array(call.output.numel());
        const [input, ...constants] = call.inputs;
        const value = new Tensor(x, input?.shape ?? [rows, features], "float32");
        const pullback = call.compute(y, [value, ...constants]);
        x = y;
        return pullback;
      });
      return x;
    },
    backward(dy) {
      let gradient = dy;
      for (let i = calls.length - 1; i >= 0; i--) {
        const dx = new Float32Array(calls[i].inputs[0]?.numel() ?? 0);
        pullbacks[i](
          gradient,
          calls[i].inputs.map((_, position) => (position === 0 ? dx : null)),
        );
        gradient = dx;
      }
      const to = machine.view(last.gradient, rows * pitch);
      for (let n = 0; n < rows; n++) to.set(gradient.subarray(n * features, (n + 1) * features), n * pitch);
    },
  };
}
