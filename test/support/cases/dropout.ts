import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

/** A source that repeats the given numbers, so that PyTorch's side can write the mask down. */
function scripted(...numbers: number[]): c.UniformSource {
  let next = 0;
  return { uniform64: () => numbers[next++ % numbers.length] };
}

export const dropoutCases: readonly Case[] = [
  {
    op: "dropout",
    name: "p = 0.25, a number equal to 1 - p drops",
    inputs: { x: { shape: [2, 4] } },
    run: ({ x }) => c.dropout(x, { p: 0.25, generator: scripted(0, 0.9, 0.74, 0.75) }),
    torch: "x * torch.tensor([1., 0., 1., 0.]).div(0.75)",
  },
  {
    op: "dropout",
    name: "p = 1 gives zeros",
    inputs: { x: { shape: [5] } },
    run: ({ x }) => c.dropout(x, { p: 1 }),
    torch: "F.dropout(x, p=1.0)",
  },
  {
    op: "dropout",
    name: "p = 0 drops nothing",
    inputs: { x: { shape: [5] } },
    run: ({ x }) => c.mul(c.dropout(x, { p: 0 }), 2),
    torch: "F.dropout(x, p=0.0) * 2",
  },
  {
    op: "dropout",
    name: "evaluation drops nothing",
    inputs: { x: { shape: [2, 3] } },
    run: ({ x }) => c.mul(c.dropout(x, { training: false }), 2),
    torch: "F.dropout(x, training=False) * 2",
  },
  {
    op: "dropout",
    name: "NaN and infinities at p = 1",
    inputs: { x: { shape: [4], values: [NaN, Infinity, -Infinity, -1] } },
    run: ({ x }) => c.dropout(x, { p: 1 }),
    torch: "F.dropout(x, p=1.0)",
    kink: true,
  },
  {
    op: "dropout2d",
    name: "channels of a batch of images",
    inputs: { x: { shape: [2, 3, 2, 2] } },
    run: ({ x }) => c.dropout2d(x, { p: 0.4, generator: scripted(0.1, 0.7, 0.3, 0.6, 0.59) }),
    torch: "x * torch.tensor([[1., 0., 1.], [0., 1., 1.]]).div(0.6)[:, :, None, None]",
  },
  {
    op: "dropout2d",
    name: "rank 3 is [N, C, L]",
    inputs: { x: { shape: [2, 2, 3] } },
    run: ({ x }) => c.dropout2d(x, { generator: scripted(0.6, 0.1, 0.2) }),
    torch: "x * torch.tensor([[0., 2.], [2., 0.]])[:, :, None]",
  },
  {
    op: "dropout2d",
    name: "rank 2 is element by element",
    inputs: { x: { shape: [2, 2] } },
    run: ({ x }) => c.dropout2d(x, { generator: scripted(0.6, 0.1, 0.2) }),
    torch: "x * torch.tensor([[0., 2.], [2., 0.]])",
  },
];
