/**
 * @module
 * What `import torch` and its inner modules give.
 */

import { isGradEnabled } from "../../autograd/index.ts";
import { BuiltinType } from "../values/builtin-type.ts";
import { bind, parseSignature } from "../values/signature.ts";
import type { PyClass } from "../values/class.ts";
import { hostFunction } from "../values/host-function.ts";
import { Namespace, namespace } from "../values/namespace.ts";
import { PyFloat, toText } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { PyTuple } from "../values/sequences.ts";
import { computingClasses } from "./activation-layers.ts";
import { flag, tensorOf } from "./arguments.ts";
import { containerClasses } from "./containers.ts";
import { creationNames } from "./creation.ts";
import { dtypeNames, TorchDevice } from "./dtypes.ts";
import { functionalNames } from "./functional.ts";
import { gradModeNames, harmlessContext, harmlessDecorator } from "./grad-modes.ts";
import { initNames } from "./init.ts";
import { layerClasses } from "./layers.ts";
import { moduleClass, pyParameter } from "./module-class.ts";
import { sharedFunctions } from "./shared-functions.ts";
import { PyTensor } from "./tensor-value.ts";

const parameterSignature = parseSignature("Parameter(data, requires_grad=True)");

const parameterType = new BuiltinType({
  name: "Parameter",
  test: (value) => value instanceof PyTensor && value.isParameter,
  make: (_machine, args) => {
    const [data, requiresGrad] = bind(parameterSignature, args);
    return pyParameter(tensorOf(data, "Parameter").tensor, flag(requiresGrad));
  },
});

const tensorType = new BuiltinType({
  name: "Tensor",
  test: (value) => value instanceof PyTensor,
  make: (machine, args) => {
    const make = creationNames.find(([name]) => name === "tensor")?.[1];
    return make instanceof Object ? make.call(machine, args) : null;
  },
});

const sizeType = new BuiltinType({
  name: "Size",
  test: (value) => value instanceof PyTuple,
  make: (_machine, { positional }) => positional[0] ?? new PyTuple([]),
});

const deviceType = new BuiltinType({
  name: "device",
  test: (value) => value instanceof TorchDevice,
  make: (_machine, { positional }) => {
    const [name] = positional;
    return name instanceof TorchDevice
      ? name
      : new TorchDevice(typeof name === "number" ? `cuda:${name}` : toText(name ?? "cpu", "device()"));
  },
});

function classesByName(classes: readonly PyClass[]): [string, Value][] {
  return classes.map((cls) => [cls.name, cls]);
}

const layers = classesByName([moduleClass, ...layerClasses, ...computingClasses, ...containerClasses]);

const layersByName = new Map<string, PyClass>(
  [moduleClass, ...layerClasses, ...computingClasses, ...containerClasses].map((cls) => [cls.name, cls]),
);

/** A class of torch.nn by its name. */
export function nnClass(name: string): PyClass {
  const cls = layersByName.get(name);
  if (cls === undefined) throw new TypeError(`torch.nn has no class ${name}`);
  return cls;
}

const never = (name: string): Value => hostFunction(`${name}(*args)`, () => false);

const functional = new Namespace("torch.nn.functional", functionalNames);
const init = new Namespace("torch.nn.init", initNames);
const modules = new Namespace("torch.nn.modules", layers);
const parameter = namespace("torch.nn.parameter", { Parameter: parameterType });
const nn = new Namespace("torch.nn", [
  ...layers,
  ["Parameter", parameterType],
  ["functional", functional],
  ["init", init],
  ["modules", modules],
  ["parameter", parameter],
]);

const cuda = namespace("torch.cuda", {
  is_available: never("is_available"),
  device_count: hostFunction("device_count()", () => 0),
  amp: namespace("torch.cuda.amp", { autocast: harmlessContext("autocast") }),
});

const jit = new Namespace(
  "torch.jit",
  ["script", "script_method", "ignore", "unused", "export"].map((name) => [name, harmlessDecorator(name)]),
);

const backends = namespace("torch.backends", {
  mps: namespace("torch.backends.mps", { is_available: never("is_available") }),
  cudnn: namespace("torch.backends.cudnn", { enabled: false, is_available: never("is_available") }),
});

const torch = new Namespace("torch", [
  ...Object.entries(sharedFunctions).map(([signature, body]): [string, Value] => {
    const callee = hostFunction(signature, body);
    return [callee.signature.name, callee];
  }),
  ...creationNames,
  ...gradModeNames,
  ...dtypeNames,
  ["Tensor", tensorType],
  ["FloatTensor", tensorType],
  ["Size", sizeType],
  ["device", deviceType],
  ["nn", nn],
  ["cuda", cuda],
  ["jit", jit],
  ["backends", backends],
  ["autocast", harmlessContext("autocast")],
  ["is_grad_enabled", hostFunction("is_grad_enabled()", () => isGradEnabled())],
  ["pi", new PyFloat(Math.PI)],
  ["inf", new PyFloat(Infinity)],
  ["channels_last", "channels_last"],
  ["contiguous_format", "contiguous_format"],
  ["__version__", "2.15.0"],
]);

/** Files that import from where a layer is defined find all layers there. */
const definitions = [
  "activation",
  "batchnorm",
  "container",
  "conv",
  "dropout",
  "linear",
  "module",
  "normalization",
  "pooling",
].map((name) => new Namespace(`torch.nn.modules.${name}`, layers));

/** The modules of torch under their dotted names. */
export const torchModules: readonly Namespace[] = [
  ...definitions,
  torch,
  nn,
  functional,
  init,
  modules,
  parameter,
  cuda,
  jit,
  backends,
];
