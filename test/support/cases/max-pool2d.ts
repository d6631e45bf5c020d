import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

type Arguments = Pick<Case, "torch"> & { readonly options?: c.MaxPool2dOptions; readonly kernel: c.Pair };

function pool(name: string, x: readonly number[], { kernel, options, torch }: Arguments): Case {
  return {
    op: "maxPool2d",
    name,
    inputs: { x: { shape: x } },
    run: ({ x }) => c.maxPool2d(x, kernel, options),
    torch,
  };
}

/** One plane of chosen values, where finite differences mean nothing. */
function plane(name: string, side: number, values: readonly number[]): Case {
  return {
    op: "maxPool2d",
    name,
    inputs: { x: { shape: [1, 1, side, side], values } },
    run: ({ x }) => c.maxPool2d(x, 2),
    torch: "F.max_pool2d(x, 2)",
    kink: true,
  };
}

export const maxPool2dCases: readonly Case[] = [
  pool("the stride is the kernel", [2, 3, 6, 6], { kernel: 2, torch: "F.max_pool2d(x, 2)" }),
  pool("a remainder is left out", [1, 2, 5, 7], { kernel: 2, torch: "F.max_pool2d(x, 2)" }),
  pool("overlapping windows", [1, 2, 6, 6], {
    kernel: 3,
    options: { stride: 2 },
    torch: "F.max_pool2d(x, 3, stride=2)",
  }),
  pool("uneven kernel, stride and dilation, padding, unbatched", [2, 7, 8], {
    kernel: [3, 2],
    options: { stride: [2, 1], padding: 1, dilation: [1, 2] },
    torch: "F.max_pool2d(x, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2))",
  }),
  pool("ceil mode drops a window that starts beyond the padding", [1, 1, 6, 6], {
    kernel: 3,
    options: { stride: 2, padding: 1, ceilMode: true },
    torch: "F.max_pool2d(x, 3, stride=2, padding=1, ceil_mode=True)",
  }),
  pool("ceil mode keeps a window over the edge", [1, 2, 5, 5], {
    kernel: 2,
    options: { stride: 2, ceilMode: true },
    torch: "F.max_pool2d(x, 2, stride=2, ceil_mode=True)",
  }),
  pool("ceil mode with uneven stride and dilation", [2, 2, 7, 6], {
    kernel: [3, 2],
    options: { stride: [2, 3], padding: [1, 0], dilation: [2, 1], ceilMode: true },
    torch: "F.max_pool2d(x, (3, 2), stride=(2, 3), padding=(1, 0), dilation=(2, 1), ceil_mode=True)",
  }),
  pool("ceil mode lets an input be smaller than the kernel", [1, 2, 2, 8], {
    kernel: 3,
    options: { ceilMode: true },
    torch: "F.max_pool2d(x, 3, ceil_mode=True)",
  }),
  pool("kernel 1 with stride 3", [1, 2, 7, 7], {
    kernel: 1,
    options: { stride: 3 },
    torch: "F.max_pool2d(x, 1, stride=3)",
  }),
  pool("an empty batch", [0, 2, 4, 4], { kernel: 2, torch: "F.max_pool2d(x, 2)" }),
  plane("ties: the first takes the gradient", 4, new Array<number>(16).fill(0)),
  plane("ties within a window", 4, [1, 3, 0, -1, 3, 2, -1, 0, 5, 5, -2, -3, 5, 5, -3, -2]),
  plane("NaN wins, the last of two", 4, [NaN, 1, 2, NaN, 3, NaN, 4, 5, 1, 2, NaN, NaN, 3, 4, NaN, NaN]),
  plane("only -Infinity", 4, new Array<number>(16).fill(-Infinity)),
  {
    op: "maxPool2d",
    name: "only -Infinity beside padding",
    inputs: { x: { shape: [1, 3, 3], values: new Array<number>(9).fill(-Infinity) } },
    run: ({ x }) => c.maxPool2d(x, 3, { stride: 1, padding: 1 }),
    torch: "F.max_pool2d(x, 3, stride=1, padding=1)",
    kink: true,
  },
  {
    op: "maxPool2dWithIndices",
    name: "the values of overlapping windows",
    inputs: { x: { shape: [2, 2, 5, 5] } },
    run: ({ x }) => c.maxPool2dWithIndices(x, 3, { stride: 1 }).values,
    torch: "F.max_pool2d(x, 3, stride=1, return_indices=True)[0]",
  },
];
