/**
 * @module
 * The layers of torch.nn that compute without pooling or convolving: activations, normalisations without running
 * statistics, losses.
 */

import * as ops from "../../ops/index.ts";
import type { PyClass } from "../values/class.ts";
import { hostClass } from "../values/host-class.ts";
import { toText } from "../values/numbers.ts";
import { repr } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { intsOf } from "./arguments.ts";
import { groupNorm, layerNorm, localResponseNorm, mish, selu } from "./compositions.ts";
import { lossOf } from "./losses.ts";
import { activationClass, layerClass } from "./layer.ts";
import { moduleClass, moduleOf } from "./module-class.ts";

/** The kind of gelu that an argument names. */
export function geluKind(name: string): ops.GeluApproximation {
  if (name === "none" || name === "tanh") return name;
  return raise("RuntimeError", `approximate argument must be either none or tanh, got ${name}`);
}

const activations: readonly PyClass[] = [
  activationClass("ReLU(inplace=False)", (x) => ops.relu(x)),
  activationClass("ReLU6(inplace=False)", (x) => ops.relu6(x)),
  activationClass("LeakyReLU(negative_slope=0.01, inplace=False)", (x, layer) =>
    ops.leakyRelu(x, layer.number("negative_slope")),
  ),
  activationClass("ELU(alpha=1.0, inplace=False)", (x, layer) => ops.elu(x, layer.number("alpha"))),
  activationClass("SELU(inplace=False)", selu),
  activationClass("GELU(approximate='none')", (x, layer) =>
    ops.gelu(x, geluKind(toText(layer.get("approximate"), "GELU.approximate"))),
  ),
  activationClass("SiLU(inplace=False)", (x) => ops.silu(x)),
  activationClass("Mish(inplace=False)", mish),
  activationClass("Hardswish(inplace=False)", (x) => ops.hardswish(x)),
  activationClass("Hardsigmoid(inplace=False)", (x) => ops.hardsigmoid(x)),
  activationClass("Hardtanh(min_val=-1.0, max_val=1.0, inplace=False)", (x, layer) =>
    ops.clamp(x, layer.number("min_val"), layer.number("max_val")),
  ),
  activationClass("Sigmoid()", (x) => ops.sigmoid(x)),
  activationClass("Tanh()", (x) => ops.tanh(x)),
  activationClass("Softplus(beta=1.0, threshold=20.0)", (x, layer) =>
    ops.softplus(x, layer.number("beta"), layer.number("threshold")),
  ),
  activationClass("Softsign()", (x) => ops.div(x, ops.add(ops.abs(x), 1))),
];

const preluClass = layerClass({
  signature: "PReLU(num_parameters=1, init=0.25, device=None, dtype=None)",
  build: (layer) => void layer.parameter("weight", [layer.int("num_parameters")], layer.number("init")),
  forward: (layer, x) => x.fresh(ops.prelu(x.float, layer.tensor("weight"))),
  describe: (layer) => `num_parameters=${layer.int("num_parameters")}`,
});

const layerNormClass = layerClass({
  signature:
    "LayerNorm(normalized_shape, eps=1e-05, elementwise_affine=True, bias=True, device=None, dtype=None)",
  build: (layer) => {
    const shape = intsOf(layer.get("normalized_shape"), "LayerNorm");
    const affine = layer.flag("elementwise_affine");
    layer.parameter("weight", affine ? shape : null, 1);
    layer.parameter("bias", affine && layer.flag("bias") ? shape : null);
  },
  forward: (layer, x) => {
    const dims = intsOf(layer.get("normalized_shape"), "LayerNorm").length;
    return x.fresh(
      layerNorm(x.float, dims, layer.optional("weight"), layer.optional("bias"), layer.number("eps")),
    );
  },
  describe: (layer) =>
    `${repr(layer.machine, layer.get("normalized_shape"))}, eps=${repr(layer.machine, layer.get("eps"))}`,
});

const groupNormClass = layerClass({
  signature: "GroupNorm(num_groups, num_channels, eps=1e-05, affine=True, device=None, dtype=None)",
  build: (layer) => {
    const shape = layer.flag("affine") ? [layer.int("num_channels")] : null;
    layer.parameter("weight", shape, 1);
    layer.parameter("bias", shape);
  },
  forward: (layer, x) =>
    x.fresh(
      groupNorm(
        x.float,
        layer.int("num_groups"),
        layer.optional("weight"),
        layer.optional("bias"),
        layer.number("eps"),
      ),
    ),
  describe: (layer) =>
    `${layer.int("num_groups")}, ${layer.int("num_channels")}, eps=${repr(layer.machine, layer.get("eps"))}`,
});

const instanceNormClass = layerClass({
  signature:
    "InstanceNorm2d(num_features, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None)",
  build: (layer) => {
    if (layer.flag("track_running_stats"))
      raise("NotImplementedError", "InstanceNorm2d with running statistics");
    const shape = layer.flag("affine") ? [layer.int("num_features")] : null;
    layer.parameter("weight", shape, 1);
    layer.parameter("bias", shape);
  },
  forward: (layer, x) => {
    const channels = x.shape.at(1) ?? 1;
    return x.fresh(
      groupNorm(x.float, channels, layer.optional("weight"), layer.optional("bias"), layer.number("eps")),
    );
  },
});

const localResponseNormClass = layerClass({
  signature: "LocalResponseNorm(size, alpha=0.0001, beta=0.75, k=1.0)",
  forward: (layer, x) =>
    x.fresh(
      localResponseNorm(
        x.float,
        layer.int("size"),
        layer.number("alpha"),
        layer.number("beta"),
        layer.number("k"),
      ),
    ),
});

const LOSSES = ["NLLLoss", "CrossEntropyLoss", "MSELoss", "BCEWithLogitsLoss"] as const;

const losses = LOSSES.map((name) =>
  hostClass({
    name,
    bases: [moduleClass],
    methods: {
      "__init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean', label_smoothing=0.0)":
        ([self, weight, , , , reduction]) => {
          moduleOf(self).attributes.set("weight", weight).set("reduction", reduction);
          return null;
        },
      "forward(self, input, target)": ([self, input, target]) => {
        const { attributes } = moduleOf(self);
        return lossOf(
          name,
          input,
          target,
          attributes.get("weight") ?? null,
          attributes.get("reduction") ?? "mean",
        );
      },
    },
  }),
);

/** The classes of this file. */
export const computingClasses: readonly PyClass[] = [
  ...activations,
  preluClass,
  layerNormClass,
  groupNormClass,
  instanceNormClass,
  localResponseNormClass,
  ...losses,
];
