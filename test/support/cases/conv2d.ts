import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

type Convolution = Pick<Case, "torch"> & {
  readonly x: readonly [number, number, number, number];
  readonly w: readonly [number, number, number, number];
  readonly options?: c.Conv2dOptions;
};

/** A row with a bias; `torch` is what follows `F.conv2d(x, w, b`. */
function conv(name: string, { x, w, options, torch }: Convolution): Case {
  return {
    op: "conv2d",
    name,
    inputs: { x: { shape: x }, w: { shape: w }, b: { shape: [w[0]] } },
    run: ({ x, w, b }) => c.conv2d(x, w, b, options),
    torch: `F.conv2d(x, w, b${torch})`,
  };
}

/** The same row for a batch and for its first image without a batch dimension. */
function both(name: string, convolution: Convolution): Case[] {
  const row = conv(name, convolution);
  const image = { ...row.inputs, x: { shape: convolution.x.slice(1) } };
  return [row, { ...row, name: `${name}, unbatched`, inputs: image }];
}

/** The shapes are those that PyTorch's own OpInfo covers for conv2d, and some at the limits. */
export const conv2dCases: readonly Case[] = [
  ...both("stride 2 and padding 2", {
    x: [1, 3, 4, 4],
    w: [3, 3, 3, 3],
    options: { stride: 2, padding: 2 },
    torch: ", stride=2, padding=2",
  }),
  ...both("groups, uneven stride and padding, dilation 4", {
    x: [2, 4, 8, 8],
    w: [2, 2, 3, 3],
    options: { stride: [3, 2], padding: [2, 1], groups: 2, dilation: 4 },
    torch: ", stride=(3, 2), padding=(2, 1), groups=2, dilation=4",
  }),
  ...both("uneven kernel and dilation", {
    x: [1, 4, 5, 5],
    w: [1, 4, 2, 3],
    options: { stride: 2, padding: 1, dilation: [2, 3] },
    torch: ", stride=2, padding=1, dilation=(2, 3)",
  }),
  ...both("valid padding with stride 2", {
    x: [1, 4, 5, 5],
    w: [1, 4, 2, 3],
    options: { padding: "valid", stride: 2 },
    torch: ', padding="valid", stride=2',
  }),
  ...both("same padding with dilation 3", {
    x: [1, 4, 5, 5],
    w: [1, 4, 2, 3],
    options: { padding: "same", dilation: 3 },
    torch: ', padding="same", dilation=3',
  }),
  ...both("same padding, even kernel: the odd zero is right and below", {
    x: [1, 2, 4, 5],
    w: [3, 2, 4, 2],
    options: { padding: "same" },
    torch: ', padding="same"',
  }),
  ...both("depthwise", {
    x: [2, 4, 6, 6],
    w: [4, 1, 3, 3],
    options: { groups: 4 },
    torch: ", groups=4",
  }),
  ...both("depthwise with two filters a channel", {
    x: [2, 4, 6, 6],
    w: [8, 1, 3, 3],
    options: { groups: 4 },
    torch: ", groups=4",
  }),
  ...both("depthwise with dilation 2", {
    x: [2, 4, 5, 5],
    w: [4, 1, 2, 2],
    options: { groups: 4, dilation: 2 },
    torch: ", groups=4, dilation=2",
  }),
  ...both("two groups, uneven kernel", {
    x: [2, 4, 6, 5],
    w: [6, 2, 3, 2],
    options: { groups: 2 },
    torch: ", groups=2",
  }),
  conv("a kernel of one pixel", { x: [2, 3, 4, 5], w: [4, 3, 1, 1], torch: "" }),
  conv("a kernel of one pixel with stride 2", {
    x: [1, 3, 5, 5],
    w: [2, 3, 1, 1],
    options: { stride: 2 },
    torch: ", stride=2",
  }),
  conv("a kernel of one pixel with padding", {
    x: [1, 2, 3, 3],
    w: [2, 2, 1, 1],
    options: { padding: [0, 2] },
    torch: ", padding=(0, 2)",
  }),
  conv("a kernel as large as the image", { x: [2, 3, 4, 5], w: [4, 3, 4, 5], torch: "" }),
  conv("padding larger than the kernel: border windows see nothing", {
    x: [1, 2, 3, 3],
    w: [2, 2, 2, 2],
    options: { padding: 4 },
    torch: ", padding=4",
  }),
  conv("stride larger than the kernel: some pixels are never seen", {
    x: [1, 2, 8, 7],
    w: [3, 2, 2, 1],
    options: { stride: [3, 4] },
    torch: ", stride=(3, 4)",
  }),
  conv("one channel in, several out", { x: [2, 1, 7, 7], w: [5, 1, 3, 3], torch: "" }),
  conv("enough channels to fill registers", { x: [1, 8, 6, 6], w: [16, 8, 3, 3], torch: "" }),
  conv("an empty batch", { x: [0, 2, 4, 4], w: [3, 2, 3, 3], torch: "" }),
  {
    op: "conv2d",
    name: "without a bias",
    inputs: { x: { shape: [1, 2, 4, 3] }, w: { shape: [4, 2, 3, 4] } },
    run: ({ x, w }) => c.conv2d(x, w, null, { stride: 2, padding: 1 }),
    torch: "F.conv2d(x, w, stride=2, padding=1)",
  },
  {
    op: "conv2d",
    name: "NaN reaches the windows that see it and no others",
    inputs: {
      x: { shape: [1, 1, 3, 4], values: [NaN, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
      w: { shape: [1, 1, 2, 2], values: [1, -1, 2, 0.5] },
    },
    run: ({ x, w }) => c.conv2d(x, w),
    torch: "F.conv2d(x, w)",
    kink: true,
  },
];
