import * as c from "../../../src/ops/index.ts";
import type { Case, InputSpec } from "../case.ts";

/** One operation in candil and in PyTorch, for every pair of opposite ones. */
const opposites = [
  { largest: "max", over: "amax", where: "argmax" },
  { largest: "min", over: "amin", where: "argmin" },
] as const;

const TIES: InputSpec = { shape: [3, 3], values: [1, 3, 3, 3, 1, 1, 2, 2, 2] };
const NANS: InputSpec = { shape: [2, 4], values: [1, NaN, 3, NaN, -Infinity, 2, Infinity, 0] };

export const extremeCases: readonly Case[] = opposites.flatMap(({ largest, over, where }): Case[] => [
  all(largest, "everything", { shape: [3, 5] }),
  all(largest, "a scalar", { shape: [] }),
  all(largest, "everything: ties share evenly", TIES, true),
  all(largest, "everything: NaN wins and shares evenly", NANS, true),
  along(largest, "the last dimension", { shape: [2, 3, 5] }, -1),
  along(largest, "the middle dimension", { shape: [2, 4, 3] }, 1),
  along(largest, "a scalar along its only dimension", { shape: [] }, 0),
  along(largest, "a dimension: the first of equals takes all", TIES, 1, true),
  along(largest, "a dimension: NaN wins", NANS, 1, true),
  {
    op: largest,
    name: "a dimension that is kept",
    inputs: { x: { shape: [2, 3, 4] } },
    run: ({ x }) => c[largest](x, 0, { keepdim: true }).values,
    torch: `x.${largest}(0, keepdim=True).values`,
  },
  reduced(over, "outer and inner dimension", { shape: [2, 3, 4] }),
  reduced(
    over,
    "outer and inner dimension: ties share evenly",
    { shape: [2, 1, 2], values: [5, 5, 5, 1] },
    true,
  ),
  {
    op: over,
    name: "everything",
    inputs: { x: { shape: [2, 3] } },
    run: ({ x }) => c[over](x),
    torch: `x.${over}()`,
  },
  position(where, "in the flat tensor", { shape: [3, 5] }),
  position(where, "rows", { shape: [3, 5] }, 1),
  position(where, "columns, counted from the end", { shape: [3, 5] }, -2),
  position(where, "rows with NaN and infinities", NANS, 1),
  position(where, "rows with ties", TIES, 1),
  {
    op: where,
    name: "in the flat tensor, dimensions kept",
    inputs: { x: { shape: [3, 5] } },
    run: ({ x }) => c[where](x, undefined, { keepdim: true }).to("float32"),
    torch: `x.${where}(keepdim=True).float()`,
    discrete: true,
  },
]);

function all(op: "max" | "min", name: string, x: InputSpec, kink = false): Case {
  return { op, name, inputs: { x }, run: ({ x }) => c[op](x), torch: `x.${op}()`, kink };
}

function along(op: "max" | "min", name: string, x: InputSpec, dim: number, kink = false): Case {
  return {
    op,
    name,
    inputs: { x },
    run: ({ x }) => c[op](x, dim).values,
    torch: `x.${op}(${dim}).values`,
    kink,
  };
}

function reduced(op: "amax" | "amin", name: string, x: InputSpec, kink = false): Case {
  return {
    op,
    name,
    inputs: { x },
    run: ({ x }) => c[op](x, [0, -1], { keepdim: true }),
    torch: `x.${op}((0, -1), keepdim=True)`,
    kink,
  };
}

function position(op: "argmax" | "argmin", name: string, x: InputSpec, dim?: number): Case {
  return {
    op,
    name,
    inputs: { x },
    run: ({ x }) => c[op](x, dim).to("float32"),
    torch: `x.${op}(${dim ?? ""}).float()`,
    discrete: true,
  };
}
