import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

/** Rows for softmax and its logarithm alike. */
function both(name: string, x: Case["inputs"][string], dim: number, kink = false): Case[] {
  return [
    {
      op: "softmax",
      name,
      inputs: { x },
      run: ({ x }) => c.softmax(x, dim),
      torch: `x.softmax(${dim})`,
      kink,
    },
    {
      op: "logSoftmax",
      name,
      inputs: { x },
      run: ({ x }) => c.logSoftmax(x, dim),
      torch: `x.log_softmax(${dim})`,
      kink,
    },
  ];
}

export const softmaxCases: readonly Case[] = [
  ...both("rows", { shape: [4, 10] }, 1),
  ...both("columns", { shape: [5, 3] }, 0),
  ...both("channels of images, counted from the end", { shape: [2, 3, 2, 4] }, -3),
  ...both("a scalar", { shape: [] }, 0),
  ...both("one class", { shape: [3, 1] }, -1),
  ...both("no rows", { shape: [0, 4] }, 1),
  ...both("no classes", { shape: [3, 0] }, 1),
  ...both("far apart", { shape: [2, 3], values: [1000, 0, -1000, 1e30, 1e30, -1e30] }, 1, true),
  ...both("-Infinity beside numbers", { shape: [3], values: [-Infinity, 0, 1] }, 0, true),
  ...both("nothing but -Infinity", { shape: [2], values: [-Infinity, -Infinity] }, 0, true),
  ...both("+Infinity", { shape: [3], values: [Infinity, 0, 1] }, 0, true),
  ...both("NaN in one row of two", { shape: [2, 2], values: [NaN, 0, 1, 2] }, 1, true),
];
