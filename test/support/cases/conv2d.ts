import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

/** The shapes are those that PyTorch's own OpInfo covers for conv2d. */
export const conv2dCases: readonly Case[] = [
  {
    op: "conv2d",
    name: "stride 2 and padding 2",
    inputs: { x: { shape: [1, 3, 4, 4] }, w: { shape: [3, 3, 3, 3] }, b: { shape: [3] } },
    run: ({ x, w, b }) => c.conv2d(x, w, b, { stride: 2, padding: 2 }),
    torch: "F.conv2d(x, w, b, stride=2, padding=2)",
  },
  {
    op: "conv2d",
    name: "groups, uneven stride and padding, dilation 4",
    inputs: { x: { shape: [2, 4, 8, 8] }, w: { shape: [2, 2, 3, 3] }, b: { shape: [2] } },
    run: ({ x, w, b }) =>
      c.conv2d(x, w, b, { stride: [3, 2], padding: [2, 1], groups: 2, dilation: 4 }),
    torch: "F.conv2d(x, w, b, stride=(3, 2), padding=(2, 1), groups=2, dilation=4)",
  },
  {
    op: "conv2d",
    name: "same padding, even kernel, dilation 3, unbatched",
    inputs: { x: { shape: [4, 7, 6] }, w: { shape: [3, 4, 2, 3] }, b: { shape: [3] } },
    run: ({ x, w, b }) => c.conv2d(x, w, b, { padding: "same", dilation: 3 }),
    torch: 'F.conv2d(x, w, b, padding="same", dilation=3)',
  },
];
