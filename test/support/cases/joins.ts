import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

export const permuteCases: readonly Case[] = [
  {
    op: "permute",
    name: "rows, columns and channels to channels, rows and columns",
    inputs: { x: { shape: [3, 4, 2] } },
    run: ({ x }) => c.permute(x, [2, 0, 1]),
    torch: "x.permute(2, 0, 1)",
  },
  {
    op: "permute",
    name: "dimensions counted from the end",
    inputs: { x: { shape: [2, 3, 1, 4] } },
    run: ({ x }) => c.permute(x, [-1, 0, -2, 1]),
    torch: "x.permute(-1, 0, -2, 1)",
  },
  {
    op: "transpose",
    name: "a matrix",
    inputs: { x: { shape: [3, 5] } },
    run: ({ x }) => c.transpose(x, 0, 1),
    torch: "x.transpose(0, 1)",
  },
  {
    op: "transpose",
    name: "outer dimensions, one counted from the end",
    inputs: { x: { shape: [2, 3, 4, 2] } },
    run: ({ x }) => c.transpose(x, -2, 0),
    torch: "x.transpose(-2, 0)",
  },
];

export const joinCases: readonly Case[] = [
  {
    op: "cat",
    name: "three tensors along the last dimension, one of them empty",
    inputs: { a: { shape: [2, 3] }, b: { shape: [2, 0] }, d: { shape: [2, 2] } },
    run: ({ a, b, d }) => c.cat([a, b, d], -1),
    torch: "torch.cat([a, b, d], -1)",
  },
  {
    op: "cat",
    name: "one tensor twice, in the middle dimension",
    inputs: { a: { shape: [2, 3, 2] }, b: { shape: [2, 1, 2] } },
    run: ({ a, b }) => c.cat([a, b, a], 1),
    torch: "torch.cat([a, b, a], 1)",
  },
  {
    op: "stack",
    name: "in front",
    inputs: { a: { shape: [2, 3] }, b: { shape: [2, 3] } },
    run: ({ a, b }) => c.stack([a, b]),
    torch: "torch.stack([a, b])",
  },
  {
    op: "stack",
    name: "scalars",
    inputs: { a: { shape: [] }, b: { shape: [] } },
    run: ({ a, b }) => c.stack([a, b]),
    torch: "torch.stack([a, b])",
  },
  {
    op: "stack",
    name: "behind, counted from the end",
    inputs: { a: { shape: [2, 3] }, b: { shape: [2, 3] } },
    run: ({ a, b }) => c.stack([a, b], -1),
    torch: "torch.stack([a, b], -1)",
  },
  {
    op: "expand",
    name: "a column, one size kept",
    inputs: { x: { shape: [3, 1] } },
    run: ({ x }) => c.expand(x, [-1, 4]),
    torch: "x.expand(-1, 4)",
  },
  {
    op: "expand",
    name: "a new dimension in front and one in the middle",
    inputs: { x: { shape: [2, 1, 3] } },
    run: ({ x }) => c.expand(x, [4, 2, 2, 3]),
    torch: "x.expand(4, 2, 2, 3)",
  },
  {
    op: "expand",
    name: "to nothing",
    inputs: { x: { shape: [1, 3] } },
    run: ({ x }) => c.expand(x, [0, 3]),
    torch: "x.expand(0, 3)",
  },
  {
    op: "split",
    name: "the shorter last piece",
    inputs: { x: { shape: [5, 2] } },
    run: ({ x }) => c.split(x, 2)[2],
    torch: "x.split(2)[2]",
  },
  {
    op: "split",
    name: "the middle one of given sizes, inner dimension",
    inputs: { x: { shape: [2, 6] } },
    run: ({ x }) => c.split(x, [1, 3, 2], -1)[1],
    torch: "x.split([1, 3, 2], -1)[1]",
  },
  {
    op: "chunk",
    name: "five entries in three chunks",
    inputs: { x: { shape: [5] } },
    run: ({ x }) => c.chunk(x, 3)[2],
    torch: "x.chunk(3)[2]",
  },
];

function subscript(torch: string, subscripts: readonly c.Subscript[], shape: readonly number[]): Case {
  return {
    op: "index",
    name: torch,
    inputs: { x: { shape } },
    run: ({ x }) => c.index(x, subscripts),
    torch,
  };
}

export const subscriptCases: readonly Case[] = [
  subscript("x[:, 1:3]", [":", "1:3"], [3, 5]),
  subscript("x[1]", [1], [3, 5]),
  subscript("x[-1, 2]", [-1, 2], [3, 5]),
  subscript("x[..., 0]", ["...", 0], [2, 3, 4]),
  subscript("x[0, ..., ::2]", [0, "...", "::2"], [2, 3, 2, 5]),
  subscript("x[:-1, -2:]", [":-1", "-2:"], [3, 4, 2]),
  subscript("x[...]", ["..."], [2, 2]),
];
