/**
 * @module
 * What `import torchvision` gives: the nets and the functions that make them. Weights come with the archive, never from
 * the network, so asking for pretrained ones is refused.
 */

import type { Machine } from "../machine.ts";
import { PythonError } from "../python-error.ts";
import { hostFunction } from "../values/host-function.ts";
import { Namespace } from "../values/namespace.ts";
import type { Value } from "../values/object.ts";
import { call } from "../values/protocol.ts";
import { PyDict } from "../values/dict.ts";
import { PyList } from "../values/sequences.ts";
import { denseNet, denseNetVariants } from "./densenet.ts";
import { fire, invertedResidual, mobileNetV2, squeezeNet } from "./mobile.ts";
import { basicBlock, bottleneck, resNet, resNetVariants } from "./resnet.ts";
import { alexNet, configurations, makeLayers, vgg, vggConfigurations, vggVariants } from "./vgg.ts";

/** `name(weights=None, pretrained=False, progress=True, **kwargs)`. */
function factory(
  name: string,
  make: (machine: Machine, keywords: Map<string, Value>) => Value,
): [string, Value] {
  const callee = hostFunction(
    `${name}(weights=None, pretrained=False, progress=True, **kwargs)`,
    ([weights, pretrained, , more], machine) => {
      // Where a state dict is loaded over all parameters afterwards, those of torchvision make no difference.
      if (machine.initialize && (weights !== null || pretrained === true)) {
        throw new PythonError(
          "unsupported",
          `${name}: pretrained weights are not fetched from the network. Write weights=None and put the weights into the archive`,
        );
      }
      const keywords = new Map<string, Value>();
      if (more instanceof PyDict) {
        for (const [key, value] of more.entries()) if (typeof key === "string") keywords.set(key, value);
      }
      return make(machine, keywords);
    },
  );
  return [name, callee];
}

const list = (values: readonly Value[]): Value => new PyList([...values]);

const resNets = resNetVariants.map(({ name, block, depths, keywords: own }) =>
  factory(name, (machine, keywords) =>
    call(machine, resNet, {
      positional: [block, list(depths)],
      keywords: new Map([...Object.entries(own ?? {}), ...keywords]),
    }),
  ),
);

const vggs = vggVariants.flatMap(([name, letter]) =>
  [false, true].map((batchNorm) =>
    factory(batchNorm ? `${name}_bn` : name, (machine, keywords) => {
      const features = call(machine, makeLayers, {
        positional: [list(vggConfigurations[letter]), batchNorm],
        keywords: null,
      });
      return call(machine, vgg, { positional: [features], keywords });
    }),
  ),
);

const denseNets = denseNetVariants.map(({ name, growth, depths, initial }) =>
  factory(name, (machine, keywords) =>
    call(machine, denseNet, { positional: [growth, list(depths), initial], keywords }),
  ),
);

const squeezeNets = ["1_0", "1_1"].map((version) =>
  factory(`squeezenet${version}`, (machine, keywords) =>
    call(machine, squeezeNet, { positional: [version], keywords }),
  ),
);

const simple = (name: string, cls: Value): [string, Value] =>
  factory(name, (machine, keywords) => call(machine, cls, { positional: [], keywords }));

const files: Readonly<Record<string, readonly (readonly [string, Value])[]>> = {
  resnet: [["ResNet", resNet], ["BasicBlock", basicBlock], ["Bottleneck", bottleneck], ...resNets],
  vgg: [["VGG", vgg], ["make_layers", makeLayers], ["cfgs", configurations], ...vggs],
  alexnet: [["AlexNet", alexNet], simple("alexnet", alexNet)],
  densenet: [["DenseNet", denseNet], ...denseNets],
  squeezenet: [["SqueezeNet", squeezeNet], ["Fire", fire], ...squeezeNets],
  mobilenetv2: [
    ["MobileNetV2", mobileNetV2],
    ["InvertedResidual", invertedResidual],
    simple("mobilenet_v2", mobileNetV2),
  ],
};

const fileNamespaces = Object.entries(files).map(
  ([name, entries]) => new Namespace(`torchvision.models.${name}`, entries),
);

const HIDDEN = new Set(["BasicBlock", "Bottleneck", "make_layers", "cfgs", "Fire", "InvertedResidual"]);

const models = new Namespace("torchvision.models", [
  ...Object.values(files).flatMap((entries) => entries.filter(([name]) => !HIDDEN.has(name))),
  ...fileNamespaces.map((file): [string, Value] => [file.path.split(".")[2], file]),
  // The file of MobileNetV2 has had two names.
  ["mobilenet", fileNamespaces[5]],
]);

const torchvision = new Namespace("torchvision", [["models", models]]);

/** The modules of torchvision under their dotted names. */
export const torchvisionModules: readonly Namespace[] = [
  torchvision,
  models,
  ...fileNamespaces,
  new Namespace("torchvision.models.mobilenet", files.mobilenetv2),
];
