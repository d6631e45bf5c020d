/**
 * @module
 * The small nets: F. Iandola et al., "SqueezeNet" (2016), and M. Sandler et al., "MobileNetV2" (2018), under torchvision's
 * names.
 */

import * as ops from "../../ops/index.ts";
import { toInt, toNumber } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { listOf } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { tensorBinary } from "../torch/arithmetic.ts";
import { nnClass } from "../torch/namespaces.ts";
import { netClass } from "./builder.ts";
import type { Net } from "./builder.ts";

/** `torchvision.models.squeezenet.Fire`: 1 x 1 filters squeeze, then 1 x 1 and 3 x 3 side by side expand. */
const fire = netClass({
  signature: "Fire(inplanes, squeeze_planes, expand1x1_planes, expand3x3_planes)",
  build: (net, [inplanes, squeeze, narrow, wide]) => {
    net.set("inplanes", inplanes);
    net.set("squeeze", net.layer("Conv2d", [inplanes, squeeze, 1]));
    net.set("squeeze_activation", net.layer("ReLU", [true]));
    net.set("expand1x1", net.layer("Conv2d", [squeeze, narrow, 1]));
    net.set("expand1x1_activation", net.layer("ReLU", [true]));
    net.set("expand3x3", net.layer("Conv2d", [squeeze, wide, 3], { padding: 1 }));
    net.set("expand3x3_activation", net.layer("ReLU", [true]));
  },
  forward: (net, x) => {
    const squeezed = net.apply(x, "squeeze", "squeeze_activation");
    const narrow = net.apply(squeezed, "expand1x1", "expand1x1_activation");
    const wide = net.apply(squeezed, "expand3x3", "expand3x3_activation");
    return x.fresh(ops.cat([narrow.float, wide.float], 1));
  },
});

/** Each version: the first convolution, then the sizes of fire modules, and pools between them. */
const SQUEEZE_VERSIONS: Readonly<Record<string, readonly (readonly number[] | "pool")[]>> = {
  "1_0": [
    [96, 7],
    "pool",
    [96, 16, 64],
    [128, 16, 64],
    [128, 32, 128],
    "pool",
    [256, 32, 128],
    [256, 48, 192],
    [384, 48, 192],
    [384, 64, 256],
    "pool",
    [512, 64, 256],
  ],
  "1_1": [
    [64, 3],
    "pool",
    [64, 16, 64],
    [128, 16, 64],
    "pool",
    [128, 32, 128],
    [256, 32, 128],
    "pool",
    [256, 48, 192],
    [384, 48, 192],
    [384, 64, 256],
    [512, 64, 256],
  ],
};

function squeezeFeatures(net: Net, version: string): Value[] {
  const layers: Value[] = [];
  for (const entry of SQUEEZE_VERSIONS[version]) {
    if (entry === "pool") {
      layers.push(net.layer("MaxPool2d", [3, 2], { ceil_mode: true }));
    } else if (entry.length === 2) {
      layers.push(net.layer("Conv2d", [3, entry[0], entry[1]], { stride: 2 }), net.layer("ReLU", [true]));
    } else {
      layers.push(net.make(fire, [entry[0], entry[1], entry[2], entry[2]]));
    }
  }
  return layers;
}

/** torchvision.models.SqueezeNet. */
export const squeezeNet = netClass({
  signature: "SqueezeNet(version='1_0', num_classes=1000, dropout=0.5)",
  build: (net, [version, classes, dropout]) => {
    if (typeof version !== "string" || !Object.hasOwn(SQUEEZE_VERSIONS, version)) {
      return raise("ValueError", "Unsupported SqueezeNet version: 1_0 or 1_1 expected");
    }
    net.set("num_classes", classes);
    net.set("features", net.sequential(...squeezeFeatures(net, version)));
    net.set(
      "classifier",
      net.sequential(
        net.layer("Dropout", [dropout]),
        net.layer("Conv2d", [512, classes, 1]),
        net.layer("ReLU", [true]),
        net.layer("AdaptiveAvgPool2d", [1]),
      ),
    );
  },
  forward: (net, x) => {
    const y = net.apply(x, "features", "classifier");
    return y.view(ops.flatten(y.float, 1));
  },
});

/** A multiple of `divisor`, not more than a tenth below the value. */
function makeDivisible(value: number, divisor: number): number {
  const near = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);
  return near < 0.9 * value ? near + divisor : near;
}

/** Convolution, normalisation, ReLU6. */
function convUnit(net: Net, norm: Value, sizes: readonly number[], stride: number, groups: number): Value {
  const [from, to, kernel] = sizes;
  const padding = (kernel - 1) >> 1;
  return net.sequential(
    net.layer("Conv2d", [from, to, kernel, stride, padding], { groups, bias: false }),
    net.make(norm, [to]),
    net.layer("ReLU6", [true]),
  );
}

/**
 * `torchvision.models.mobilenetv2.InvertedResidual`: expand, filter each channel by itself, project; where the shape stays,
 * the input is added.
 */
const invertedResidual = netClass({
  signature: "InvertedResidual(inp, oup, stride, expand_ratio, norm_layer=None)",
  build: (net, [inp, oup, stride, ratio, normLayer]) => {
    const norm = normLayer ?? nnClass("BatchNorm2d");
    const [from, to, step] = [toInt(inp, "inp"), toInt(oup, "oup"), toInt(stride, "stride")];
    if (step !== 1 && step !== 2) raise("ValueError", `stride should be 1 or 2 instead of ${step}`);
    const hidden = Math.round(from * toNumber(ratio, "expand_ratio"));
    net.set("stride", step);
    net.set("use_res_connect", step === 1 && from === to);
    net.set(
      "conv",
      net.sequential(
        ...(hidden === from ? [] : [convUnit(net, norm, [from, hidden, 1], 1, 1)]),
        convUnit(net, norm, [hidden, hidden, 3], step, hidden),
        net.layer("Conv2d", [hidden, to, 1, 1, 0], { bias: false }),
        net.make(norm, [to]),
      ),
    );
    net.set("out_channels", to);
  },
  forward: (net, x) => {
    const y = net.apply(x, "conv");
    return net.get("use_res_connect") === true ? (tensorBinary("+", x, y) ?? null) : y;
  },
});

/** Expansion, channels, repeats, stride. */
const MOBILE_STAGES: readonly (readonly number[])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** torchvision.models.MobileNetV2. */
export const mobileNetV2 = netClass({
  signature:
    "MobileNetV2(num_classes=1000, width_mult=1.0, inverted_residual_setting=None, round_nearest=8, block=None, norm_layer=None, dropout=0.2)",
  build: (net, [classes, widthMult, setting, nearest, blockClass, normLayer, dropout]) => {
    const norm = normLayer ?? nnClass("BatchNorm2d");
    const [width, divisor] = [toNumber(widthMult, "width_mult"), toInt(nearest, "round_nearest")];
    const stages =
      setting === null
        ? MOBILE_STAGES
        : listOf(net.machine, setting).map((row) => listOf(net.machine, row).map((n) => toInt(n, "setting")));
    let channels = makeDivisible(32 * width, divisor);
    const last = makeDivisible(1280 * Math.max(1, width), divisor);
    const features: Value[] = [convUnit(net, norm, [3, channels, 3], 2, 1)];
    for (const [expand, base, repeats, stride] of stages) {
      const next = makeDivisible(base * width, divisor);
      for (let i = 0; i < repeats; i++) {
        const args = [channels, next, i === 0 ? stride : 1];
        features.push(
          net.make(blockClass ?? invertedResidual, args, { expand_ratio: expand, norm_layer: norm }),
        );
        channels = next;
      }
    }
    features.push(convUnit(net, norm, [channels, last, 1], 1, 1));
    net.set("last_channel", last);
    net.set("features", net.sequential(...features));
    net.set(
      "classifier",
      net.sequential(net.layer("Dropout", [dropout]), net.layer("Linear", [last, classes])),
    );
  },
  methods: {
    "_forward_impl(x)": (net, [x]) => {
      const features = net.apply(x, "features");
      const pooled = ops.flatten(ops.adaptiveAvgPool2d(features.float, 1), 1);
      return net.apply(features.fresh(pooled), "classifier");
    },
  },
  forward: (net, x) => net.method("_forward_impl", x),
});

export { fire, invertedResidual };
