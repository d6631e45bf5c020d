import fc from "fast-check";
import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { expectClose } from "../support/close.ts";
import { describeFamilies } from "../support/families.ts";
import { single, spreadTensor } from "../support/tensors.ts";

const image = fc.record({
  batch: fc.integer({ min: 2, max: 6 }),
  channels: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 3, max: 12 }),
  width: fc.integer({ min: 3, max: 12 }),
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 1 }),
});

/** Every result of a batch beside the result of its image alone: the same bits, unless `atol` is given. */
function expectSameAlone(f: (x: Tensor) => Tensor, x: Tensor, atol = 0): void {
  const together = f(x);
  for (let i = 0; i < x.shape[0]; i++) {
    const expected = single(together, i).data;
    const alone = f(single(x, i)).data;
    expectClose(alone, expected, { rtol: 0, atol }, `image ${i}`);
  }
}

describeFamilies("an image alone gives what it gives in a batch", (family) => {
  it("conv2d, bit for bit", () => {
    fc.assert(
      fc.property(image, fc.integer({ min: 1, max: 17 }), (s, filters) => {
        const x = spreadTensor([s.batch, s.channels, s.height, s.width], 1);
        const weight = spreadTensor([filters, s.channels, s.kernel, s.kernel], 2);
        const bias = spreadTensor([filters], 3);
        expectSameAlone((x) => ops.conv2d(x, weight, bias, s), x);
      }),
    );
  });

  it("grouped conv2d, bit for bit", () => {
    fc.assert(
      fc.property(image, fc.integer({ min: 1, max: 3 }), (s, filters) => {
        const x = spreadTensor([s.batch, s.channels, s.height, s.width], 1);
        const weight = spreadTensor([s.channels * filters, 1, s.kernel, s.kernel], 2);
        expectSameAlone((x) => ops.conv2d(x, weight, null, { ...s, groups: s.channels }), x);
      }),
    );
  });

  it("maxPool2d and avgPool2d, bit for bit", () => {
    fc.assert(
      fc.property(image, fc.boolean(), (s, ceilMode) => {
        const x = spreadTensor([s.batch, s.channels, s.height, s.width], 1);
        const options = { stride: s.stride, padding: s.kernel > 1 ? s.padding : 0, ceilMode };
        expectSameAlone((x) => ops.maxPool2d(x, s.kernel, options), x);
        expectSameAlone((x) => ops.avgPool2d(x, s.kernel, options), x);
        expectSameAlone((x) => ops.adaptiveAvgPool2d(x, s.kernel), x);
      }),
    );
  });

  it("batchNorm in evaluation, bit for bit", () => {
    fc.assert(
      fc.property(image, (s) => {
        const x = spreadTensor([s.batch, s.channels, s.height, s.width], 1);
        const statistics = {
          runningMean: spreadTensor([s.channels], 2),
          runningVar: ops.abs(spreadTensor([s.channels], 3)),
        };
        expectSameAlone((x) => ops.batchNorm(x, statistics), x);
      }),
    );
  });

  // A few rows take another way through the WebAssembly product than many, and sum up to 600 terms in another order.
  const atol = family === "reference" ? 0 : 2e-4;
  it(`linear, ${atol === 0 ? "bit for bit" : `within ${atol}`}`, () => {
    const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(size(20), size(600), size(20), (rows, features, out) => {
        const weight = spreadTensor([out, features], 2);
        const bias = spreadTensor([out], 3);
        expectSameAlone((x) => ops.linear(x, weight, bias), spreadTensor([rows, features], 1), atol);
      }),
    );
  });
});
