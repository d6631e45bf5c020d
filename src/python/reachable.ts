/**
 * @module
 * Looking for what is outside of the subset before it runs.
 */

import { PyFunction } from "./evaluate/function.ts";
import type { UsedName } from "./evaluate/function.ts";
import type { Machine } from "./machine.ts";
import { PythonError } from "./python-error.ts";
import type { ModuleInstance } from "./torch/module-instance.ts";
import type { PyClass } from "./values/class.ts";
import { Descriptor } from "./values/descriptor.ts";
import { Absent, Namespace } from "./values/namespace.ts";
import type { Value } from "./values/object.ts";

/**
 * Follows forward from a module: the methods that it names, the functions of the file that it names, and the modules
 * below. Code that is not reached may hold what it likes.
 * @throws PythonError of kind "unsupported" for the first construct or name that candil does not have
 */
export function checkReachable(machine: Machine, model: ModuleInstance): void {
  const classes = new Set<PyClass>();
  const roots: (Value | undefined)[] = [];
  for (const instance of instancesBelow(model)) {
    for (const cls of instance.cls.order) if (cls.file !== null) classes.add(cls);
    roots.push(instance.cls.lookup("forward"), instance.cls.lookup("__call__"));
  }
  checkFunctions(machine, roots, classes);
}

/**
 * Follows functions from `roots`: the methods of `classes` that they name, and the functions of the file that they name.
 * @throws PythonError of kind "unsupported" for the first construct or name that candil does not have, with the others as
 *   its `further`
 */
export function checkFunctions(
  machine: Machine,
  roots: readonly (Value | undefined)[],
  classes: Iterable<PyClass>,
): void {
  const seen = new Set<Value>();
  const queue: PyFunction[] = [];
  const refused: PythonError[] = [];
  const visit = (value: Value | undefined): void => {
    const callee = value instanceof Descriptor ? value.callee : value;
    if (!(callee instanceof PyFunction) || seen.has(callee)) return;
    seen.add(callee);
    queue.push(callee);
  };
  roots.forEach(visit);
  for (let callee = queue.pop(); callee !== undefined; callee = queue.pop()) {
    const { facts } = callee.code;
    refused.push(...facts.refusals);
    for (const name of facts.attributes) for (const cls of classes) visit(cls.attributes.get(name));
    for (const used of facts.used) {
      try {
        visit(resolve(machine, callee, used));
      } catch (error) {
        if (!(error instanceof PythonError)) throw error;
        refused.push(error);
      }
    }
  }
  if (refused.length === 0) return;
  refused.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  // Each part of a dotted name is refused by itself.
  const [first, ...further] = refused.filter(
    ({ line, detail }, i) => !refused.slice(0, i).some((one) => one.line === line && one.detail === detail),
  );
  first.further = further;
  throw first;
}

function instancesBelow(model: ModuleInstance): ModuleInstance[] {
  const children = [...model.modules.values()].filter((child) => child !== null);
  return [model, ...children.flatMap(instancesBelow)];
}

/** What a dotted name means in a function's file, as far as it leads through namespaces. */
function resolve(machine: Machine, callee: PyFunction, { path, error }: UsedName): Value | undefined {
  const start = callee.globals.get(path[0]) ?? machine.builtins.get(path[0]);
  if (path.length === 1) return start;
  let value = start;
  for (const name of path.slice(1)) {
    if (!(value instanceof Namespace)) break;
    value = value.attribute(machine, name);
  }
  if (value instanceof Absent && start instanceof Namespace) throw error(value.refusal());
  return value;
}
