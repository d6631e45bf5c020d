/**
 * @module
 * Explanations of handwritten digits by nets of both MNIST architectures.
 */

import { quadratureMethods } from "../../src/attribution/index.ts";
import { digitPixels } from "../support/digits.ts";
import type { AttributionCase, CaseOptions, TensorSpec } from "./cases.ts";
import type { ModelName } from "./models.ts";

/** Digits as the nets want them: [N, 1, 28, 28], normalised with MNIST's mean and deviation. */
function images(...which: number[]): TensorSpec {
  const values = which.flatMap((digit) =>
    digitPixels(digit).map((pixel) => Math.fround((pixel / 255 - 0.1307) / 0.3081)),
  );
  return { shape: [which.length, 1, 28, 28], values };
}

const black = Math.fround(-0.1307 / 0.3081);

/** Noise that is the same everywhere: fractions of multiples of the golden ratio. */
const noise: TensorSpec = {
  shape: [1, 1, 28, 28],
  values: Array.from({ length: 784 }, (_, i) => Math.fround(((i * 0.6180339887498949) % 1) * 2 - 1)),
};

function explained(model: ModelName, name: string, which: number[], options: CaseOptions): AttributionCase {
  const inputs = [images(...which)];
  return { name: `integrates ${name}`, model, method: "integrated_gradients", delta: true, inputs, options };
}

const bothSmall = (["small torchserve net", "small examples net"] as const).flatMap((net) => [
  ...quadratureMethods.flatMap((method) =>
    [15, 50].map((nSteps) =>
      explained(net, `a 2 by ${method} in ${nSteps} steps`, [2], { target: 0, method, nSteps }),
    ),
  ),
  explained(net, "from black", [3], { target: 3, baselines: [black] }),
  explained(net, "from noise", [4], { target: -1, baselines: [noise], nSteps: 15 }),
  explained(net, "from another digit", [7], { target: 7, baselines: [images(1)], nSteps: 15 }),
  explained(net, "four digits with a class for each", [5, 6, 8, 9], { target: [5, 6, 0, 1], nSteps: 15 }),
  explained(net, "200 steps in chunks", [9], { target: 9, nSteps: 200, internalBatchSize: 30 }),
]);

const smallOthers = (
  [
    ["saliency", {}],
    ["input_x_gradient", {}],
    [
      "occlusion",
      { slidingWindowShapes: [1, 7, 5], strides: [1, 4, 3], perturbationsPerEval: 16, baselines: [black] },
    ],
  ] as const satisfies readonly (readonly [AttributionCase["method"], CaseOptions])[]
).map(([method, options]): AttributionCase => ({
  name: "of digits",
  model: "small examples net",
  method,
  inputs: [images(0, 5)],
  options: { ...options, target: [0, 5] },
}));

/** The nets of the published size; few, since each takes a second without SIMD. */
const published = [
  explained("torchserve net", "a 2 as TorchServe does", [2], { target: 0, nSteps: 15 }),
  explained("examples net", "a 2 as TorchServe does", [2], { target: 0, nSteps: 15 }),
  explained("torchserve net", "a 4 with Captum's defaults", [4], { target: 4 }),
];

/** Calls on nets that look at 28 × 28 pictures. */
export const digitCases: readonly AttributionCase[] = [...bothSmall, ...smallOthers, ...published];
