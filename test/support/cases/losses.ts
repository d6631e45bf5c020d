import * as c from "../../../src/ops/index.ts";
import { tensor } from "../../../src/tensor/creation.ts";
import type { Case } from "../case.ts";

export const nllCases: readonly Case[] = [
  {
    op: "nllLoss",
    name: "the mean of a batch",
    inputs: { x: { shape: [3, 4] } },
    run: ({ x }) => c.nllLoss(x, [3, 0, 1]),
    torch: "F.nll_loss(x, torch.tensor([3, 0, 1]))",
  },
  {
    op: "nllLoss",
    name: "int64 targets behind logSoftmax",
    inputs: { x: { shape: [3, 4] } },
    run: ({ x }) => c.nllLoss(c.logSoftmax(x, 1), tensor([3, 0, 1], { dtype: "int64" })),
    torch: "F.nll_loss(F.log_softmax(x, 1), torch.tensor([3, 0, 1]))",
  },
  {
    op: "nllLoss",
    name: "the weighted mean without an ignored target",
    inputs: { x: { shape: [4, 3] } },
    run: ({ x }) => c.nllLoss(x, [2, -100, 1, 2], { weight: tensor([0.5, 2, 0.25]).to(x.dtype) }),
    torch: "F.nll_loss(x, torch.tensor([2, -100, 1, 2]), weight=torch.tensor([0.5, 2, 0.25]))",
  },
  {
    op: "nllLoss",
    name: "the weighted sum, a chosen ignoreIndex that is a class",
    inputs: { x: { shape: [4, 3] } },
    run: ({ x }) =>
      c.nllLoss(x, [2, 0, 1, 1], {
        weight: tensor([0.5, 2, 0.25]).to(x.dtype),
        ignoreIndex: 0,
        reduction: "sum",
      }),
    torch:
      'F.nll_loss(x, torch.tensor([2, 0, 1, 1]), weight=torch.tensor([0.5, 2, 0.25]), ignore_index=0, reduction="sum")',
  },
  {
    op: "nllLoss",
    name: "without reduction, weighted and ignored",
    inputs: { x: { shape: [4, 3] } },
    run: ({ x }) =>
      c.nllLoss(x, [2, -100, 1, 0], { weight: tensor([0.5, 2, 0.25]).to(x.dtype), reduction: "none" }),
    torch:
      'F.nll_loss(x, torch.tensor([2, -100, 1, 0]), weight=torch.tensor([0.5, 2, 0.25]), reduction="none")',
  },
  {
    op: "nllLoss",
    name: "one sample without a batch, weighted",
    inputs: { x: { shape: [5] } },
    run: ({ x }) => c.nllLoss(x, 3, { weight: tensor([1, 2, 3, 4, 5]).to(x.dtype) }),
    torch: "F.nll_loss(x, torch.tensor(3), weight=torch.tensor([1., 2., 3., 4., 5.]))",
  },
  {
    op: "nllLoss",
    name: "pixels of images",
    inputs: { x: { shape: [2, 3, 2, 2] } },
    run: ({ x }) =>
      c.nllLoss(
        x,
        tensor(
          [
            [
              [0, 2],
              [1, -100],
            ],
            [
              [2, 2],
              [0, 1],
            ],
          ],
          { dtype: "int64" },
        ),
      ),
    torch: "F.nll_loss(x, torch.tensor([[[0, 2], [1, -100]], [[2, 2], [0, 1]]]))",
  },
  {
    op: "nllLoss",
    name: "pixels of images without reduction",
    inputs: { x: { shape: [2, 3, 2, 2] } },
    run: ({ x }) =>
      c.nllLoss(
        x,
        tensor(
          [
            [
              [0, 2],
              [1, 0],
            ],
            [
              [2, 2],
              [0, 1],
            ],
          ],
          { dtype: "int64" },
        ),
        { reduction: "none" },
      ),
    torch: 'F.nll_loss(x, torch.tensor([[[0, 2], [1, 0]], [[2, 2], [0, 1]]]), reduction="none")',
  },
  {
    op: "nllLoss",
    name: "the mean of nothing but ignored targets is NaN",
    inputs: { x: { shape: [2, 3] } },
    run: ({ x }) => c.nllLoss(x, [-100, -100]),
    torch: "F.nll_loss(x, torch.tensor([-100, -100]))",
    kink: true,
  },
  {
    op: "nllLoss",
    name: "the mean of no rows is NaN",
    inputs: { x: { shape: [0, 3] } },
    run: ({ x }) => c.nllLoss(x, []),
    torch: "F.nll_loss(x, torch.tensor([], dtype=torch.int64))",
    kink: true,
  },
  {
    op: "nllLoss",
    name: "infinite log-probabilities",
    inputs: { x: { shape: [2, 2], values: [-Infinity, 0, 0, -Infinity] } },
    run: ({ x }) => c.nllLoss(x, [0, 0], { reduction: "none" }),
    torch: 'F.nll_loss(x, torch.tensor([0, 0]), reduction="none")',
    kink: true,
  },
];

const WEIGHT = [0.5, 2, 0.25];

export const crossEntropyCases: readonly Case[] = [
  {
    op: "crossEntropy",
    name: "the mean of a batch",
    inputs: { x: { shape: [3, 4] } },
    run: ({ x }) => c.crossEntropy(x, [3, 0, 1]),
    torch: "F.cross_entropy(x, torch.tensor([3, 0, 1]))",
  },
  {
    op: "crossEntropy",
    name: "one sample without a batch, smoothed",
    inputs: { x: { shape: [4] } },
    run: ({ x }) => c.crossEntropy(x, 2, { labelSmoothing: 0.1 }),
    torch: "F.cross_entropy(x, torch.tensor(2), label_smoothing=0.1)",
  },
  {
    op: "crossEntropy",
    name: "smoothed, one target ignored",
    inputs: { x: { shape: [3, 4] } },
    run: ({ x }) => c.crossEntropy(x, [3, -100, 1], { labelSmoothing: 0.2 }),
    torch: "F.cross_entropy(x, torch.tensor([3, -100, 1]), label_smoothing=0.2)",
  },
  {
    op: "crossEntropy",
    name: "smoothed and weighted, one target ignored",
    inputs: { x: { shape: [4, 3] } },
    run: ({ x }) =>
      c.crossEntropy(x, [2, -100, 1, 1], { labelSmoothing: 0.2, weight: tensor(WEIGHT).to(x.dtype) }),
    torch:
      "F.cross_entropy(x, torch.tensor([2, -100, 1, 1]), torch.tensor([0.5, 2, 0.25]), label_smoothing=0.2)",
  },
  {
    op: "crossEntropy",
    name: "pixels, smoothed, weighted and not reduced",
    inputs: { x: { shape: [2, 3, 2] } },
    run: ({ x }) =>
      c.crossEntropy(
        x,
        tensor(
          [
            [2, -100],
            [0, 1],
          ],
          { dtype: "int64" },
        ),
        {
          labelSmoothing: 0.3,
          weight: tensor(WEIGHT).to(x.dtype),
          reduction: "none",
        },
      ),
    torch:
      "F.cross_entropy(x, torch.tensor([[2, -100], [0, 1]]), torch.tensor([0.5, 2, 0.25]), " +
      'label_smoothing=0.3, reduction="none")',
  },
  {
    op: "crossEntropy",
    name: "probabilities, which get a gradient too",
    inputs: { x: { shape: [3, 4] }, p: { shape: [3, 4], range: [0, 1] } },
    run: ({ x, p }) => c.crossEntropy(x, p),
    torch: "F.cross_entropy(x, p)",
  },
  {
    op: "crossEntropy",
    name: "probabilities of pixels, smoothed and weighted",
    inputs: { x: { shape: [2, 3, 2] }, p: { shape: [2, 3, 2], range: [0, 1] } },
    run: ({ x, p }) => c.crossEntropy(x, p, { labelSmoothing: 0.1, weight: tensor(WEIGHT).to(x.dtype) }),
    torch: "F.cross_entropy(x, p, torch.tensor([0.5, 2, 0.25]), label_smoothing=0.1)",
  },
];

/** Rows for the reductions of a loss of input and target. */
function reductions(op: "mseLoss" | "binaryCrossEntropyWithLogits", torch: string): Case[] {
  return (["mean", "sum", "none"] as const).map((reduction) => ({
    op,
    name: reduction,
    inputs: { x: { shape: [2, 5], range: [-9, 9] }, t: { shape: [2, 5], range: [0, 1] } },
    run: ({ x, t }) => c[op](x, t, { reduction }),
    torch: `F.${torch}(x, t, reduction="${reduction}")`,
  }));
}

export const elementLossCases: readonly Case[] = [
  ...reductions("mseLoss", "mse_loss"),
  ...reductions("binaryCrossEntropyWithLogits", "binary_cross_entropy_with_logits"),
  {
    op: "binaryCrossEntropyWithLogits",
    name: "far scores",
    inputs: { x: { shape: [4], values: [200, -200, 200, -200] }, t: { shape: [4], values: [1, 1, 0, 0] } },
    run: ({ x, t }) => c.binaryCrossEntropyWithLogits(x, t, { reduction: "none" }),
    torch: 'F.binary_cross_entropy_with_logits(x, t, reduction="none")',
    kink: true,
  },
];
