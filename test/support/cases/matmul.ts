import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

/** A product of two shapes; PyTorch's side is always the same call. */
function product(name: string, a: readonly number[], b: readonly number[]): Case {
  return {
    op: "matmul",
    name,
    inputs: { a: { shape: a }, b: { shape: b } },
    run: ({ a, b }) => c.matmul(a, b),
    torch: "torch.matmul(a, b)",
  };
}

function affine(name: string, x: readonly number[], weight: readonly [number, number]): Case {
  return {
    op: "linear",
    name,
    inputs: { x: { shape: x }, w: { shape: weight }, b: { shape: [weight[0]] } },
    run: ({ x, w, b }) => c.linear(x, w, b),
    torch: "F.linear(x, w, b)",
  };
}

export const matmulCases: readonly Case[] = [
  product("two matrices", [3, 4], [4, 5]),
  product("two vectors", [6], [6]),
  product("a matrix and a vector", [3, 4], [4]),
  product("a vector and a matrix", [4], [4, 3]),
  product("a vector and a batch", [4], [2, 4, 3]),
  product("a batch and a vector", [2, 3, 4], [4]),
  product("batch by batch", [3, 2, 4], [3, 4, 5]),
  product("a batch and one matrix", [3, 2, 4], [4, 5]),
  product("one matrix and a batch", [2, 4], [3, 4, 5]),
  product("batches stretched both ways", [2, 1, 3, 2], [4, 2, 5]),
  product("a batch of 1 stretched on the left, two dimensions", [1, 3, 2], [2, 4, 2, 3]),
  product("inner and outer batch dimensions stretched in turn", [2, 1, 2, 3, 2], [1, 3, 1, 2, 4]),
  product("an inner size of 0 gives zeros", [2, 0], [0, 3]),
  product("an empty batch", [0, 2, 3], [3, 4]),
  product("no rows", [0, 3], [3, 4]),
  {
    op: "matmul",
    name: "NaN and infinity times 0",
    inputs: {
      a: { shape: [2, 2], values: [NaN, 1, Infinity, 2] },
      b: { shape: [2, 2], values: [0, 1, 3, 4] },
    },
    run: ({ a, b }) => c.matmul(a, b),
    torch: "torch.matmul(a, b)",
    kink: true,
  },
  affine("a batch", [5, 7], [3, 7]),
  affine("no dimension in front", [7], [3, 7]),
  affine("three dimensions in front", [2, 1, 3, 4], [5, 4]),
  affine("one output", [4, 6], [1, 6]),
  affine("no rows", [0, 4], [3, 4]),
  affine("no features: the bias alone", [2, 0], [3, 0]),
  {
    op: "linear",
    name: "without a bias",
    inputs: { x: { shape: [2, 3] }, w: { shape: [4, 3] } },
    run: ({ x, w }) => c.linear(x, w),
    torch: "F.linear(x, w)",
  },
];
