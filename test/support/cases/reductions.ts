import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

export const reductionCases: readonly Case[] = [
  {
    op: "sum",
    name: "everything",
    inputs: { x: { shape: [2, 3] } },
    run: ({ x }) => c.sum(x),
    torch: "x.sum()",
  },
  {
    op: "sum",
    name: "outer and inner dimension, kept",
    inputs: { x: { shape: [2, 3, 4] } },
    run: ({ x }) => c.sum(x, [0, -1], { keepdim: true }),
    torch: "x.sum((0, -1), keepdim=True)",
  },
  {
    op: "mean",
    name: "the middle dimension",
    inputs: { x: { shape: [2, 3, 4] } },
    run: ({ x }) => c.mean(x, 1),
    torch: "x.mean(1)",
  },
];
