/**
 * @module
 * TorchServe's own names in handler source: `BaseHandler`, `VisionHandler`, `ImageClassifier` and what stands around them.
 */

import { noGrad } from "../../autograd/grad-mode.ts";
import { cat, reshape } from "../../ops/index.ts";
import type { Machine } from "../../python/machine.ts";
import { pyTensor } from "../../python/torch/behaviour.ts";
import { TorchDevice } from "../../python/torch/dtypes.ts";
import { PyTensor } from "../../python/torch/tensor-value.ts";
import { PyInstance } from "../../python/values/instance.ts";
import { PyDict } from "../../python/values/dict.ts";
import { hostClass } from "../../python/values/host-class.ts";
import { hostFunction } from "../../python/values/host-function.ts";
import { Namespace } from "../../python/values/namespace.ts";
import { kindOf, toInt, toText } from "../../python/values/numbers.ts";
import { PyObject } from "../../python/values/object.ts";
import type { Value } from "../../python/values/object.ts";
import { callWith, listOf } from "../../python/values/protocol.ts";
import { raise } from "../../python/values/raise.ts";
import { PyList } from "../../python/values/sequences.ts";
import { unsupported } from "../../python/python-error.ts";
import { imageNetTransform, topClasses, TOP_K } from "../built-in-handlers.ts";
import { integratedGradients, rememberForward } from "./captum.ts";
import { PyContext } from "./handler-context.ts";
import { PictureBytes, PyImage } from "./pictures.ts";
import { fromData, fromJson, NumberLists } from "./to-json.ts";
import { PyTransform } from "./transforms.ts";

const VISION_STEPS = 15;

function instanceOf(self: Value): PyInstance {
  return self instanceof PyInstance ? self : raise("TypeError", "this method needs a handler");
}

function contextOf(self: Value): PyContext {
  const context = instanceOf(self).attributes.get("context");
  if (context instanceof PyContext) return context;
  return raise("RuntimeError", "the handler was not initialised; call super().initialize(context)");
}

/** A method or attribute of the handler, as its class or a class below has it. */
function attributeOf(machine: Machine, self: Value, name: string): Value {
  const found = instanceOf(self).attribute(machine, name);
  if (found !== undefined) return found;
  return raise("AttributeError", `'${kindOf(self)}' object has no attribute '${name}'`);
}

function initialize(self: Value, context: Value): Value {
  if (!(context instanceof PyContext)) return raise("TypeError", "initialize() takes TorchServe's context");
  const { attributes } = instanceOf(self);
  const { model, context: inner } = context.setting;
  attributes.set("context", context);
  attributes.set("model", model);
  attributes.set("device", new TorchDevice("cpu"));
  attributes.set("map_location", "cpu");
  attributes.set("manifest", context.manifest());
  attributes.set("mapping", inner.labels === null ? null : fromData(inner.labels));
  attributes.set("model_yaml_config", fromData(inner.config));
  attributes.set("initialized", true);
  if (model !== null) rememberForward(model, inner.forward);
  return null;
}

/** `row.get("data") or row.get("body")`. */
function contentOf(machine: Machine, row: Value): Value {
  if (!(row instanceof PyDict)) return row;
  return row.item(machine, "data");
}

function numbersOf(content: Value): PyTensor {
  if (content instanceof NumberLists) return pyTensor(content.tensor);
  if (content instanceof PyTensor) return content;
  throw unsupported(`a request's ${kindOf(content)} as numbers`);
}

function stacked(tensors: readonly PyTensor[]): Value {
  const rows = tensors.map(({ float }) => reshape(float, [1, ...float.shape]));
  return pyTensor(rows.length === 1 ? rows[0] : cat(rows, 0));
}

function visionPreprocess(self: Value, data: Value, machine: Machine): Value {
  return stacked(
    listOf(machine, data).map((row) => {
      const content = contentOf(machine, row);
      if (!(content instanceof PictureBytes)) return numbersOf(content);
      const processed = callWith(
        machine,
        attributeOf(machine, self, "image_processing"),
        new PyImage(content.image),
      );
      return processed instanceof PyTensor
        ? processed
        : raise("TypeError", `image_processing gives a ${kindOf(processed)}; put ToTensor() into it`);
    }),
  );
}

function inference(self: Value, data: Value): Value {
  const x =
    data instanceof PyTensor
      ? data.float
      : raise("TypeError", `inference() takes a tensor, got a ${kindOf(data)}`);
  return pyTensor(noGrad(() => contextOf(self).setting.context.forward(x)));
}

function toList(machine: Machine, data: Value): Value {
  const method = data instanceof PyObject ? data.attribute(machine, "tolist") : undefined;
  return method === undefined
    ? raise("TypeError", `a ${kindOf(data)} has no tolist()`)
    : callWith(machine, method);
}

/** Of the first request, as TorchServe: here there is one. */
function explainHandle(self: Value, data: Value, rows: Value, machine: Machine): Value {
  const [row] = listOf(machine, rows);
  const target = row instanceof PyDict ? (row.get(machine, "target") ?? null) : null;
  const insights = attributeOf(machine, self, "get_insights");
  return callWith(machine, insights, data, contentOf(machine, row ?? null), target ?? 0);
}

function visionInsights(self: Value, data: Value, target: Value, machine: Machine): Value {
  const ig = attributeOf(machine, self, "ig");
  const attribute = ig instanceof PyObject ? ig.attribute(machine, "attribute") : undefined;
  if (!(attribute instanceof PyObject)) return raise("AttributeError", "self.ig has no attribute()");
  const keywords = new Map<string, Value>([
    ["target", target],
    ["n_steps", VISION_STEPS],
  ]);
  return toList(machine, attribute.call(machine, { positional: [data], keywords }));
}

/** `map_class_to_label(probs, mapping, lbl_classes)`. */
function mapClassToLabel(machine: Machine, probs: Value, mapping: Value, classes: Value): Value {
  const rows = listOf(machine, probs);
  const indices = classes === null ? rows.map(() => null) : listOf(machine, classes);
  return new PyList(
    rows.map((row, i) => {
      const values = listOf(machine, row);
      const names = indices[i] === null ? values.map((_, k) => k) : listOf(machine, indices[i]);
      const result = new PyDict();
      names.forEach((index, k) => {
        const key = String(toInt(index, "a class"));
        result.set(machine, mapping instanceof PyDict ? mapping.item(machine, key) : key, values[k] ?? null);
      });
      return result;
    }),
  );
}

const baseHandler = hostClass({
  name: "BaseHandler",
  methods: {
    "__init__(self)": ([self]) => {
      const { attributes } = instanceOf(self);
      for (const name of ["model", "mapping", "device", "context", "manifest", "map_location"])
        attributes.set(name, null);
      attributes.set("initialized", false);
      attributes.set("explain", false);
      attributes.set("target", 0);
      return null;
    },
    "initialize(self, context)": ([self, context]) => initialize(self, context),
    "preprocess(self, data)": ([, data], machine) =>
      stacked(listOf(machine, data).map((row) => numbersOf(contentOf(machine, row)))),
    "inference(self, data, *args, **kwargs)": ([self, data]) => inference(self, data),
    "postprocess(self, data)": ([, data], machine) => toList(machine, data),
    "explain_handle(self, data_preprocess, raw_data)": ([self, data, rows], machine) =>
      explainHandle(self, data, rows, machine),
    "describe_handle(self)": () => null,
    "get_device(self)": () => new TorchDevice("cpu"),
  },
});

const visionHandler = hostClass({
  name: "VisionHandler",
  bases: [baseHandler],
  methods: {
    "initialize(self, context)": ([self, context]) => {
      initialize(self, context);
      instanceOf(self).attributes.set("ig", integratedGradients(contextOf(self).setting.context.forward));
      return null;
    },
    "preprocess(self, data)": ([self, data], machine) => visionPreprocess(self, data, machine),
    "get_insights(self, tensor_data, _, target=0)": ([self, data, , target], machine) =>
      visionInsights(self, data, target, machine),
  },
});

const imageClassifier = hostClass({
  name: "ImageClassifier",
  bases: [visionHandler],
  attributes: { topk: TOP_K, image_processing: new PyTransform("Compose", imageNetTransform) },
  methods: {
    "set_max_result_classes(self, topk)": ([self, topk]) => {
      instanceOf(self).attributes.set("topk", topk);
      return null;
    },
    "get_max_result_classes(self)": ([self], machine) => attributeOf(machine, self, "topk"),
    "postprocess(self, data)": ([self, data], machine) => {
      const output =
        data instanceof PyTensor ? data.float : raise("TypeError", "postprocess() takes a tensor");
      const k = toInt(attributeOf(machine, self, "topk"), "topk");
      return new PyList(topClasses(output, labelsOf(machine, self), k).map(fromJson));
    },
  },
});

function labelsOf(machine: Machine, self: Value): ReadonlyMap<string, string> | null {
  const mapping = attributeOf(machine, self, "mapping");
  if (!(mapping instanceof PyDict)) return null;
  return new Map(
    mapping
      .entries()
      .map(([key, name]): [string, string] => [toText(key, "a class"), typeof name === "string" ? name : ""]),
  );
}

const timed = hostFunction("timed(fn)", ([fn]) => fn);

const utils = new Namespace("ts.utils.util", [
  [
    "map_class_to_label",
    hostFunction(
      "map_class_to_label(probs, mapping=None, lbl_classes=None)",
      ([probs, mapping, classes], machine) => mapClassToLabel(machine, probs, mapping, classes),
    ),
  ],
]);

const byFile: readonly Namespace[] = [
  new Namespace("ts.torch_handler.base_handler", [["BaseHandler", baseHandler]]),
  new Namespace("ts.torch_handler.vision_handler", [["VisionHandler", visionHandler]]),
  new Namespace("ts.torch_handler.image_classifier", [["ImageClassifier", imageClassifier]]),
];
const timer = new Namespace("ts.handler_utils.timer", [["timed", timed]]);

const torchHandler = new Namespace(
  "ts.torch_handler",
  byFile.map((module): [string, Value] => [module.path.slice(module.path.lastIndexOf(".") + 1), module]),
);

/** What handler files import from TorchServe. */
export const tsModules: readonly Namespace[] = [
  new Namespace("ts", [["torch_handler", torchHandler]]),
  torchHandler,
  ...byFile,
  timer,
  new Namespace("ts.utils", [["util", utils]]),
  utils,
];

/** The class that every handler builds upon. */
export const baseHandlerClass = baseHandler;
