/**
 * @module
 * `torch.nn.functional`.
 */

import * as ops from "../../ops/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { hostFunction } from "../values/host-function.ts";
import type { HostBody } from "../values/host-function.ts";
import { toText } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { PyTuple } from "../values/sequences.ts";
import { geluKind } from "./activation-layers.ts";
import {
  flag,
  floatNumber,
  floatOf,
  intOf,
  intsOf,
  optionalFloat,
  optionalPair,
  pairOfInts,
  tensorOf,
} from "./arguments.ts";
import * as compositions from "./compositions.ts";
import { lossOf } from "./losses.ts";
import type { LossName } from "./losses.ts";
import { sharedFunctions } from "./shared-functions.ts";

/** A function of every element, with the parameters that follow the input, and `inplace` last. */
function activation(
  name: string,
  rest: string,
  run: (x: Tensor, values: readonly Value[]) => Tensor,
): [string, HostBody] {
  return [
    `${name}(input${rest}, inplace=False)`,
    ([input, ...values]) => {
      const x = tensorOf(input, name);
      const result = run(x.float, values);
      return flag(values[values.length - 1]) ? x.replace(result) : x.fresh(result);
    },
  ];
}

function poolOptions(stride: Value, padding: Value): { stride?: ops.Pair; padding: ops.Pair } {
  const step = optionalPair(stride, "pool stride");
  return { padding: pairOfInts(padding, "pool padding"), ...(step === undefined ? {} : { stride: step }) };
}

function dropout(name: string, run: typeof ops.dropout): [string, HostBody] {
  return [
    `${name}(input, p=0.5, training=True, inplace=False)`,
    ([input, p, training, inPlace], machine) => {
      const x = tensorOf(input, name);
      if (!flag(training)) return x;
      const result = run(x.float, { p: floatNumber(p, name), training: true, generator: machine.generator });
      return flag(inPlace) ? x.replace(result) : x.fresh(result);
    },
  ];
}

function loss(name: string, layer: LossName): [string, HostBody] {
  return [
    `${name}(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean')`,
    ([input, target, weight, , , , reduction]) => lossOf(layer, input, target, weight, reduction),
  ];
}

const functions: Readonly<Record<string, HostBody>> = Object.fromEntries<HostBody>([
  activation("relu", "", (x) => ops.relu(x)),
  activation("relu6", "", (x) => ops.relu6(x)),
  activation("leaky_relu", ", negative_slope=0.01", (x, [slope]) =>
    ops.leakyRelu(x, floatNumber(slope, "leaky_relu")),
  ),
  activation("elu", ", alpha=1.0", (x, [alpha]) => ops.elu(x, floatNumber(alpha, "elu"))),
  activation("selu", "", compositions.selu),
  activation("silu", "", (x) => ops.silu(x)),
  activation("mish", "", compositions.mish),
  activation("hardswish", "", (x) => ops.hardswish(x)),
  activation("hardsigmoid", "", (x) => ops.hardsigmoid(x)),
  activation("hardtanh", ", min_val=-1.0, max_val=1.0", (x, [min, max]) =>
    ops.clamp(x, floatNumber(min, "hardtanh"), floatNumber(max, "hardtanh")),
  ),
  [
    "gelu(input, *, approximate='none')",
    ([input, kind]) =>
      tensorOf(input, "gelu").fresh(ops.gelu(floatOf(input, "gelu"), geluKind(toText(kind, "gelu")))),
  ],
  [
    "softplus(input, beta=1.0, threshold=20.0)",
    ([input, beta, threshold]) =>
      tensorOf(input, "softplus").fresh(
        ops.softplus(
          floatOf(input, "softplus"),
          floatNumber(beta, "softplus"),
          floatNumber(threshold, "softplus"),
        ),
      ),
  ],
  [
    "softsign(input)",
    ([input]) => {
      const x = floatOf(input, "softsign");
      return tensorOf(input, "softsign").fresh(ops.div(x, ops.add(ops.abs(x), 1)));
    },
  ],
  [
    "prelu(input, weight)",
    ([input, weight]) =>
      tensorOf(input, "prelu").fresh(ops.prelu(floatOf(input, "prelu"), floatOf(weight, "prelu"))),
  ],
  [
    "conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",
    ([input, weight, bias, stride, padding, dilation, groups]) =>
      tensorOf(input, "conv2d").fresh(
        compositions.conv2dOf(
          floatOf(input, "conv2d"),
          floatOf(weight, "conv2d"),
          optionalFloat(bias, "conv2d"),
          {
            stride,
            padding,
            dilation,
            groups: intOf(groups, "conv2d"),
            paddingMode: "zeros",
          },
        ),
      ),
  ],
  [
    "linear(input, weight, bias=None)",
    ([input, weight, bias]) =>
      tensorOf(input, "linear").fresh(
        ops.linear(floatOf(input, "linear"), floatOf(weight, "linear"), optionalFloat(bias, "linear")),
      ),
  ],
  [
    "max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False)",
    ([input, kernel, stride, padding, dilation, ceil, indices]) => {
      const x = tensorOf(input, "max_pool2d");
      const options = {
        ...poolOptions(stride, padding),
        dilation: pairOfInts(dilation, "max_pool2d"),
        ceilMode: flag(ceil),
      };
      const size = pairOfInts(kernel, "max_pool2d");
      if (!flag(indices)) return x.fresh(ops.maxPool2d(x.float, size, options));
      const found = ops.maxPool2dWithIndices(x.float, size, options);
      return new PyTuple([x.fresh(found.values), x.fresh(found.indices)]);
    },
  ],
  [
    "avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None)",
    ([input, kernel, stride, padding, ceil, countPad, divisor]) =>
      tensorOf(input, "avg_pool2d").fresh(
        ops.avgPool2d(floatOf(input, "avg_pool2d"), pairOfInts(kernel, "avg_pool2d"), {
          ...poolOptions(stride, padding),
          ceilMode: flag(ceil),
          countIncludePad: flag(countPad),
          divisorOverride: divisor === null ? null : intOf(divisor, "avg_pool2d"),
        }),
      ),
  ],
  [
    "adaptive_avg_pool2d(input, output_size)",
    ([input, size]) =>
      tensorOf(input, "adaptive_avg_pool2d").fresh(
        ops.adaptiveAvgPool2d(floatOf(input, "adaptive_avg_pool2d"), compositions.outputSizeOf(size)),
      ),
  ],
  [
    "adaptive_max_pool2d(input, output_size)",
    ([input, size]) =>
      tensorOf(input, "adaptive_max_pool2d").fresh(
        compositions.adaptiveMaxPool2d(
          floatOf(input, "adaptive_max_pool2d"),
          compositions.outputSizeOf(size),
        ),
      ),
  ],
  dropout("dropout", ops.dropout),
  dropout("dropout2d", ops.dropout2d),
  [
    "batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05)",
    ([input, mean, variance, weight, bias, training, momentum, eps]) =>
      tensorOf(input, "batch_norm").fresh(
        ops.batchNorm(floatOf(input, "batch_norm"), {
          runningMean: optionalFloat(mean, "batch_norm"),
          runningVar: optionalFloat(variance, "batch_norm"),
          weight: optionalFloat(weight, "batch_norm"),
          bias: optionalFloat(bias, "batch_norm"),
          training: flag(training),
          momentum: floatNumber(momentum, "batch_norm"),
          eps: floatNumber(eps, "batch_norm"),
        }),
      ),
  ],
  [
    "layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)",
    ([input, shape, weight, bias, eps]) =>
      tensorOf(input, "layer_norm").fresh(
        compositions.layerNorm(
          floatOf(input, "layer_norm"),
          intsOf(shape, "layer_norm").length,
          optionalFloat(weight, "layer_norm"),
          optionalFloat(bias, "layer_norm"),
          floatNumber(eps, "layer_norm"),
        ),
      ),
  ],
  [
    "group_norm(input, num_groups, weight=None, bias=None, eps=1e-05)",
    ([input, groups, weight, bias, eps]) =>
      tensorOf(input, "group_norm").fresh(
        compositions.groupNorm(
          floatOf(input, "group_norm"),
          intOf(groups, "group_norm"),
          optionalFloat(weight, "group_norm"),
          optionalFloat(bias, "group_norm"),
          floatNumber(eps, "group_norm"),
        ),
      ),
  ],
  [
    "local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0)",
    ([input, size, alpha, beta, k]) =>
      tensorOf(input, "local_response_norm").fresh(
        compositions.localResponseNorm(
          floatOf(input, "local_response_norm"),
          intOf(size, "local_response_norm"),
          floatNumber(alpha, "local_response_norm"),
          floatNumber(beta, "local_response_norm"),
          floatNumber(k, "local_response_norm"),
        ),
      ),
  ],
  [
    "normalize(input, p=2.0, dim=1, eps=1e-12)",
    ([input, p, dim, eps]) =>
      tensorOf(input, "normalize").fresh(
        compositions.normalized(
          floatOf(input, "normalize"),
          floatNumber(p, "normalize"),
          intOf(dim, "normalize"),
          floatNumber(eps, "normalize"),
        ),
      ),
  ],
  [
    "interpolate(input, size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None, antialias=False)",
    ([input, size, scale, mode, corners]) =>
      tensorOf(input, "interpolate").fresh(
        compositions.upsampled(floatOf(input, "interpolate"), size, scale, mode, flag(corners)),
      ),
  ],
  [
    "upsample(input, size=None, scale_factor=None, mode='nearest', align_corners=None)",
    ([input, size, scale, mode, corners]) =>
      tensorOf(input, "upsample").fresh(
        compositions.upsampled(floatOf(input, "upsample"), size, scale, mode, flag(corners)),
      ),
  ],
  [
    "pad(input, pad, mode='constant', value=None)",
    ([input, sides, mode, value]) =>
      tensorOf(input, "pad").fresh(
        compositions.padTo(
          floatOf(input, "pad"),
          intsOf(sides, "pad"),
          mode,
          value === null ? 0 : floatNumber(value, "pad"),
        ),
      ),
  ],
  loss("nll_loss", "NLLLoss"),
  loss("cross_entropy", "CrossEntropyLoss"),
  loss("mse_loss", "MSELoss"),
  loss("binary_cross_entropy_with_logits", "BCEWithLogitsLoss"),
]);

const SHARED = ["sigmoid", "tanh", "softmax", "log_softmax"];

/** The names of torch.nn.functional. */
export const functionalNames: readonly (readonly [string, Value])[] = [
  ...Object.entries(sharedFunctions).filter(([signature]) =>
    SHARED.includes(signature.slice(0, signature.indexOf("("))),
  ),
  ...Object.entries(functions),
].map(([signature, body]) => {
  const callee = hostFunction(signature, body);
  return [callee.signature.name, callee];
});
