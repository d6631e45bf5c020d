/**
 * @module
 * What runs: closures over frames. Source is compiled once to a tree of JavaScript closures, in which every name is
 * resolved to a slot; running is calling them.
 */

import type { Machine } from "../machine.ts";
import type { PyClass } from "../values/class.ts";
import type { Value } from "../values/object.ts";
import type { Scope } from "./scope.ts";

/** Names of one file. */
export type Globals = Map<string, Value>;

/** The variables of one running function, class body or comprehension. */
export class Frame {
  readonly machine: Machine;
  readonly globals: Globals;
  readonly parent: Frame | null;
  readonly slots: (Value | undefined)[];
  /** The names of a class body, which are not slots; null elsewhere. */
  readonly namespace: Map<string, Value> | null;
  /** The class in which the running method was defined; null outside of methods. */
  readonly owner: PyClass | null;
  /** What `return` has left. */
  result: Value = null;
  /** The exception that the running `except` has caught, for a bare `raise`. */
  caught: Error | null = null;

  constructor(
    machine: Machine,
    globals: Globals,
    parent: Frame | null,
    slots: (Value | undefined)[],
    extra: { readonly namespace?: Map<string, Value>; readonly owner?: PyClass | null } = {},
  ) {
    this.machine = machine;
    this.globals = globals;
    this.parent = parent;
    this.slots = slots;
    this.namespace = extra.namespace ?? null;
    this.owner = extra.owner ?? null;
  }
}

/** A compiled expression. */
export type Evaluate = (frame: Frame) => Value;

/** A compiled statement. */
export type Execute = (frame: Frame) => Completion;

/** A compiled assignment. */
export type Assign = (frame: Frame, value: Value) => void;

/** How a statement ended. */
export type Completion = 0 | 1 | 2 | 3;

/** It ran to its end. */
export const NORMAL = 0;
/** `break` */
export const BREAK = 1;
/** `continue` */
export const CONTINUE = 2;
/** `return`, with the value in the frame. */
export const RETURN = 3;

/** The frame that functions defined in `frame`, a frame of `scope`, look into. */
export function closureOf(frame: Frame, scope: Scope): Frame | null {
  if (scope.kind === "function") return frame;
  return scope.kind === "class" ? frame.parent : null;
}
