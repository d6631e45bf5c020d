/**
 * @module
 * `torchvision.transforms` in handler source.
 */

import type { Machine } from "../../python/machine.ts";
import { hostFunction } from "../../python/values/host-function.ts";
import type { HostBody } from "../../python/values/host-function.ts";
import { Namespace } from "../../python/values/namespace.ts";
import { kindOf, toInt, toNumber } from "../../python/values/numbers.ts";
import { PyObject } from "../../python/values/object.ts";
import type { Arguments, Value } from "../../python/values/object.ts";
import { callWith, listOf } from "../../python/values/protocol.ts";
import { raise } from "../../python/values/raise.ts";
import { pyTensor } from "../../python/torch/behaviour.ts";
import { PyTensor } from "../../python/torch/tensor-value.ts";
import { Image } from "../../vision/image.ts";
import {
  CenterCrop,
  ConvertImageDtype,
  Grayscale,
  Normalize,
  Pad,
  PILToTensor,
  Resize,
  ToTensor,
} from "../../vision/transforms/index.ts";
import type { Transform } from "../../vision/transforms/index.ts";
import { interpolationOf, PyImage } from "./pictures.ts";

/** A transform of candil's as Python's object. */
export class PyTransform extends PyObject {
  override readonly typeName: string;
  readonly transform: Transform;

  constructor(typeName: string, transform: Transform) {
    super();
    this.typeName = typeName;
    this.transform = transform;
  }

  override get callable(): boolean {
    return true;
  }

  override call(_machine: Machine, { positional }: Arguments): Value {
    const [given] = positional;
    if (given instanceof PyImage) return wrapped(this.transform.apply(given.image));
    if (given instanceof PyTensor) return wrapped(this.transform.apply(given.tensor));
    return raise("TypeError", `${this.typeName} takes a picture or a tensor, got a ${kindOf(given ?? null)}`);
  }

  override repr(): string {
    return this.transform.toString();
  }
}

function wrapped(picture: ReturnType<Transform["apply"]>): Value {
  return picture instanceof Image ? new PyImage(picture) : pyTensor(picture);
}

/** `Compose`, whose steps may be anything that can be called. */
class PyCompose extends PyObject {
  override readonly typeName = "Compose";
  readonly #steps: readonly Value[];

  constructor(steps: readonly Value[]) {
    super();
    this.#steps = steps;
  }

  override get callable(): boolean {
    return true;
  }

  override call(machine: Machine, { positional }: Arguments): Value {
    const [given] = positional;
    return this.#steps.reduce<Value>((value, step) => callWith(machine, step, value), given ?? null);
  }
}

/** A number, or a list or tuple of numbers. */
function numbersOf(machine: Machine, value: Value, what: string): number[] {
  return value instanceof PyObject && value.typeName !== "float"
    ? listOf(machine, value).map((entry) => toNumber(entry, what))
    : [toNumber(value, what)];
}

function sizeOf(machine: Machine, value: Value, what: string): number | [number, number] {
  const sizes = numbersOf(machine, value, what).map((size) => toInt(size, what));
  return sizes.length === 1 ? sizes[0] : [sizes[0], sizes[1]];
}

const makers: Readonly<Record<string, HostBody>> = {
  "ToTensor()": () => new PyTransform("ToTensor", new ToTensor()),
  "PILToTensor()": () => new PyTransform("PILToTensor", new PILToTensor()),
  "Normalize(mean, std, inplace=False)": ([mean, std], machine) =>
    new PyTransform(
      "Normalize",
      new Normalize({ mean: numbersOf(machine, mean, "mean"), std: numbersOf(machine, std, "std") }),
    ),
  "Resize(size, interpolation='bilinear', max_size=None, antialias=True)": (
    [size, interpolation, maxSize, antialias],
    machine,
  ) =>
    new PyTransform(
      "Resize",
      new Resize(sizeOf(machine, size, "size"), {
        interpolation: interpolationOf(interpolation),
        maxSize: maxSize === null ? null : toInt(maxSize, "max_size"),
        antialias: antialias !== false,
      }),
    ),
  "CenterCrop(size)": ([size], machine) =>
    new PyTransform("CenterCrop", new CenterCrop(sizeOf(machine, size, "size"))),
  "Grayscale(num_output_channels=1)": ([channels]) =>
    new PyTransform(
      "Grayscale",
      new Grayscale({ numOutputChannels: toInt(channels, "channels") === 3 ? 3 : 1 }),
    ),
  "Pad(padding, fill=0)": ([padding, fill], machine) =>
    new PyTransform(
      "Pad",
      new Pad(numbersOf(machine, padding, "padding"), { fill: numbersOf(machine, fill, "fill") }),
    ),
  "Compose(transforms)": ([steps], machine) => new PyCompose(listOf(machine, steps)),
  "Lambda(lambd)": ([step]) => new PyCompose([step]),
};

const classes = Object.entries(makers).map(([signature, body]): [string, Value] => {
  const make = hostFunction(signature, body);
  return [make.signature.name, make];
});

const interpolationMode = new Namespace(
  "torchvision.transforms.InterpolationMode",
  ["nearest", "bilinear", "bicubic", "box", "hamming", "lanczos"].map((name) => [name.toUpperCase(), name]),
);

const convert: [string, Value] = [
  "ConvertImageDtype",
  hostFunction(
    "ConvertImageDtype(dtype)",
    () => new PyTransform("ConvertImageDtype", new ConvertImageDtype("float32")),
  ),
];

const entries: [string, Value][] = [...classes, convert, ["InterpolationMode", interpolationMode]];

/** `torchvision.transforms`, for the namespaces of a handler. */
export const transforms = new Namespace("torchvision.transforms", entries);
