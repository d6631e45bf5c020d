/**
 * @module
 * K. He et al., "Deep residual learning for image recognition" (2015), and its wide and grouped relatives, under
 * torchvision's names.
 */

import { toInt } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { callWith, getAttribute, getItem, truth } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyList } from "../values/sequences.ts";
import { tensorOf } from "../torch/arguments.ts";
import { tensorBinary } from "../torch/arithmetic.ts";
import { nnClass } from "../torch/namespaces.ts";
import type { PyTensor } from "../torch/tensor-value.ts";
import { netClass } from "./builder.ts";
import type { Net } from "./builder.ts";

const BLOCK =
  "(inplanes, planes, stride=1, downsample=None, groups=1, base_width=64, dilation=1, norm_layer=None)";

function conv(
  net: Net,
  from: number,
  to: number,
  size: 1 | 3,
  stride: Value,
  groups: Value = 1,
  dilation: Value = 1,
): Value {
  const padding = size === 1 ? 0 : dilation;
  return net.layer("Conv2d", [from, to, size], { stride, padding, groups, dilation, bias: false });
}

/** x, or what `downsample` makes of it. */
function shortcut(net: Net, x: PyTensor): Value {
  const downsample = net.get("downsample");
  return downsample === null ? x : callWith(net.machine, downsample, x);
}

/** out += identity, then the ReLU, both in place as torchvision has them. */
function joinAndActivate(net: Net, out: PyTensor, identity: Value): Value {
  const sum = tensorBinary("+", out, identity) ?? raise("TypeError", "the shortcut is no tensor");
  out.replace(tensorOf(sum, "shortcut").tensor);
  return net.apply(out, "relu");
}

/** Two convolutions of 3x3. */
export const basicBlock = netClass({
  signature: `BasicBlock${BLOCK}`,
  attributes: { expansion: 1 },
  build: (net, [inplanes, planes, stride, downsample, groups, baseWidth, dilation, normLayer]) => {
    if (groups !== 1 || baseWidth !== 64)
      raise("ValueError", "BasicBlock only supports groups=1 and base_width=64");
    if (dilation !== 1) raise("NotImplementedError", "Dilation > 1 not supported in BasicBlock");
    const norm = normLayer ?? nnClass("BatchNorm2d");
    const [from, to] = [toInt(inplanes, "inplanes"), toInt(planes, "planes")];
    net.set("conv1", conv(net, from, to, 3, stride));
    net.set("bn1", net.make(norm, [to]));
    net.set("relu", net.layer("ReLU", [true]));
    net.set("conv2", conv(net, to, to, 3, 1));
    net.set("bn2", net.make(norm, [to]));
    net.set("downsample", downsample);
    net.set("stride", stride);
  },
  forward: (net, x) => {
    const out = net.apply(x, "conv1", "bn1", "relu", "conv2", "bn2");
    return joinAndActivate(net, out, shortcut(net, x));
  },
});

/** 1x1, 3x3, 1x1. */
export const bottleneck = netClass({
  signature: `Bottleneck${BLOCK}`,
  attributes: { expansion: 4 },
  build: (net, [inplanes, planes, stride, downsample, groups, baseWidth, dilation, normLayer]) => {
    const norm = normLayer ?? nnClass("BatchNorm2d");
    const [from, to] = [toInt(inplanes, "inplanes"), toInt(planes, "planes")];
    const share = Math.trunc(to * (toInt(baseWidth, "base_width") / 64));
    const width = share * toInt(groups, "groups");
    net.set("conv1", conv(net, from, width, 1, 1));
    net.set("bn1", net.make(norm, [width]));
    net.set("conv2", conv(net, width, width, 3, stride, groups, dilation));
    net.set("bn2", net.make(norm, [width]));
    net.set("conv3", conv(net, width, to * 4, 1, 1));
    net.set("bn3", net.make(norm, [to * 4]));
    net.set("relu", net.layer("ReLU", [true]));
    net.set("downsample", downsample);
    net.set("stride", stride);
  },
  forward: (net, x) => {
    const out = net.apply(x, "conv1", "bn1", "relu", "conv2", "bn2", "relu", "conv3", "bn3");
    return joinAndActivate(net, out, shortcut(net, x));
  },
});

/** `_make_layer`: blocks of one size, the first with the stride. */
function makeLayer(net: Net, [block, planes, count, stride, dilate]: readonly Value[]): Value {
  const norm = net.get("_norm_layer");
  const before = toInt(net.get("dilation"), "dilation");
  const grown = truth(net.machine, dilate) ? before * toInt(stride, "stride") : before;
  const step = truth(net.machine, dilate) ? 1 : stride;
  net.set("dilation", grown);
  const inplanes = toInt(net.get("inplanes"), "inplanes");
  const width = toInt(planes, "planes");
  const outplanes = width * toInt(getAttribute(net.machine, block, "expansion"), "expansion");
  const downsample =
    step !== 1 || inplanes !== outplanes
      ? net.sequential(conv(net, inplanes, outplanes, 1, step), net.make(norm, [outplanes]))
      : null;
  const rest = [net.get("groups"), net.get("base_width")];
  const blocks = [net.make(block, [inplanes, width, step, downsample, ...rest, before, norm])];
  net.set("inplanes", outplanes);
  for (let i = 1; i < toInt(count, "blocks"); i++) {
    const [groups, baseWidth] = rest;
    blocks.push(
      net.make(block, [outplanes, width], {
        groups,
        base_width: baseWidth,
        dilation: grown,
        norm_layer: norm,
      }),
    );
  }
  return net.sequential(...blocks);
}

/** torchvision.models.ResNet. */
export const resNet = netClass({
  signature:
    "ResNet(block, layers, num_classes=1000, zero_init_residual=False, groups=1, width_per_group=64, replace_stride_with_dilation=None, norm_layer=None)",
  build: (net, [block, layers, classes, , groups, width, replaced, normLayer]) => {
    const norm = normLayer ?? nnClass("BatchNorm2d");
    const dilate = replaced ?? new PyList([false, false, false]);
    net.set("_norm_layer", norm);
    net.set("inplanes", 64);
    net.set("dilation", 1);
    net.set("groups", groups);
    net.set("base_width", width);
    net.set("conv1", net.layer("Conv2d", [3, 64, 7], { stride: 2, padding: 3, bias: false }));
    net.set("bn1", net.make(norm, [64]));
    net.set("relu", net.layer("ReLU", [true]));
    net.set("maxpool", net.layer("MaxPool2d", [3, 2, 1]));
    [64, 128, 256, 512].forEach((planes, i) => {
      const count = getItem(net.machine, layers, i);
      const dilated = i === 0 ? false : getItem(net.machine, dilate, i - 1);
      net.set(`layer${i + 1}`, net.method("_make_layer", block, planes, count, i === 0 ? 1 : 2, dilated));
    });
    net.set("avgpool", net.layer("AdaptiveAvgPool2d", [1]));
    const expansion = toInt(getAttribute(net.machine, block, "expansion"), "expansion");
    net.set("fc", net.layer("Linear", [512 * expansion, classes]));
  },
  methods: {
    "_make_layer(block, planes, blocks, stride=1, dilate=False)": makeLayer,
    "_forward_impl(x)": (net, [x]) => {
      const names = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool"];
      const pooled = net.apply(x, ...names);
      return net.apply(callWith(net.machine, getAttribute(net.machine, pooled, "flatten"), 1), "fc");
    },
  },
  forward: (net, x) => net.method("_forward_impl", x),
});

/** Blocks, depths and further arguments by the name of the function. */
export const resNetVariants: readonly {
  readonly name: string;
  readonly block: Value;
  readonly depths: readonly number[];
  readonly keywords?: Readonly<Record<string, Value>>;
}[] = [
  { name: "resnet18", block: basicBlock, depths: [2, 2, 2, 2] },
  { name: "resnet34", block: basicBlock, depths: [3, 4, 6, 3] },
  { name: "resnet50", block: bottleneck, depths: [3, 4, 6, 3] },
  { name: "resnet101", block: bottleneck, depths: [3, 4, 23, 3] },
  { name: "resnet152", block: bottleneck, depths: [3, 8, 36, 3] },
  {
    name: "resnext50_32x4d",
    block: bottleneck,
    depths: [3, 4, 6, 3],
    keywords: { groups: 32, width_per_group: 4 },
  },
  {
    name: "resnext101_32x8d",
    block: bottleneck,
    depths: [3, 4, 23, 3],
    keywords: { groups: 32, width_per_group: 8 },
  },
  { name: "wide_resnet50_2", block: bottleneck, depths: [3, 4, 6, 3], keywords: { width_per_group: 128 } },
  { name: "wide_resnet101_2", block: bottleneck, depths: [3, 4, 23, 3], keywords: { width_per_group: 128 } },
];
