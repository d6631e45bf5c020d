/**
 * @module
 * A handler file to a handler: the source is read within the subset, never executed.
 */

import type { Manifest } from "../../archive/index.ts";
import { asPythonError } from "../../python/evaluate/failure.ts";
import type { Globals } from "../../python/evaluate/frame.ts";
import { PyFunction } from "../../python/evaluate/function.ts";
import { runProgram } from "../../python/evaluate/program.ts";
import type { Machine } from "../../python/machine.ts";
import { PythonError, unsupported } from "../../python/python-error.ts";
import { checkFunctions } from "../../python/reachable.ts";
import type { ModuleInstance } from "../../python/torch/module-instance.ts";
import { pyTensor } from "../../python/torch/behaviour.ts";
import { PyTensor } from "../../python/torch/tensor-value.ts";
import { PyClass } from "../../python/values/class.ts";
import { PyCallable } from "../../python/values/descriptor.ts";
import { PyInstance } from "../../python/values/instance.ts";
import { PyDict } from "../../python/values/dict.ts";
import { kindOf } from "../../python/values/numbers.ts";
import type { Value } from "../../python/values/object.ts";
import { call, callWith, listOf } from "../../python/values/protocol.ts";
import { PyList } from "../../python/values/sequences.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Handler, HandlerContext, Row } from "../handler.ts";
import type { JsonValue } from "../json-value.ts";
import { PyContext } from "./handler-context.ts";
import { PictureBytes } from "./pictures.ts";
import { NumberLists, toJson } from "./to-json.ts";
import { baseHandlerClass } from "./ts-modules.ts";

/** A handler file and what it stands around. */
export interface HandlerSource {
  readonly source: string;
  /** The file's name, for messages. */
  readonly file: string;
  /** The function that the manifest names after a colon; TorchServe's default is `handle`. */
  readonly functionName: string | null;
  /** Where the model was read, or a fresh one with `handlerVocabulary`. */
  readonly machine: Machine;
  /** The module as Python's object; null for one that is written in TypeScript. */
  readonly model: ModuleInstance | null;
  readonly manifest: Manifest;
}

/** Methods that candil calls, or that those call. */
const METHODS = [
  "__init__",
  "initialize",
  "preprocess",
  "inference",
  "postprocess",
  "explain_handle",
  "get_insights",
];

/**
 * Reads a handler file: one class below `BaseHandler`, `VisionHandler` or `ImageClassifier`.
 * @throws PythonError naming file, line, construct and a way out
 */
export function handlerFromSource(options: HandlerSource): Handler {
  const { machine, source, file } = options;
  try {
    const globals = runProgram(machine, source, file, file.replace(/\.py$/, ""));
    const cls = chooseHandler(globals, file, options.functionName ?? "handle");
    checkFunctions(
      machine,
      METHODS.map((name) => cls.lookup(name)),
      cls.order.filter((base) => base.file !== null),
    );
    const instance = machine.run(() => call(machine, cls));
    if (!(instance instanceof PyInstance)) throw unsupported(`a handler of type ${kindOf(instance)}`);
    return new SourceHandler(options, instance);
  } catch (error) {
    throw asPythonError(error);
  }
}

function chooseHandler(globals: Globals, file: string, functionName: string): PyClass {
  if (globals.get(functionName) instanceof PyFunction) {
    throw new PythonError(
      "unsupported",
      `${file}: the function ${functionName}(data, context) as a handler is outside of what candil reads. Write a class ` +
        "below VisionHandler or BaseHandler that overrides preprocess and postprocess",
    );
  }
  const classes = [...globals.values()].filter(
    (value): value is PyClass =>
      value instanceof PyClass && value.file === file && value.isSubclassOf(baseHandlerClass),
  );
  const used = new Set(classes.flatMap(({ bases }) => bases));
  const handlers = classes.filter((cls) => !used.has(cls));
  if (handlers.length === 1) return withoutHandle(handlers[0], file);
  throw new PythonError(
    "unsupported",
    `${file}: expected one class below BaseHandler, VisionHandler or ImageClassifier, got ` +
      (handlers.length === 0 ? "none" : handlers.map(({ name }) => name).join(", ")),
  );
}

/** A class with a `handle` of its own leaves nothing to call step by step. */
function withoutHandle(cls: PyClass, file: string): PyClass {
  if (cls.lookup("handle") === undefined) return cls;
  throw new PythonError(
    "unsupported",
    `${file}: ${cls.name} overrides handle(), which is outside of what candil reads. Override preprocess, inference and ` +
      "postprocess in its place, or register a TypeScript handler: registerHandler(name, defineHandler({ ... }))",
  );
}

/** A handler of Python's behind candil's interface. */
class SourceHandler implements Handler {
  readonly inference: Handler["inference"];
  readonly explain: Handler["explain"];
  readonly #options: HandlerSource;
  readonly #instance: PyInstance;

  constructor(options: HandlerSource, instance: PyInstance) {
    this.#options = options;
    this.#instance = instance;
    this.inference = this.#overrides("inference")
      ? (batch) => this.#tensor("inference", pyTensor(batch))
      : null;
    const explains = this.#overrides("get_insights") || this.#overrides("explain_handle");
    this.explain = explains ? (batch, row, target) => this.#explain(batch, row, target) : null;
  }

  initialize(context: HandlerContext): void {
    const { manifest, model } = this.#options;
    this.#call("initialize", new PyContext({ context, manifest, model }));
  }

  preprocess(row: Row): Tensor {
    return this.#tensor("preprocess", new PyList([rowOf(row, 0)]));
  }

  // A property, as Handler has it: model.ts takes it off the handler.
  readonly postprocess = (output: Tensor): readonly JsonValue[] =>
    this.#answers("postprocess", pyTensor(output));

  #explain(batch: Tensor, row: Row, target: number): readonly JsonValue[] {
    return this.#answers("explain_handle", pyTensor(batch), new PyList([rowOf(row, target)]));
  }

  #overrides(name: string): boolean {
    const found = this.#instance.cls.lookup(name);
    return found instanceof PyCallable && found.owner?.file !== null;
  }

  #call(name: string, ...args: readonly Value[]): Value {
    const { machine, file } = this.#options;
    const method = this.#instance.method(name);
    if (method === undefined) throw new PythonError("raised", `${file}: the handler has no ${name}()`);
    try {
      return machine.run(() => callWith(machine, method, ...args));
    } catch (error) {
      throw asPythonError(error);
    }
  }

  #tensor(name: string, ...args: readonly Value[]): Tensor {
    const result = this.#call(name, ...args);
    if (result instanceof PyTensor) return result.float;
    const { file } = this.#options;
    throw new PythonError(
      "raised",
      `${file}: ${name}() returned a ${kindOf(result)}; candil needs one tensor`,
    );
  }

  #answers(name: string, ...args: readonly Value[]): readonly JsonValue[] {
    const { machine, file } = this.#options;
    const result = this.#call(name, ...args);
    if (!(result instanceof PyList)) {
      throw new PythonError(
        "raised",
        `${file}: ${name}() returned a ${kindOf(result)}; expected a list with one entry for each request`,
      );
    }
    return listOf(machine, result).map((entry) => toJson(entry, `${file}: what ${name}() returned`));
  }
}

/** A request as TorchServe's handlers see it. It is found under both names that they look for. */
function rowOf({ data }: Row, target: number): Value {
  const content = data instanceof Tensor ? new NumberLists(data) : new PictureBytes(data);
  return PyDict.fromStrings([
    ["data", content],
    ["body", content],
    ["target", target],
  ]);
}
