import * as c from "../../../src/ops/index.ts";
import { tensor } from "../../../src/tensor/creation.ts";
import type { Case } from "../case.ts";

export const selectionCases: readonly Case[] = [
  {
    op: "where",
    name: "two tensors",
    inputs: { a: { shape: [2, 3] }, b: { shape: [2, 3] } },
    run: ({ a, b }) =>
      c.where(
        tensor(
          [
            [1, 0, 1],
            [0, 0, 1],
          ],
          { dtype: "bool" },
        ),
        a,
        b,
      ),
    torch: "torch.where(torch.tensor([[1, 0, 1], [0, 0, 1]], dtype=torch.bool), a, b)",
  },
  {
    op: "where",
    name: "all three broadcast",
    inputs: { a: { shape: [3, 1] }, b: { shape: [2] } },
    run: ({ a, b }) => c.where(tensor([[[1, 0]], [[0, 1]]], { dtype: "bool" }), a, b),
    torch: "torch.where(torch.tensor([[[1, 0]], [[0, 1]]], dtype=torch.bool), a, b)",
  },
  {
    op: "where",
    name: "a number in place of a tensor",
    inputs: { a: { shape: [4] } },
    run: ({ a }) => c.where(tensor([1, 0, 0, 1], { dtype: "bool" }), 0.5, a),
    torch: "torch.where(torch.tensor([1, 0, 0, 1], dtype=torch.bool), 0.5, a)",
  },
  {
    op: "where",
    name: "the branch not taken is infinite or NaN",
    inputs: {
      a: { shape: [4], values: [1, Infinity, NaN, -2] },
      b: { shape: [4], values: [NaN, 3, 4, -Infinity] },
    },
    run: ({ a, b }) => c.where(tensor([1, 0, 0, 1], { dtype: "bool" }), a, b),
    torch: "torch.where(torch.tensor([1, 0, 0, 1], dtype=torch.bool), a, b)",
    kink: true,
  },
  {
    op: "prelu",
    name: "one slope",
    inputs: { x: { shape: [2, 3] }, slope: { shape: [1], values: [0.25] } },
    run: ({ x, slope }) => c.prelu(x, slope),
    torch: "F.prelu(x, slope)",
  },
  {
    op: "prelu",
    name: "a slope a channel",
    inputs: { x: { shape: [2, 3, 2, 2] }, slope: { shape: [3], values: [0.25, -0.5, 2] } },
    run: ({ x, slope }) => c.prelu(x, slope),
    torch: "F.prelu(x, slope)",
  },
  {
    op: "prelu",
    name: "a vector",
    inputs: { x: { shape: [5] }, slope: { shape: [1], values: [0.25] } },
    run: ({ x, slope }) => c.prelu(x, slope),
    torch: "F.prelu(x, slope)",
  },
  {
    op: "prelu",
    name: "at 0 the slope counts; infinities",
    inputs: {
      x: { shape: [4], values: [0, -0, Infinity, -Infinity] },
      slope: { shape: [1], values: [0.25] },
    },
    run: ({ x, slope }) => c.prelu(x, slope),
    torch: "F.prelu(x, slope)",
    kink: true,
  },
];
