import * as compositions from "../../../src/python/torch/compositions.ts";
import type { Case } from "../case.ts";

/** A convolution as model files ask for it, with the border of a padding mode. */
function border(mode: string): Case {
  return {
    op: "conv2dOf",
    name: `${mode} padding of two sizes, with stride`,
    inputs: { x: { shape: [1, 2, 5, 4] }, weight: { shape: [3, 2, 3, 3] }, bias: { shape: [3] } },
    run: ({ x, weight, bias }) =>
      compositions.conv2dOf(x, weight, bias, {
        stride: 2,
        padding: 2,
        dilation: 1,
        groups: 1,
        paddingMode: mode,
      }),
    torch: `F.conv2d(F.pad(x, (2, 2, 2, 2), mode="${mode}"), weight, bias, stride=2)`,
  };
}

/** What PyTorch has as one function and model files reach through several operations. */
export const compositionCases: readonly Case[] = [
  border("reflect"),
  border("circular"),
  border("replicate"),
  {
    op: "layerNorm",
    name: "the last dimension, with weight and bias",
    inputs: { x: { shape: [2, 3, 4] }, weight: { shape: [4] }, bias: { shape: [4] } },
    run: ({ x, weight, bias }) => compositions.layerNorm(x, 1, weight, bias, 1e-5),
    torch: "F.layer_norm(x, (4,), weight, bias)",
  },
  {
    op: "layerNorm",
    name: "three dimensions, of a picture with channels",
    inputs: { x: { shape: [2, 2, 3, 3] }, weight: { shape: [2, 3, 3] }, bias: { shape: [2, 3, 3] } },
    run: ({ x, weight, bias }) => compositions.layerNorm(x, 3, weight, bias, 1e-6),
    torch: "F.layer_norm(x, (2, 3, 3), weight, bias, 1e-6)",
  },
  {
    op: "layerNorm",
    name: "alone, with a large eps",
    inputs: { x: { shape: [3, 5] } },
    run: ({ x }) => compositions.layerNorm(x, 1, null, null, 0.1),
    torch: "F.layer_norm(x, (5,), eps=0.1)",
  },
  {
    op: "groupNorm",
    name: "two groups, with weight and bias",
    inputs: { x: { shape: [2, 4, 3, 2] }, weight: { shape: [4] }, bias: { shape: [4] } },
    run: ({ x, weight, bias }) => compositions.groupNorm(x, 2, weight, bias, 1e-5),
    torch: "F.group_norm(x, 2, weight, bias)",
  },
  {
    op: "groupNorm",
    name: "a group a channel, as instance norm",
    inputs: { x: { shape: [2, 3, 4] } },
    run: ({ x }) => compositions.groupNorm(x, 3, null, null, 1e-5),
    torch: "F.group_norm(x, 3)",
  },
  ...[2, 5].map((size): Case => ({
    op: "localResponseNorm",
    name: `${size} neighbouring channels`,
    inputs: { x: { shape: [2, 4, 2, 2] } },
    run: ({ x }) => compositions.localResponseNorm(x, size, 0.5, 0.75, 1.5),
    torch: `F.local_response_norm(x, ${size}, alpha=0.5, beta=0.75, k=1.5)`,
  })),
  {
    op: "mish",
    name: "a matrix",
    inputs: { x: { shape: [3, 4] } },
    run: ({ x }) => compositions.mish(x),
    torch: "F.mish(x)",
  },
  {
    op: "selu",
    name: "a matrix",
    inputs: { x: { shape: [3, 4] } },
    run: ({ x }) => compositions.selu(x),
    torch: "F.selu(x)",
  },
  ...[1, 2, 3].map((p): Case => ({
    op: "normalized",
    name: `rows, p = ${p}`,
    inputs: { x: { shape: [3, 4] } },
    run: ({ x }) => compositions.normalized(x, p, 1, 1e-12),
    torch: `F.normalize(x, p=${p}, dim=1)`,
  })),
  {
    op: "adaptiveMaxPool2d",
    name: "bins of different sizes",
    inputs: { x: { shape: [2, 2, 5, 7] } },
    run: ({ x }) => compositions.adaptiveMaxPool2d(x, [2, 3]),
    torch: "F.adaptive_max_pool2d(x, (2, 3))",
  },
  {
    op: "adaptiveMaxPool2d",
    name: "one bin, one size kept",
    inputs: { x: { shape: [1, 2, 4, 3] } },
    run: ({ x }) => compositions.adaptiveMaxPool2d(x, [1, null]),
    torch: "F.adaptive_max_pool2d(x, (1, None))",
  },
];
