/**
 * @module
 * Python's exception classes.
 */

import { PyClass } from "../values/class.ts";
import { PyInstance } from "../values/instance.ts";
import { hostClass } from "../values/host-class.ts";
import { str } from "../values/protocol.ts";
import { PyTuple } from "../values/sequences.ts";

const base = hostClass({
  name: "BaseException",
  methods: {
    "__init__(self, *args)": ([self, args]) => {
      if (self instanceof PyInstance) self.attributes.set("args", args);
      return null;
    },
    "__str__(self)": ([self], machine) => {
      const args = self instanceof PyInstance ? self.attributes.get("args") : undefined;
      if (!(args instanceof PyTuple) || args.items.length === 0) return "";
      return args.items.length === 1 ? str(machine, args.items[0]) : str(machine, args);
    },
  },
});

/** Each class with the name of its base, bases first. */
const NAMES: readonly (readonly [name: string, base: string])[] = [
  ["Exception", "BaseException"],
  ["ArithmeticError", "Exception"],
  ["ZeroDivisionError", "ArithmeticError"],
  ["OverflowError", "ArithmeticError"],
  ["AssertionError", "Exception"],
  ["AttributeError", "Exception"],
  ["ImportError", "Exception"],
  ["ModuleNotFoundError", "ImportError"],
  ["LookupError", "Exception"],
  ["IndexError", "LookupError"],
  ["KeyError", "LookupError"],
  ["NameError", "Exception"],
  ["UnboundLocalError", "NameError"],
  ["OSError", "Exception"],
  ["FileNotFoundError", "OSError"],
  ["RuntimeError", "Exception"],
  ["NotImplementedError", "RuntimeError"],
  ["StopIteration", "Exception"],
  ["TypeError", "Exception"],
  ["ValueError", "Exception"],
  ["UnicodeDecodeError", "ValueError"],
  ["Warning", "Exception"],
  ["UserWarning", "Warning"],
  ["DeprecationWarning", "Warning"],
];

/** The exception classes by name. */
export const exceptionClasses: ReadonlyMap<string, PyClass> = NAMES.reduce(
  (classes, [name, parent]) =>
    classes.set(name, new PyClass({ name, bases: [classes.get(parent) ?? base], attributes: new Map() })),
  new Map<string, PyClass>([["BaseException", base]]),
);
