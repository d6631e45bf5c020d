import { tensor } from "../../../src/tensor/creation.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

/** Running statistics of three channels, of the dtype of `x`; the numbers are exact in float32. */
function running(x: Tensor): { runningMean: Tensor; runningVar: Tensor } {
  return {
    runningMean: tensor([0.5, -1.25, 2], { dtype: x.dtype }),
    runningVar: tensor([0.75, 2, 0.125], { dtype: x.dtype }),
  };
}

const TORCH_RUNNING = "torch.tensor([0.5, -1.25, 2.]), torch.tensor([0.75, 2., 0.125])";

/** For means far from 0 in units of the deviation: 2^-24 of their quotient is lost on PyTorch's side. */
function float32Affine(atol: number): NonNullable<Case["tolerance"]> {
  const because =
    "PyTorch computes x·scale + (bias − mean·scale) in float32; candil takes the difference first, in float64";
  return { rtol: 1.3e-6, atol, because };
}

/** Both modes on one shape of three channels, with weight and bias. */
function bothModes(name: string, x: readonly number[]): Case[] {
  const inputs = { x: { shape: x }, w: { shape: [3] }, b: { shape: [3] } };
  return [
    {
      op: "batchNorm",
      name: `training, ${name}`,
      inputs,
      run: ({ x, w, b }) => c.batchNorm(x, { training: true, weight: w, bias: b, ...running(x) }),
      torch: `F.batch_norm(x, ${TORCH_RUNNING}, w, b, training=True)`,
    },
    {
      op: "batchNorm",
      name: `evaluation, ${name}`,
      inputs,
      run: ({ x, w, b }) => c.batchNorm(x, { weight: w, bias: b, ...running(x) }),
      torch: `F.batch_norm(x, ${TORCH_RUNNING}, w, b)`,
    },
  ];
}

export const batchNormCases: readonly Case[] = [
  ...bothModes("[N, C]", [5, 3]),
  ...bothModes("[N, C, L]", [2, 3, 4]),
  ...bothModes("[N, C, H, W]", [2, 3, 4, 5]),
  ...bothModes("one image", [1, 3, 3, 3]),
  ...bothModes("an empty batch", [0, 3, 2, 2]),
  {
    op: "batchNorm",
    name: "training without statistics, weight or bias, a large eps",
    inputs: { x: { shape: [4, 3] } },
    run: ({ x }) => c.batchNorm(x, { training: true, eps: 0.5 }),
    torch: "F.batch_norm(x, None, None, training=True, eps=0.5)",
  },
  {
    op: "batchNorm",
    name: "training far from 0: the mean is 1000 times the deviation",
    inputs: { x: { shape: [3, 2, 2], range: [999, 1001] } },
    run: ({ x }) => c.batchNorm(x, { training: true }),
    torch: "F.batch_norm(x, None, None, training=True)",
    tolerance: float32Affine(2e-4),
  },
  {
    op: "batchNorm",
    name: "evaluation without weight or bias, eps 0",
    inputs: { x: { shape: [4, 3] } },
    run: ({ x }) => c.batchNorm(x, { ...running(x), eps: 0 }),
    torch: `F.batch_norm(x, ${TORCH_RUNNING}, eps=0.0)`,
  },
  {
    op: "batchNorm",
    name: "training on equal values",
    inputs: { x: { shape: [4, 1], values: [3, 3, 3, 3] } },
    run: ({ x }) => c.batchNorm(x, { training: true }),
    torch: "F.batch_norm(x, None, None, training=True)",
    tolerance: float32Affine(1e-4),
    kink: true,
  },
  {
    op: "batchNorm",
    name: "NaN spoils its own channel alone",
    inputs: { x: { shape: [2, 3], values: [NaN, 1, 2, 3, 4, 6] } },
    run: ({ x }) => c.batchNorm(x, { training: true }),
    torch: "F.batch_norm(x, None, None, training=True)",
    kink: true,
  },
];
