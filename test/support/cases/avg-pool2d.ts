import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

type Average = Pick<Case, "torch"> & { readonly kernel: c.Pair; readonly options?: c.AvgPool2dOptions };

function average(name: string, x: readonly number[], { kernel, options, torch }: Average): Case {
  return {
    op: "avgPool2d",
    name,
    inputs: { x: { shape: x } },
    run: ({ x }) => c.avgPool2d(x, kernel, options),
    torch,
  };
}

function adaptive(name: string, x: readonly number[], size: c.OutputSize, torchSize: string): Case {
  return {
    op: "adaptiveAvgPool2d",
    name,
    inputs: { x: { shape: x } },
    run: ({ x }) => c.adaptiveAvgPool2d(x, size),
    torch: `F.adaptive_avg_pool2d(x, ${torchSize})`,
  };
}

export const avgPool2dCases: readonly Case[] = [
  average("the stride is the kernel", [2, 3, 6, 6], { kernel: 2, torch: "F.avg_pool2d(x, 2)" }),
  average("padding counts", [2, 5, 6], {
    kernel: 3,
    options: { stride: 2, padding: 1 },
    torch: "F.avg_pool2d(x, 3, stride=2, padding=1)",
  }),
  average("padding does not count", [1, 2, 5, 6], {
    kernel: 3,
    options: { stride: 2, padding: 1, countIncludePad: false },
    torch: "F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)",
  }),
  average("ceil mode, uneven padding", [1, 3, 9, 9], {
    kernel: [6, 6],
    options: { stride: [3, 3], padding: [2, 3], ceilMode: true },
    torch: "F.avg_pool2d(x, (6, 6), (3, 3), (2, 3), ceil_mode=True)",
  }),
  average("ceil mode without counting the padding", [1, 3, 9, 9], {
    kernel: [6, 6],
    options: { stride: [3, 3], padding: [2, 3], ceilMode: true, countIncludePad: false },
    torch: "F.avg_pool2d(x, (6, 6), (3, 3), (2, 3), ceil_mode=True, count_include_pad=False)",
  }),
  average("ceil mode without padding: a last window of one column", [1, 1, 5, 5], {
    kernel: 2,
    options: { ceilMode: true },
    torch: "F.avg_pool2d(x, 2, ceil_mode=True)",
  }),
  average("a divisor of 2", [1, 2, 6, 6], {
    kernel: [3, 2],
    options: { stride: [2, 1], padding: [1, 0], divisorOverride: 2 },
    torch: "F.avg_pool2d(x, (3, 2), (2, 1), (1, 0), divisor_override=2)",
  }),
  average("a divisor of -2 over the area of ceil mode", [1, 2, 5, 5], {
    kernel: 2,
    options: { ceilMode: true, divisorOverride: -2 },
    torch: "F.avg_pool2d(x, 2, ceil_mode=True, divisor_override=-2)",
  }),
  average("an empty batch", [0, 2, 4, 4], { kernel: 2, torch: "F.avg_pool2d(x, 2)" }),
  {
    op: "avgPool2d",
    name: "NaN and infinities stay in their windows",
    inputs: { x: { shape: [1, 2, 6], values: [NaN, 1, Infinity, 2, Infinity, -Infinity, 3, 4, 5, 6, 7, 8] } },
    run: ({ x }) => c.avgPool2d(x, 2),
    torch: "F.avg_pool2d(x, 2)",
    kink: true,
  },
  adaptive("everything into one pixel", [2, 3, 4, 5], 1, "1"),
  adaptive("overlapping bins", [1, 2, 8, 8], [5, 7], "(5, 7)"),
  adaptive("one size kept, unbatched", [2, 8, 8], [null, 7], "(None, 7)"),
  adaptive("both sizes kept", [1, 2, 3, 4], null, "(None, None)"),
  adaptive("5 into 3", [1, 1, 5, 5], 3, "3"),
  adaptive("2 spread over 5", [1, 1, 2, 2], 5, "5"),
  adaptive("an empty batch", [0, 2, 3, 4], 2, "2"),
];
