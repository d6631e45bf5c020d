/**
 * @module
 * G. Huang et al., "Densely connected convolutional networks" (2016), under torchvision's names.
 */

import * as ops from "../../ops/index.ts";
import { numberOf, toInt } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { listOf } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyList } from "../values/sequences.ts";
import { tensorOf } from "../torch/arguments.ts";
import { pyTensor } from "../torch/behaviour.ts";
import { netClass } from "./builder.ts";
import type { Net } from "./builder.ts";

function joined(net: Net, parts: readonly Value[]): Value {
  const tensors = parts.map((part) => tensorOf(part, net.self.cls.name).float);
  return pyTensor(ops.cat(tensors, 1));
}

const denseLayer = netClass({
  signature: "_DenseLayer(num_input_features, growth_rate, bn_size, drop_rate, memory_efficient=False)",
  build: (net, [features, growth, size, dropRate]) => {
    const width = toInt(size, "bn_size") * toInt(growth, "growth_rate");
    net.set("norm1", net.layer("BatchNorm2d", [features]));
    net.set("relu1", net.layer("ReLU", [true]));
    net.set("conv1", net.layer("Conv2d", [features, width, 1], { stride: 1, bias: false }));
    net.set("norm2", net.layer("BatchNorm2d", [width]));
    net.set("relu2", net.layer("ReLU", [true]));
    net.set("conv2", net.layer("Conv2d", [width, growth, 3], { stride: 1, padding: 1, bias: false }));
    net.set("drop_rate", dropRate);
  },
  methods: {
    "forward(input)": (net, [input]) => {
      const given = input instanceof PyList ? input.items : [input];
      const out = net.apply(joined(net, given), "norm1", "relu1", "conv1", "norm2", "relu2", "conv2");
      const p = numberOf(net.get("drop_rate")) ?? 0;
      const { training } = net.self.module;
      if (p === 0 || !training) return out;
      return out.fresh(ops.dropout(out.float, { p, training, generator: net.machine.generator }));
    },
  },
});

const denseBlock = netClass({
  signature:
    "_DenseBlock(num_layers, num_input_features, bn_size, growth_rate, drop_rate, memory_efficient=False)",
  base: "ModuleDict",
  build: (net, [count, features, size, growth, dropRate]) => {
    const [first, step] = [toInt(features, "num_input_features"), toInt(growth, "growth_rate")];
    for (let i = 0; i < toInt(count, "num_layers"); i++) {
      net.self.addModule(
        `denselayer${i + 1}`,
        net.make(denseLayer, [first + i * step, step, size, dropRate]),
      );
    }
  },
  methods: {
    "forward(init_features)": (net, [features]) => {
      const all: Value[] = [features];
      for (const layer of net.self.modules.values()) {
        if (layer !== null)
          all.push(layer.call(net.machine, { positional: [new PyList([...all])], keywords: null }));
      }
      return joined(net, all);
    },
  },
});

const transition = netClass({
  signature: "_Transition(num_input_features, num_output_features)",
  base: "Sequential",
  build: (net, [from, to]) => {
    net.set("norm", net.layer("BatchNorm2d", [from]));
    net.set("relu", net.layer("ReLU", [true]));
    net.set("conv", net.layer("Conv2d", [from, to, 1], { stride: 1, bias: false }));
    net.set("pool", net.layer("AvgPool2d", [2, 2]));
  },
});

/** torchvision.models.DenseNet. */
export const denseNet = netClass({
  signature:
    "DenseNet(growth_rate=32, block_config=None, num_init_features=64, bn_size=4, drop_rate=0, num_classes=1000, memory_efficient=False)",
  build: (net, [growth, config, initial, size, dropRate, classes]) => {
    const depths = config === null ? [6, 12, 24, 16] : listOf(net.machine, config);
    const features = net.sequential();
    features.addModule("conv0", net.layer("Conv2d", [3, initial, 7], { stride: 2, padding: 3, bias: false }));
    features.addModule("norm0", net.layer("BatchNorm2d", [initial]));
    features.addModule("relu0", net.layer("ReLU", [true]));
    features.addModule("pool0", net.layer("MaxPool2d", [3, 2, 1]));
    let channels = toInt(initial, "num_init_features");
    depths.forEach((depth, i) => {
      features.addModule(
        `denseblock${i + 1}`,
        net.make(denseBlock, [depth, channels, size, growth, dropRate]),
      );
      channels += toInt(depth, "block_config") * toInt(growth, "growth_rate");
      if (i === depths.length - 1) return;
      features.addModule(`transition${i + 1}`, net.make(transition, [channels, channels >> 1]));
      channels >>= 1;
    });
    if (channels <= 0) raise("ValueError", "DenseNet: no channels are left");
    features.addModule("norm5", net.layer("BatchNorm2d", [channels]));
    net.set("features", features);
    net.set("classifier", net.layer("Linear", [channels, classes]));
  },
  forward: (net, x) => {
    const features = net.apply(x, "features");
    features.replace(ops.relu(features.float));
    const pooled = ops.adaptiveAvgPool2d(features.float, 1);
    return net.apply(features.fresh(ops.flatten(pooled, 1)), "classifier");
  },
});

/** Arguments by the name of the function. */
export const denseNetVariants: readonly {
  readonly name: string;
  readonly growth: number;
  readonly depths: readonly number[];
  readonly initial: number;
}[] = [
  { name: "densenet121", growth: 32, depths: [6, 12, 24, 16], initial: 64 },
  { name: "densenet161", growth: 48, depths: [6, 12, 36, 24], initial: 96 },
  { name: "densenet169", growth: 32, depths: [6, 12, 32, 32], initial: 64 },
  { name: "densenet201", growth: 32, depths: [6, 12, 48, 32], initial: 64 },
];
