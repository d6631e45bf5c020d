/**
 * @module
 * K. Simonyan and A. Zisserman, "Very deep convolutional networks" (2014), and AlexNet: A. Krizhevsky, "One weird trick"
 * (2014), under torchvision's names.
 */

import { hostFunction } from "../values/host-function.ts";
import type { Machine } from "../machine.ts";
import { toInt } from "../values/numbers.ts";
import { PyObject } from "../values/object.ts";
import type { Value } from "../values/object.ts";
import { call, callWith, getAttribute, iterate, repr, truth } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyList } from "../values/sequences.ts";
import { nnClass } from "../torch/namespaces.ts";
import { netClass } from "./builder.ts";
import type { Net } from "./builder.ts";

/** features, avgpool, flatten, classifier: what both nets do. */
function pooledForward(net: Net, x: Value): Value {
  const pooled = net.apply(x, "features", "avgpool");
  return net.apply(callWith(net.machine, getAttribute(net.machine, pooled, "flatten"), 1), "classifier");
}

/** torchvision.models.VGG. */
export const vgg = netClass({
  signature: "VGG(features, num_classes=1000, init_weights=True, dropout=0.5)",
  build: (net, [features, classes, , dropout]) => {
    net.set("features", features);
    net.set("avgpool", net.layer("AdaptiveAvgPool2d", [7]));
    net.set(
      "classifier",
      net.sequential(
        net.layer("Linear", [512 * 7 * 7, 4096]),
        net.layer("ReLU", [true]),
        net.layer("Dropout", [dropout]),
        net.layer("Linear", [4096, 4096]),
        net.layer("ReLU", [true]),
        net.layer("Dropout", [dropout]),
        net.layer("Linear", [4096, classes]),
      ),
    );
  },
  forward: pooledForward,
});

/** torchvision.models.vgg.make_layers: numbers are convolutions of 3x3, "M" is a pool. */
export const makeLayers = hostFunction("make_layers(cfg, batch_norm=False)", ([cfg, batchNorm], machine) => {
  const make = (
    name: string,
    positional: readonly Value[],
    keywords: ReadonlyMap<string, Value> | null = null,
  ): Value => call(machine, nnClass(name), { positional, keywords });
  const layers: Value[] = [];
  let channels = 3;
  for (const entry of iterate(machine, cfg)) {
    if (entry === "M") {
      layers.push(make("MaxPool2d", [2, 2]));
      continue;
    }
    const next = toInt(entry, "make_layers()");
    layers.push(make("Conv2d", [channels, next, 3], new Map([["padding", 1]])));
    if (truth(machine, batchNorm)) layers.push(make("BatchNorm2d", [next]));
    layers.push(make("ReLU", [true]));
    channels = next;
  }
  return make("Sequential", layers);
});

const A = [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"];
const B = [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"];
const D = [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"];
const E = [
  64,
  64,
  "M",
  128,
  128,
  "M",
  256,
  256,
  256,
  256,
  "M",
  512,
  512,
  512,
  512,
  "M",
  512,
  512,
  512,
  512,
  "M",
];

/** Layers by the letter of the paper's table. */
export const vggConfigurations: Readonly<Record<"A" | "B" | "D" | "E", readonly (number | string)[]>> = {
  A,
  B,
  D,
  E,
};

/** torchvision.models.vgg.cfgs: the table by its letters. Each reading gives a new list, so that no model file changes another's. */
class Configurations extends PyObject {
  override readonly typeName = "dict";

  override item(machine: Machine, key: Value): Value {
    const layers = Object.entries(vggConfigurations).find(([letter]) => letter === key)?.[1];
    return layers === undefined ? raise("KeyError", repr(machine, key)) : new PyList([...layers]);
  }

  override iterate(): Iterable<Value> {
    return Object.keys(vggConfigurations);
  }

  override length(): number {
    return Object.keys(vggConfigurations).length;
  }
}

/** The one that is imported. */
export const configurations = new Configurations();

/** The letter behind each number of layers. */
export const vggVariants: readonly (readonly [name: string, letter: "A" | "B" | "D" | "E"])[] = [
  ["vgg11", "A"],
  ["vgg13", "B"],
  ["vgg16", "D"],
  ["vgg19", "E"],
];

/** torchvision.models.AlexNet. */
export const alexNet = netClass({
  signature: "AlexNet(num_classes=1000, dropout=0.5)",
  build: (net, [classes, dropout]) => {
    const relu = (): Value => net.layer("ReLU", [true]);
    const pool = (): Value => net.layer("MaxPool2d", [3, 2]);
    net.set(
      "features",
      net.sequential(
        net.layer("Conv2d", [3, 64, 11], { stride: 4, padding: 2 }),
        relu(),
        pool(),
        net.layer("Conv2d", [64, 192, 5], { padding: 2 }),
        relu(),
        pool(),
        net.layer("Conv2d", [192, 384, 3], { padding: 1 }),
        relu(),
        net.layer("Conv2d", [384, 256, 3], { padding: 1 }),
        relu(),
        net.layer("Conv2d", [256, 256, 3], { padding: 1 }),
        relu(),
        pool(),
      ),
    );
    net.set("avgpool", net.layer("AdaptiveAvgPool2d", [6]));
    net.set(
      "classifier",
      net.sequential(
        net.layer("Dropout", [dropout]),
        net.layer("Linear", [256 * 6 * 6, 4096]),
        relu(),
        net.layer("Dropout", [dropout]),
        net.layer("Linear", [4096, 4096]),
        relu(),
        net.layer("Linear", [4096, classes]),
      ),
    );
  },
  forward: pooledForward,
});
