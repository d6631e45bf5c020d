/**
 * @module
 * `torch.no_grad()` and its kin: for `with`, and around functions.
 */

import { enableGrad, noGrad } from "../../autograd/index.ts";
import type { Machine } from "../machine.ts";
import { PyCallable } from "../values/descriptor.ts";
import { hostFunction } from "../values/host-function.ts";
import { PyObject } from "../values/object.ts";
import type { Arguments, Value } from "../values/object.ts";
import { call } from "../values/protocol.ts";
import { flag } from "./arguments.ts";

type Mode = <T>(body: () => T) => T;

/** Runs the body of `with` in a mode, or makes a function that runs in it. */
class ModeContext extends PyObject {
  override readonly typeName = "context";
  readonly #mode: Mode;

  constructor(mode: Mode) {
    super();
    this.#mode = mode;
  }

  override get callable(): boolean {
    return true;
  }

  override call(_machine: Machine, { positional }: Arguments): Value {
    return new ModeFunction(this.#mode, positional[0] ?? null);
  }

  override around(_machine: Machine, enter: (value: Value) => void, body: () => void): void {
    enter(null);
    this.#mode(body);
  }
}

/** A function that runs in a mode. */
class ModeFunction extends PyCallable {
  override readonly typeName = "function";
  readonly #mode: Mode;
  readonly #callee: Value;

  constructor(mode: Mode, callee: Value) {
    super();
    this.#mode = mode;
    this.#callee = callee;
  }

  override call(machine: Machine, args: Arguments): Value {
    return this.#mode(() => call(machine, this.#callee, args));
  }
}

const plain: Mode = (body) => body();

/** A context that changes nothing here, whatever it is given: `autocast` on a processor. */
export function harmlessContext(name: string): Value {
  return hostFunction(`${name}(*args, **kwargs)`, () => new ModeContext(plain));
}

/** A decorator, or one with arguments, that changes nothing here. */
export function harmlessDecorator(name: string): Value {
  return hostFunction(`${name}(fn=None, **kwargs)`, ([fn]) => (fn === null ? new ModeContext(plain) : fn));
}

/** `torch.no_grad` and its kin by name. */
export const gradModeNames: readonly (readonly [string, Value])[] = [
  ["no_grad", hostFunction("no_grad(fn=None)", ([fn]) => modeOr(noGrad, fn))],
  [
    "inference_mode",
    hostFunction("inference_mode(mode=None)", ([mode]) =>
      modeOr(mode === false ? plain : noGrad, typeof mode === "boolean" ? null : mode),
    ),
  ],
  ["enable_grad", hostFunction("enable_grad(fn=None)", ([fn]) => modeOr(enableGrad, fn))],
  [
    "set_grad_enabled",
    hostFunction("set_grad_enabled(mode)", ([mode]) => new ModeContext(flag(mode) ? enableGrad : noGrad)),
  ],
];

function modeOr(mode: Mode, fn: Value): Value {
  return fn === null ? new ModeContext(mode) : new ModeFunction(mode, fn);
}
