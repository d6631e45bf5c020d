import * as c from "../../../src/ops/index.ts";
import { tensor } from "../../../src/tensor/creation.ts";
import type { Case } from "../case.ts";

export const shapeCases: readonly Case[] = [
  {
    op: "reshape",
    name: "one size left open",
    inputs: { x: { shape: [2, 3, 4] } },
    run: ({ x }) => c.reshape(x, [4, -1]),
    torch: "x.reshape(4, -1)",
  },
  {
    op: "reshape",
    name: "to a scalar",
    inputs: { x: { shape: [1, 1] } },
    run: ({ x }) => c.reshape(x, []),
    torch: "x.reshape(())",
  },
  {
    op: "view",
    name: "two sizes merged",
    inputs: { x: { shape: [2, 3, 4] } },
    run: ({ x }) => c.view(x, [2, 12]),
    torch: "x.view(2, 12)",
  },
  {
    op: "flatten",
    name: "behind the batch",
    inputs: { x: { shape: [2, 3, 2, 2] } },
    run: ({ x }) => c.flatten(x, 1),
    torch: "x.flatten(1)",
  },
  {
    op: "flatten",
    name: "inner dimensions, counted from the end",
    inputs: { x: { shape: [2, 3, 2, 2] } },
    run: ({ x }) => c.flatten(x, -3, -2),
    torch: "x.flatten(-3, -2)",
  },
  {
    op: "flatten",
    name: "a scalar becomes a vector",
    inputs: { x: { shape: [] } },
    run: ({ x }) => c.flatten(x),
    torch: "x.flatten()",
  },
  {
    op: "squeeze",
    name: "every size of 1",
    inputs: { x: { shape: [1, 3, 1, 2] } },
    run: ({ x }) => c.squeeze(x),
    torch: "x.squeeze()",
  },
  {
    op: "squeeze",
    name: "one of two, and one that is not of size 1",
    inputs: { x: { shape: [1, 3, 1, 2] } },
    run: ({ x }) => c.squeeze(x, [-2, 1]),
    torch: "x.squeeze((-2, 1))",
  },
  {
    op: "unsqueeze",
    name: "in front",
    inputs: { x: { shape: [3] } },
    run: ({ x }) => c.unsqueeze(x, 0),
    torch: "x.unsqueeze(0)",
  },
  {
    op: "unsqueeze",
    name: "before the last, counted from the end",
    inputs: { x: { shape: [2, 3] } },
    run: ({ x }) => c.unsqueeze(x, -2),
    torch: "x.unsqueeze(-2)",
  },
];

export const sliceCases: readonly Case[] = [
  {
    op: "slice",
    name: "columns 1 to 3",
    inputs: { x: { shape: [3, 5] } },
    run: ({ x }) => c.slice(x, 1, 1, 3),
    torch: "x[:, 1:3]",
  },
  {
    op: "slice",
    name: "every second plane, bounds from the end and beyond it",
    inputs: { x: { shape: [2, 5, 3] } },
    run: ({ x }) => c.slice(x, -2, -4, 99, 2),
    torch: "x[:, -4:99:2]",
  },
  {
    op: "slice",
    name: "bounds that cross leave nothing",
    inputs: { x: { shape: [4, 2] } },
    run: ({ x }) => c.slice(x, 0, 3, 1),
    torch: "x[3:1]",
  },
  {
    op: "narrow",
    name: "two of the middle dimension",
    inputs: { x: { shape: [2, 4, 3] } },
    run: ({ x }) => c.narrow(x, 1, 1, 2),
    torch: "x.narrow(1, 1, 2)",
  },
  {
    op: "narrow",
    name: "a start from the end",
    inputs: { x: { shape: [5] } },
    run: ({ x }) => c.narrow(x, 0, -3, 2),
    torch: "x.narrow(0, -3, 2)",
  },
  {
    op: "select",
    name: "a column",
    inputs: { x: { shape: [3, 4] } },
    run: ({ x }) => c.select(x, 1, 2),
    torch: "x.select(1, 2)",
  },
  {
    op: "select",
    name: "the last plane, counted from the end",
    inputs: { x: { shape: [2, 3, 4] } },
    run: ({ x }) => c.select(x, -3, -1),
    torch: "x.select(-3, -1)",
  },
  {
    op: "indexSelect",
    name: "rows, one of them twice",
    inputs: { x: { shape: [4, 3] } },
    run: ({ x }) => c.indexSelect(x, 0, [2, 0, 2]),
    torch: "x.index_select(0, torch.tensor([2, 0, 2]))",
  },
  {
    op: "indexSelect",
    name: "channels of images, by an int32 tensor",
    inputs: { x: { shape: [2, 3, 2, 2] } },
    run: ({ x }) => c.indexSelect(x, -3, tensor([2, 1], { dtype: "int32" })),
    torch: "x.index_select(-3, torch.tensor([2, 1], dtype=torch.int32))",
  },
  {
    op: "indexSelect",
    name: "no rows",
    inputs: { x: { shape: [4, 3] } },
    run: ({ x }) => c.indexSelect(x, 0, []),
    torch: "x.index_select(0, torch.tensor([], dtype=torch.int64))",
  },
  {
    op: "gather",
    name: "each row's own columns, one of them twice",
    inputs: { x: { shape: [3, 4] } },
    run: ({ x }) =>
      c.gather(
        x,
        1,
        tensor(
          [
            [3, 0],
            [1, 1],
            [2, 3],
          ],
          { dtype: "int64" },
        ),
      ),
    torch: "x.gather(1, torch.tensor([[3, 0], [1, 1], [2, 3]]))",
  },
  {
    op: "gather",
    name: "the middle of three dimensions, an index shorter than the tensor",
    inputs: { x: { shape: [3, 4, 2] } },
    run: ({ x }) =>
      c.gather(
        x,
        -2,
        tensor(
          [
            [[3], [2]],
            [[0], [1]],
          ],
          { dtype: "int64" },
        ),
      ),
    torch: "x.gather(-2, torch.tensor([[[3], [2]], [[0], [1]]]))",
  },
];
