/**
 * @module
 * A model file to a module of candil.
 */

import { nearestName } from "../errors.ts";
import { asPythonError } from "./evaluate/failure.ts";
import type { Globals } from "./evaluate/frame.ts";
import { PyFunction } from "./evaluate/function.ts";
import type { Machine, MachineLimits } from "./machine.ts";
import { PythonError } from "./python-error.ts";
import { checkReachable } from "./reachable.ts";
import { SourceFiles } from "./source-files.ts";
import type { FindFile } from "./source-files.ts";
import { isModuleClass } from "./torch/containers.ts";
import { ModuleInstance } from "./torch/module-instance.ts";
import type { SourceModule } from "./torch/module-instance.ts";
import { PyClass } from "./values/class.ts";
import type { Namespace } from "./values/namespace.ts";
import { kindOf } from "./values/numbers.ts";
import type { Value } from "./values/object.ts";
import { call } from "./values/protocol.ts";
import { createMachine } from "./vocabulary.ts";

/** A model file and how to read it. */
export interface ModuleSource {
  /** The text of the file. */
  readonly source: string;
  /** Its name, for messages. */
  readonly file: string;
  /** The class, or the function that makes the model, where the file leaves a choice. */
  readonly className?: string;
  /**
   * Whether parameters get PyTorch's random initial values; true. Where weights are loaded afterwards, false saves the
   * time: they are zeros until then.
   */
  readonly initialize?: boolean;
  /** Text of another file that this one may import, `blocks.py`; undefined when there is none of that name. */
  readonly files?: FindFile;
  /** More that the file may import. */
  readonly vocabulary?: Iterable<Namespace>;
  /** Other bounds on what the file may do. */
  readonly limits?: Partial<MachineLimits>;
  /** Receives what the file prints. */
  readonly print?: (line: string) => void;
}

/**
 * Reads a model file and makes an instance of its class, without arguments as TorchServe does. Nothing is executed: the
 * source is evaluated within the subset of docs/python-subset.md. The module's parameters have PyTorch's names, and it is
 * in training mode, as a new module is.
 *
 * TorchServe wants exactly one class in the file. Here it is the one module class that no other class or function of the
 * file builds upon or uses.
 * @throws PythonError naming file, line and column
 *
 * @example
 * const net = moduleFromSource({ source: await readFile("model.py", "utf8"), file: "model.py" });
 * net.loadStateDict(loadCheckpoint(bytes).stateDict);
 * net.eval().forward(x);
 */
export function moduleFromSource(options: ModuleSource): SourceModule {
  const { source, file } = options;
  const machine = createMachine(options.vocabulary, options.limits);
  machine.initialize = options.initialize ?? true;
  if (options.print !== undefined) machine.print = options.print;
  try {
    const files = new SourceFiles(machine, options.files ?? (() => undefined));
    const globals = files.run(source, file);
    return instantiate(machine, chooseModel(globals, file, options.className ?? null), file);
  } catch (error) {
    throw asPythonError(error);
  }
}

/**
 * Makes the model and checks that what its forward uses is inside of the subset, so that a file is refused when it is
 * read and not at its first request.
 */
export function instantiate(machine: Machine, make: Value, file: string): SourceModule {
  const made = machine.run(() => call(machine, make));
  if (!(made instanceof ModuleInstance)) {
    throw new PythonError("raised", `${file}: expected a Module, got a value of type ${kindOf(made)}`);
  }
  checkReachable(machine, made);
  return made.module;
}

/**
 * The class or function that makes the model.
 * @throws PythonError when there is none, or more than one and no name
 */
export function chooseModel(globals: Globals, file: string, className: string | null): Value {
  const classes = [...globals].filter(
    (entry): entry is [string, PyClass] => isModuleClass(entry[1]) && entry[1].file === file,
  );
  if (className !== null) {
    const found = globals.get(className);
    if (isModuleClass(found ?? null) || found instanceof PyFunction) return found ?? null;
    const near = nearestName(
      className,
      classes.map(([name]) => name),
    );
    const hint = near === null ? "" : ` (did you mean ${near}?)`;
    throw new PythonError(
      "unsupported",
      `${file} has no module class ${className}${hint}; it has ${listNames(classes)}`,
    );
  }
  const used = namesUsed(classes.map(([, cls]) => cls));
  const models = classes.filter(([name]) => !used.has(name));
  const candidates = models.length === 0 ? classes : models;
  if (candidates.length === 1) return candidates[0][1];
  if (candidates.length === 0) {
    throw new PythonError("unsupported", `${file} has no class that inherits from torch.nn.Module`);
  }
  throw new PythonError(
    "unsupported",
    `${file} has several classes that may be the model: ${listNames(candidates)}. Name one (className), or keep one model in the file`,
  );
}

function listNames(classes: readonly (readonly [string, PyClass])[]): string {
  return classes.length === 0 ? "none" : classes.map(([name]) => name).join(", ");
}

/** Names that classes of the file build upon or use: blocks of a net are no models. */
function namesUsed(classes: readonly PyClass[]): Set<string> {
  const used = new Set<string>();
  for (const cls of classes) {
    for (const base of cls.bases) used.add(base.name);
    for (const value of cls.attributes.values()) {
      if (value instanceof PyClass) used.add(value.name);
      if (!(value instanceof PyFunction)) continue;
      for (const { path } of value.code.facts.used) if (path[0] !== cls.name) used.add(path[0]);
      // `def __init__(self, block=Bottleneck)`.
      for (const { fallback } of value.signature.parameters) {
        if (fallback instanceof PyClass) used.add(fallback.name);
      }
    }
  }
  return used;
}
