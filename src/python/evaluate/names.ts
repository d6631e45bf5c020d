/**
 * @module
 * Reading and assigning names.
 */

import { nearestName } from "../../errors.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import type { Assign, Evaluate, Frame } from "./frame.ts";
import type { Scope } from "./scope.ts";

function outward(frame: Frame, depth: number): Frame {
  let found = frame;
  for (let i = 0; i < depth && found.parent !== null; i++) found = found.parent;
  return found;
}

/** The value of a name. */
export function readName(scope: Scope, name: string): Evaluate {
  const outer = readOuter(scope, name);
  if (scope.kind !== "class") return outer;
  return (frame) => {
    const own = frame.namespace?.get(name);
    return own === undefined ? outer(frame) : own;
  };
}

function readOuter(scope: Scope, name: string): Evaluate {
  const home = scope.resolve(name);
  if (home.kind === "global") {
    return (frame) => frame.globals.get(name) ?? frame.machine.builtins.get(name) ?? missing(frame, name);
  }
  const { index } = home;
  // The frame of a class body is one further in than the scope in which its names are resolved.
  const depth = home.depth + (scope.kind === "class" ? 1 : 0);
  return (frame) => {
    const value = outward(frame, depth).slots[index];
    return value === undefined
      ? raise("UnboundLocalError", `the variable '${name}' has no value yet`)
      : value;
  };
}

/** Null is a value: only an absent entry is looked for elsewhere. */
function missing(frame: Frame, name: string): Value {
  if (frame.globals.has(name) || frame.machine.builtins.has(name)) return null;
  const near = nearestName(name, [...frame.globals.keys(), ...frame.machine.builtins.keys()]);
  const hint = near === null ? "" : `; did you mean '${near}'?`;
  return raise("NameError", `name '${name}' is not defined${hint}`);
}

/** Gives a name a value. */
export function assignName(scope: Scope, name: string): Assign {
  if (scope.kind === "class") return (frame, value) => void frame.namespace?.set(name, value);
  const home = scope.resolve(name);
  if (home.kind === "global") return (frame, value) => void frame.globals.set(name, value);
  return (frame, value) => {
    outward(frame, home.depth).slots[home.index] = value;
  };
}

/** `del name`. */
export function deleteName(scope: Scope, name: string): (frame: Frame) => void {
  if (scope.kind === "class") return (frame) => void frame.namespace?.delete(name);
  const home = scope.resolve(name);
  if (home.kind === "global") return (frame) => void frame.globals.delete(name);
  return (frame) => {
    outward(frame, home.depth).slots[home.index] = undefined;
  };
}
