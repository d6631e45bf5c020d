import * as c from "../../../src/ops/index.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import type { Case } from "../case.ts";

type Unary = (x: Tensor) => Tensor;

/** A row of spread values that straddle the kinks, and one at the kinks, NaN and the given infinities. */
function activation(
  op: string,
  run: Unary,
  torch: string,
  kinks: readonly number[],
  name = "its defaults",
): Case[] {
  return [
    { op, name, inputs: { x: { shape: [3, 9], range: [-7, 8] } }, run: ({ x }) => run(x), torch },
    {
      op,
      name: `${name}, kinks, NaN and infinities`,
      inputs: { x: { shape: [kinks.length], values: kinks } },
      run: ({ x }) => run(x),
      torch,
      kink: true,
    },
  ];
}

const FAR = [0, -0, NaN, Infinity, -Infinity, 100, -100];

export const activationCases: readonly Case[] = [
  ...activation("sigmoid", c.sigmoid, "torch.sigmoid(x)", FAR),
  ...activation("tanh", c.tanh, "torch.tanh(x)", FAR),
  ...activation("silu", c.silu, "F.silu(x)", FAR),
  ...activation("hardswish", c.hardswish, "F.hardswish(x)", [...FAR, -3, 3]),
  ...activation("hardsigmoid", c.hardsigmoid, "F.hardsigmoid(x)", [...FAR, -3, 3]),
  ...activation("relu6", c.relu6, "F.relu6(x)", [...FAR, 6]),
  ...activation("leakyRelu", (x) => c.leakyRelu(x), "F.leaky_relu(x)", FAR),
  ...activation("leakyRelu", (x) => c.leakyRelu(x, 0.2), "F.leaky_relu(x, 0.2)", FAR, "slope 0.2"),
  ...activation("elu", (x) => c.elu(x), "F.elu(x)", FAR),
  ...activation("elu", (x) => c.elu(x, 0.7), "F.elu(x, alpha=0.7)", FAR, "alpha 0.7"),
  // PyTorch's float32 gelu is NaN at +Infinity where its float64 one, and ours, are not.
  ...activation("gelu", (x) => c.gelu(x), "F.gelu(x)", [0, -0, NaN, -Infinity, 100, -100]),
  ...activation("gelu", (x) => c.gelu(x, "tanh"), 'F.gelu(x, approximate="tanh")', FAR, "tanh"),
  ...activation("softplus", (x) => c.softplus(x), "F.softplus(x)", [...FAR, 20, 21]),
  ...activation(
    "softplus",
    (x) => c.softplus(x, 2, 5),
    "F.softplus(x, 2, 5)",
    [...FAR, 2.5, 3],
    "beta 2, threshold 5",
  ),
  ...activation("clamp", (x) => c.clamp(x, -3, 3), "x.clamp(-3, 3)", [...FAR, -3, 3], "two bounds"),
  ...activation("clamp", (x) => c.clamp(x, 0), "x.clamp(min=0)", FAR, "a lower bound"),
  ...activation("clamp", (x) => c.clamp(x, null, 2), "x.clamp(max=2)", [...FAR, 2], "an upper bound"),
  ...activation("clamp", (x) => c.clamp(x, 3, -3), "x.clamp(3, -3)", FAR, "bounds that cross"),
];

/** Rows for maximum and minimum alike. */
function both(name: string, a: Case["inputs"][string], b: Case["inputs"][string], kink = false): Case[] {
  return (["maximum", "minimum"] as const).map((op) => ({
    op,
    name,
    inputs: { a, b },
    run: ({ a, b }) => c[op](a, b),
    torch: `torch.${op}(a, b)`,
    kink,
  }));
}

export const extremumCases: readonly Case[] = [
  ...both("one shape", { shape: [3, 4] }, { shape: [3, 4] }),
  ...both("a row against a column", { shape: [3, 1] }, { shape: [2, 1, 4] }),
  ...both(
    "ties, infinities and NaN",
    { shape: [8], values: [1, 2, NaN, 1, NaN, 0, Infinity, -Infinity] },
    { shape: [8], values: [1, 1, 1, NaN, NaN, -0, Infinity, 3] },
    true,
  ),
  {
    op: "maximum",
    name: "a number",
    inputs: { x: { shape: [7] } },
    run: ({ x }) => c.maximum(x, 0.5),
    torch: "torch.maximum(x, torch.tensor(0.5))",
  },
];
