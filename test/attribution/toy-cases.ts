/**
 * @module
 * The small examples with which Captum tests itself, and a few for what they leave out.
 */

import { quadratureMethods } from "../../src/attribution/index.ts";
import type { AttributionCase, CaseOptions, TensorSpec } from "./cases.ts";

const spec = (shape: readonly number[], values: readonly number[]): TensorSpec => ({ shape, values });
const row = (...values: number[]): TensorSpec => spec([1, values.length], values);
const column = (...values: number[]): TensorSpec => spec([values.length], values);
const counted = (...shape: number[]): TensorSpec =>
  spec(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
  );
const onesOf = (...shape: number[]): TensorSpec => ({
  ...counted(...shape),
  values: counted(...shape).values.map(() => 1),
});
const float64 = (x: TensorSpec): TensorSpec => ({ ...x, dtype: "float64" });

const three = row(20, 50, 30);
const threeRows = spec([4, 3], [20, 50, 30, 2, 10, 3, 20, 50, 30, -5, 1, 7]);
const image = counted(1, 1, 4, 4);

function ig(name: string, rest: Omit<AttributionCase, "name" | "method">): AttributionCase {
  return { name: `integrates ${name}`, method: "integrated_gradients", delta: true, ...rest };
}

const twoScalars: readonly AttributionCase[] = quadratureMethods.flatMap((method) =>
  [50, 500].map((nSteps) =>
    ig(`a difference of rectifiers by ${method} in ${nSteps} steps`, {
      model: "BasicModel2",
      inputs: [column(3), column(1)],
      options: { method, nSteps },
    }),
  ),
);

const rules: readonly AttributionCase[] = quadratureMethods.flatMap((method) => [
  ig(`a convolution in float64 by ${method}`, {
    model: "OneConv",
    inputs: [float64(image)],
    options: { method, nSteps: 20, target: 0 },
  }),
  ig(`a cubic, which Riemann's rules only approach, by ${method} in 2 steps`, {
    model: "Cubic",
    inputs: [row(0.3, -1.2, 2.5)],
    options: { method, nSteps: 2, baselines: [0.1] },
  }),
]);

const multiLayer: readonly AttributionCase[] = (
  [
    [
      "three rows of an unsaturated net",
      { target: 0 },
      spec([3, 3], [1.5, 2, 1.3, 0.5, 0.1, 2.3, 1.5, 2, 1.3]),
    ],
    ["a net across its kink", { target: 0 }, three],
    ["a net across its kink by the trapezoid", { target: 0, method: "riemann_trapezoid" }, three],
    ["from a baseline of one example", { target: 0, baselines: [row(10, 20, 10)] }, three],
    ["from a baseline that stands for four examples", { target: 1, baselines: [row(10, 20, 10)] }, threeRows],
    [
      "from a baseline for each of four",
      { target: 1, baselines: [spec([4, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2])] },
      threeRows,
    ],
    ["from a fraction that float32 rounds", { target: 0, baselines: [0.1] }, three],
    ["from a baseline of integers", { target: 0, baselines: [{ ...row(1, 2, 3), dtype: "int64" }] }, three],
    ["the last class by a negative index", { target: -1 }, threeRows],
    ["a class for each example", { target: [0, 1, 1, 0], nSteps: 20 }, threeRows],
    ["integers, promoted", { target: 0 }, { ...three, dtype: "int64" }],
    ["a place in a larger output", { target: { index: [1, 0, 1] }, additionalForwardArgs: [1] }, three],
    [
      "a place for each example",
      {
        target: [
          [1, 0, 1],
          [0, 1, 1],
          [0, 0, 0],
          [1, 1, 1],
        ],
        additionalForwardArgs: [1],
      },
      threeRows,
    ],
    ["in chunks of one step", { target: 0, internalBatchSize: 4, nSteps: 7 }, threeRows],
    [
      "in chunks of two steps and a rest",
      { target: [1, 0, 0, 1], internalBatchSize: 9, nSteps: 7 },
      threeRows,
    ],
    ["a single point", { target: 0, nSteps: 1 }, three],
  ] as const satisfies readonly (readonly [string, CaseOptions, TensorSpec])[]
).map(([name, options, input]) => ig(name, { model: "MultiLayer", inputs: [input], options }));

const others: readonly AttributionCase[] = [
  ig("the same function written differently", {
    model: "BasicModel3",
    inputs: [column(3), column(1)],
    options: {},
  }),
  ig("sensitivities, not multiplied by inputs", {
    model: "BasicModel2",
    inputs: [column(3), column(1)],
    options: { method: "riemann_right", nSteps: 500 },
    multiplyByInputs: false,
  }),
  ig("sensitivities from a baseline", {
    model: "MultiLayer",
    inputs: [three],
    options: { target: 0, baselines: [row(10, 20, 10)] },
    multiplyByInputs: false,
  }),
  ig("six scalars on both sides of a kink", {
    model: "BasicModel",
    inputs: [column(1, 2, 3, 0, -1, 7)],
    options: {},
  }),
  ig("a sum of two inputs", {
    model: "BasicModel6",
    inputs: [row(1.5, 2, 3.3), row(3, 3.5, 2.2)],
    options: { method: "riemann_middle", nSteps: 500 },
  }),
  ig("with additional numbers", {
    model: "BasicModel4",
    inputs: [spec([2, 3], [1.5, 2, 34.3, 3.4, 1.2, 2]), spec([2, 3], [3, 3.5, 23.2, 2.3, 1.2, 0.3])],
    options: { additionalForwardArgs: [2, 2] },
  }),
  ig("with an additional tensor, a row for each example", {
    model: "BasicModel4",
    inputs: [spec([2, 3], [1.5, 2, 34.3, 3.4, 1.2, 2]), spec([2, 3], [3, 3.5, 23.2, 2.3, 1.2, 0.3])],
    options: { additionalForwardArgs: [spec([2, 1], [2, 5]), 2], nSteps: 9, internalBatchSize: 5 },
  }),
  ig("a dead rectifier", {
    model: "BasicModel5",
    inputs: [spec([2, 3], [1.5, 2, 34.3, 3.4, 1.2, 2]), spec([2, 3], [3, 3.5, 23.2, 2.3, 1.2, 0.3])],
    options: { additionalForwardArgs: [[2, 3], 1] },
  }),
  ig("linear layers joined by a rectifier", {
    model: "ReLULinear",
    inputs: [row(-10, 1, -5), row(3, 3, 1)],
    options: {},
  }),
  ig("a convolution in 15 steps", { model: "OneConv", inputs: [image], options: { target: 0, nSteps: 15 } }),
  ig("a convolution in 50 steps", { model: "OneConv", inputs: [image], options: { target: 0 } }),
  ig("a convolution of two inputs", {
    model: "OneConv",
    inputs: [image, onesOf(1, 1, 4, 4)],
    options: { target: 3 },
  }),
];

const gradients: readonly AttributionCase[] = (["saliency", "input_x_gradient"] as const).flatMap(
  (method) => [
    { name: "at kinks", model: "BasicModel", method, inputs: [column(1, 2, 3, 0, -1, 7)], options: {} },
    { name: "of a convolution", model: "OneConv", method, inputs: [image], options: { target: 0 } },
    {
      name: "of a class for each example",
      model: "MultiLayer",
      method,
      inputs: [threeRows],
      options: { target: [0, 1, 1, 0] },
    },
    { name: "of two inputs", model: "BasicModel2", method, inputs: [column(3), column(1)], options: {} },
  ],
);

const signed: AttributionCase = {
  name: "with its sign",
  model: "BasicModel2",
  method: "saliency",
  inputs: [column(3), column(1)],
  options: { abs: false },
};

const noisy: readonly AttributionCase[] = (["smoothgrad", "smoothgrad_sq", "vargrad"] as const).flatMap(
  (method) => [
    {
      name: "with PyTorch's noise",
      model: "Cubic",
      method,
      seed: 1,
      inputs: [row(0.3, -1.2, 2.5)],
      options: {},
    },
    {
      name: "in parts, the last one smaller",
      model: "MultiLayer",
      method,
      seed: 2,
      inputs: [threeRows],
      options: { target: [0, 1, 1, 0], ntSamples: 7, ntSamplesBatchSize: 3, stdevs: 30 },
    },
  ],
);

const pairMask: TensorSpec = { ...row(0, 0, 1), dtype: "int64" };
const rowMasks: TensorSpec = { ...spec([4, 3], [0, 0, 1, 0, 1, 1, 2, 1, 0, 0, 0, 0]), dtype: "int64" };

const ablations: readonly AttributionCase[] = (
  [
    ["element by element", { target: 0 }],
    ["groups", { target: 0, featureMask: [pairMask] }],
    ["groups that differ between examples", { target: 1, featureMask: [rowMasks] }],
    ["groups to a baseline", { target: 0, featureMask: [pairMask], baselines: [4] }],
    ["two elements in one pass", { target: [0, 1, 1, 0], perturbationsPerEval: 2 }],
    ["to a baseline of one example", { target: 0, baselines: [row(1, 2, 3)], perturbationsPerEval: 3 }],
  ] as const satisfies readonly (readonly [string, CaseOptions])[]
).map(([name, options]) => ({
  name,
  model: "MultiLayer",
  method: "feature_ablation",
  inputs: [threeRows],
  options,
}));

const occlusions: readonly AttributionCase[] = [
  ...(
    [
      ["single elements", { target: 0, slidingWindowShapes: [1] }],
      ["pairs by a baseline", { target: 0, slidingWindowShapes: [2], baselines: [10] }],
      ["pairs, the last one cut off", { target: 0, slidingWindowShapes: [2], strides: 2 }],
    ] as const satisfies readonly (readonly [string, CaseOptions])[]
  ).map(([name, options]): AttributionCase => ({
    name,
    model: "MultiLayer",
    method: "occlusion",
    inputs: [threeRows],
    options,
  })),
  {
    name: "squares of an image",
    model: "OneConv",
    method: "occlusion",
    inputs: [image],
    options: { target: 0, slidingWindowShapes: [1, 2, 2], perturbationsPerEval: 4 },
  },
  {
    name: "windows of two images, with different strides",
    model: "OneConv",
    method: "occlusion",
    inputs: [image, onesOf(1, 1, 4, 4)],
    options: {
      target: 0,
      slidingWindowShapes: [
        [1, 2, 3],
        [1, 1, 2],
      ],
      strides: [
        [1, 2, 1],
        [1, 1, 2],
      ],
    },
  },
];

/** Calls on models of a handful of weights. */
export const toyCases: readonly AttributionCase[] = [
  ...twoScalars,
  ...rules,
  ...multiLayer,
  ...others,
  ...gradients,
  signed,
  ...noisy,
  ...ablations,
  ...occlusions,
];
