/**
 * @module
 * The layers of torch.nn that have weights, pools, or only change the shape.
 */

import * as ops from "../../ops/index.ts";
import { zeros } from "../../tensor/creation.ts";
import type { PyClass } from "../values/class.ts";
import { repr } from "../values/protocol.ts";
import { PyTuple } from "../values/sequences.ts";
import { raise } from "../values/raise.ts";
import { intsOf } from "./arguments.ts";
import { pyTensor } from "./behaviour.ts";
import { adaptiveMaxPool2d, conv2dOf, outputSizeOf, padTo, upsampled } from "./compositions.ts";
import { layerClass } from "./layer.ts";
import type { Layer } from "./layer.ts";
import { PyTensor } from "./tensor-value.ts";

const conv2d = layerClass({
  signature:
    "Conv2d(in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None, dtype=None)",
  build: (layer) => {
    layer.widen("kernel_size", "stride", "padding", "dilation");
    const [inputs, outputs, groups] = [
      layer.int("in_channels"),
      layer.int("out_channels"),
      layer.int("groups"),
    ];
    if (groups <= 0 || inputs % groups !== 0) raise("ValueError", "in_channels must be divisible by groups");
    if (outputs % groups !== 0) raise("ValueError", "out_channels must be divisible by groups");
    const kernel = intsOf(layer.get("kernel_size"), "Conv2d.kernel_size");
    layer.weights([outputs, inputs / groups, ...kernel], layer.flag("bias") ? [outputs] : null);
  },
  forward: (layer, x) =>
    x.fresh(
      conv2dOf(x.float, layer.tensor("weight"), layer.optional("bias"), {
        stride: layer.get("stride"),
        padding: layer.get("padding"),
        dilation: layer.get("dilation"),
        groups: layer.int("groups"),
        paddingMode: layer.get("padding_mode"),
      }),
    ),
  describe: (layer) => {
    const shown = (name: string): string => repr(layer.machine, layer.get(name));
    return (
      `${shown("in_channels")}, ${shown("out_channels")}, kernel_size=${shown("kernel_size")}, stride=${shown("stride")}` +
      (["(0, 0)", "0"].includes(shown("padding")) ? "" : `, padding=${shown("padding")}`) +
      (shown("dilation") === "(1, 1)" ? "" : `, dilation=${shown("dilation")}`) +
      (layer.int("groups") === 1 ? "" : `, groups=${shown("groups")}`) +
      (layer.optional("bias") === null ? ", bias=False" : "")
    );
  },
});

const linear = layerClass({
  signature: "Linear(in_features, out_features, bias=True, device=None, dtype=None)",
  build: (layer) => {
    const [inputs, outputs] = [layer.int("in_features"), layer.int("out_features")];
    layer.weights([outputs, inputs], layer.flag("bias") ? [outputs] : null);
  },
  forward: (layer, x) => x.fresh(ops.linear(x.float, layer.tensor("weight"), layer.optional("bias"))),
  describe: (layer) =>
    `in_features=${layer.int("in_features")}, out_features=${layer.int("out_features")}, ` +
    `bias=${layer.optional("bias") === null ? "False" : "True"}`,
});

function batchNormClass(name: string, ranks: readonly number[]): PyClass {
  return layerClass({
    signature: `${name}(num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None)`,
    build: (layer) => {
      const shape = [layer.int("num_features")];
      const affine = layer.flag("affine");
      layer.parameter("weight", affine ? shape : null, 1);
      layer.parameter("bias", affine ? shape : null);
      if (!layer.flag("track_running_stats")) return;
      layer.buffer("running_mean", pyTensor(zeros(shape)));
      layer.buffer("running_var", pyTensor(ops.add(zeros(shape), 1)));
      layer.buffer("num_batches_tracked", pyTensor(zeros([], { dtype: "int64" })));
    },
    forward: (layer, x) => {
      if (!ranks.includes(x.shape.length)) {
        raise("ValueError", `${name}: expected ${ranks.join("D or ")}D input (got ${x.shape.length}D input)`);
      }
      const [mean, variance] = [layer.optional("running_mean"), layer.optional("running_var")];
      const training = layer.instance.module.training || mean === null;
      return x.fresh(
        ops.batchNorm(x.float, {
          runningMean: mean,
          runningVar: variance,
          weight: layer.optional("weight"),
          bias: layer.optional("bias"),
          training,
          momentum: shareOfBatch(layer),
          eps: layer.number("eps"),
        }),
      );
    },
    describe: (layer) => {
      const shown = (attribute: string): string =>
        `${attribute}=${repr(layer.machine, layer.get(attribute))}`;
      return [
        `${layer.int("num_features")}`,
        ...["eps", "momentum", "affine", "track_running_stats"].map(shown),
      ].join(", ");
    },
  });
}

/** Counts a training batch; the share that it has in the running statistics. */
function shareOfBatch(layer: Layer): number {
  const counter = layer.get("num_batches_tracked");
  let batches = 1;
  if (counter instanceof PyTensor) {
    const { data } = counter.tensor;
    if (layer.instance.module.training && data instanceof BigInt64Array) data[0] += 1n;
    batches = counter.tensor.item();
  }
  return layer.get("momentum") === null ? 1 / Math.max(1, batches) : layer.number("momentum");
}

const maxPool2d = layerClass({
  signature:
    "MaxPool2d(kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False)",
  build: (layer) => {
    if (layer.get("stride") === null) layer.set("stride", layer.get("kernel_size"));
  },
  forward: (layer, x) => {
    const options = {
      stride: layer.pair("stride"),
      padding: layer.pair("padding"),
      dilation: layer.pair("dilation"),
      ceilMode: layer.flag("ceil_mode"),
    };
    if (!layer.flag("return_indices"))
      return x.fresh(ops.maxPool2d(x.float, layer.pair("kernel_size"), options));
    const { values, indices } = ops.maxPool2dWithIndices(x.float, layer.pair("kernel_size"), options);
    return new PyTuple([x.fresh(values), x.fresh(indices)]);
  },
  describe: (layer) =>
    ["kernel_size", "stride", "padding", "dilation", "ceil_mode"]
      .map((name) => `${name}=${repr(layer.machine, layer.get(name))}`)
      .join(", "),
});

const avgPool2d = layerClass({
  signature:
    "AvgPool2d(kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None)",
  build: (layer) => {
    if (layer.get("stride") === null) layer.set("stride", layer.get("kernel_size"));
  },
  forward: (layer, x) =>
    x.fresh(
      ops.avgPool2d(x.float, layer.pair("kernel_size"), {
        stride: layer.pair("stride"),
        padding: layer.pair("padding"),
        ceilMode: layer.flag("ceil_mode"),
        countIncludePad: layer.flag("count_include_pad"),
        divisorOverride: layer.get("divisor_override") === null ? null : layer.int("divisor_override"),
      }),
    ),
  describe: (layer) =>
    ["kernel_size", "stride", "padding"]
      .map((name) => `${name}=${repr(layer.machine, layer.get(name))}`)
      .join(", "),
});

const adaptiveAvgPool2d = layerClass({
  signature: "AdaptiveAvgPool2d(output_size)",
  forward: (layer, x) => x.fresh(ops.adaptiveAvgPool2d(x.float, outputSizeOf(layer.get("output_size")))),
  describe: (layer) => `output_size=${repr(layer.machine, layer.get("output_size"))}`,
});

const adaptiveMaxPool = layerClass({
  signature: "AdaptiveMaxPool2d(output_size, return_indices=False)",
  forward: (layer, x) => x.fresh(adaptiveMaxPool2d(x.float, outputSizeOf(layer.get("output_size")))),
  describe: (layer) => `output_size=${repr(layer.machine, layer.get("output_size"))}`,
});

function dropoutClass(name: string, run: typeof ops.dropout): PyClass {
  return layerClass({
    signature: `${name}(p=0.5, inplace=False)`,
    forward: (layer, x) => {
      const { training } = layer.instance.module;
      if (!training) return x;
      const result = run(x.float, { p: layer.number("p"), training, generator: layer.machine.generator });
      return layer.flag("inplace") ? x.replace(result) : x.fresh(result);
    },
    describe: (layer) =>
      `p=${repr(layer.machine, layer.get("p"))}, inplace=${repr(layer.machine, layer.get("inplace"))}`,
  });
}

const flatten = layerClass({
  signature: "Flatten(start_dim=1, end_dim=-1)",
  forward: (layer, x) => x.view(ops.flatten(x.float, layer.int("start_dim"), layer.int("end_dim"))),
  describe: (layer) => `start_dim=${layer.int("start_dim")}, end_dim=${layer.int("end_dim")}`,
});

const unflatten = layerClass({
  signature: "Unflatten(dim, unflattened_size)",
  forward: (layer, x) => {
    const at = layer.int("dim");
    const dim = at < 0 ? at + x.shape.length : at;
    const sizes = intsOf(layer.get("unflattened_size"), "Unflatten");
    return x.view(ops.reshape(x.float, [...x.shape.slice(0, dim), ...sizes, ...x.shape.slice(dim + 1)]));
  },
  describe: (layer) =>
    `dim=${layer.int("dim")}, unflattened_size=${repr(layer.machine, layer.get("unflattened_size"))}`,
});

const identity = layerClass({ signature: "Identity(*args, **kwargs)", forward: (_layer, x) => x });

const upsample = layerClass({
  signature:
    "Upsample(size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None)",
  forward: (layer, x) =>
    x.fresh(
      upsampled(
        x.float,
        layer.get("size"),
        layer.get("scale_factor"),
        layer.get("mode"),
        layer.flag("align_corners"),
      ),
    ),
});

function upsamplingClass(name: string, mode: "nearest" | "bilinear"): PyClass {
  return layerClass({
    signature: `${name}(size=None, scale_factor=None)`,
    forward: (layer, x) =>
      x.fresh(upsampled(x.float, layer.get("size"), layer.get("scale_factor"), mode, mode === "bilinear")),
  });
}

function paddingClass(name: string, mode: ops.PadMode, rest = ""): PyClass {
  return layerClass({
    signature: `${name}(padding${rest})`,
    forward: (layer, x) => {
      const given = layer.get("padding");
      const sides = typeof given === "number" ? [given, given, given, given] : intsOf(given, name);
      return x.fresh(padTo(x.float, sides, mode, rest === "" ? 0 : layer.number("value")));
    },
  });
}

const softmaxClasses = (
  [
    ["Softmax", ops.softmax],
    ["LogSoftmax", ops.logSoftmax],
  ] as const
).map(([name, run]) =>
  layerClass({
    signature: `${name}(dim=None)`,
    forward: (layer, x) => {
      const implied = [0, 1, 3].includes(x.shape.length) ? 0 : 1;
      return x.fresh(run(x.float, layer.get("dim") === null ? implied : layer.int("dim")));
    },
    describe: (layer) => `dim=${repr(layer.machine, layer.get("dim"))}`,
  }),
);

const softmax2d = layerClass({
  signature: "Softmax2d()",
  forward: (_layer, x) => x.fresh(ops.softmax(x.float, -3)),
});

const pixelShuffle = layerClass({
  signature: "PixelShuffle(upscale_factor)",
  forward: (layer, x) => {
    const r = layer.int("upscale_factor");
    const [n, c, h, w] = x.shape;
    const split = ops.reshape(x.float, [n, c / (r * r), r, r, h, w]);
    return x.fresh(ops.reshape(ops.permute(split, [0, 1, 4, 2, 5, 3]), [n, c / (r * r), h * r, w * r]));
  },
});

const channelShuffle = layerClass({
  signature: "ChannelShuffle(groups)",
  forward: (layer, x) => {
    const groups = layer.int("groups");
    const [n, c, ...rest] = x.shape;
    const split = ops.reshape(x.float, [n, groups, c / groups, ...rest]);
    return x.fresh(ops.reshape(ops.transpose(split, 1, 2), [n, c, ...rest]));
  },
});

/** The classes of this file. */
export const layerClasses: readonly PyClass[] = [
  conv2d,
  linear,
  batchNormClass("BatchNorm1d", [2, 3]),
  batchNormClass("BatchNorm2d", [4]),
  maxPool2d,
  avgPool2d,
  adaptiveAvgPool2d,
  adaptiveMaxPool,
  dropoutClass("Dropout", ops.dropout),
  dropoutClass("Dropout2d", ops.dropout2d),
  flatten,
  unflatten,
  identity,
  upsample,
  upsamplingClass("UpsamplingNearest2d", "nearest"),
  upsamplingClass("UpsamplingBilinear2d", "bilinear"),
  paddingClass("ZeroPad2d", "constant"),
  paddingClass("ConstantPad2d", "constant", ", value"),
  paddingClass("ReflectionPad2d", "reflect"),
  paddingClass("ReplicationPad2d", "replicate"),
  paddingClass("CircularPad2d", "circular"),
  ...softmaxClasses,
  softmax2d,
  pixelShuffle,
  channelShuffle,
];
