import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

/** Rows for the variance and its root alike. */
const dispersion = (["variance", "std"] as const).flatMap((op): Case[] => {
  const torch = { variance: "var", std: "std" }[op];
  return [
    {
      op,
      name: "everything",
      inputs: { x: { shape: [3, 4] } },
      run: ({ x }) => c[op](x),
      torch: `x.${torch}()`,
    },
    {
      op,
      name: "two dimensions, biased and kept",
      inputs: { x: { shape: [3, 4, 5] } },
      run: ({ x }) => c[op](x, [0, -1], { correction: 0, keepdim: true }),
      torch: `x.${torch}((0, -1), correction=0, keepdim=True)`,
    },
    {
      op,
      name: "far from 0",
      inputs: { x: { shape: [2, 8], range: [60, 64] } },
      run: ({ x }) => c[op](x, 1),
      torch: `x.${torch}(1)`,
    },
    {
      op,
      name: "equal values",
      inputs: { x: { shape: [3], values: [2, 2, 2] } },
      run: ({ x }) => c[op](x),
      torch: `x.${torch}()`,
      kink: true,
    },
    {
      op,
      name: "one value",
      inputs: { x: { shape: [1], values: [2] } },
      run: ({ x }) => c[op](x),
      torch: `x.${torch}()`,
      kink: true,
    },
  ];
});

function extremeSum(name: string, values: readonly number[]): Case {
  return {
    op: "logsumexp",
    name,
    inputs: { x: { shape: [values.length], values } },
    run: ({ x }) => c.logsumexp(x, 0),
    torch: "x.logsumexp(0)",
    kink: true,
  };
}

export const momentCases: readonly Case[] = [
  ...dispersion,
  {
    op: "logsumexp",
    name: "rows",
    inputs: { x: { shape: [3, 5] } },
    run: ({ x }) => c.logsumexp(x, 1),
    torch: "x.logsumexp(1)",
  },
  {
    op: "logsumexp",
    name: "outer and inner dimension, kept",
    inputs: { x: { shape: [2, 3, 4] } },
    run: ({ x }) => c.logsumexp(x, [0, -1], { keepdim: true }),
    torch: "x.logsumexp((0, -1), keepdim=True)",
  },
  {
    op: "logsumexp",
    name: "no entries",
    inputs: { x: { shape: [2, 0] } },
    run: ({ x }) => c.logsumexp(x, 1),
    torch: "x.logsumexp(1)",
    kink: true,
  },
  extremeSum("far apart", [1000, 999, -1000]),
  extremeSum("nothing but -Infinity", [-Infinity, -Infinity]),
  extremeSum("-Infinity beside a number", [-Infinity, 1]),
  extremeSum("+Infinity", [Infinity, 1]),
  extremeSum("NaN", [NaN, 1]),
];
