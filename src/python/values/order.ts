/**
 * @module
 * Comparisons: `<`, `==`, `in`, `is` and their kin.
 */

import type { CompareOperator } from "../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { kindOf, numberOf } from "./numbers.ts";
import { PyObject } from "./object.ts";
import type { Value } from "./object.ts";
import { contains, equals } from "./protocol.ts";
import { raise } from "./raise.ts";

const MIRRORED: Readonly<Record<string, CompareOperator>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** `a operator b`. */
export function callOrder(machine: Machine, operator: CompareOperator, a: Value, b: Value): Value {
  switch (operator) {
    case "is":
      return same(a, b);
    case "is not":
      return !same(a, b);
    case "in":
      return contains(machine, b, a);
    case "not in":
      return !contains(machine, b, a);
    case "==":
    case "!=": {
      const own = a instanceof PyObject ? a.compare(machine, operator, b) : undefined;
      const other = own === undefined && b instanceof PyObject ? b.compare(machine, operator, a) : own;
      return other ?? (operator === "==") === equals(machine, a, b);
    }
    default:
      return ordered(machine, operator, a, b);
  }
}

/** Whether `a < b`, for sorting and the extremes. */
export function isLess(machine: Machine, a: Value, b: Value): boolean {
  return callOrder(machine, "<", a, b) === true;
}

/** Identity. Small values of one kind are one object, as far as programs should rely on it. */
function same(a: Value, b: Value): boolean {
  return a === b;
}

function ordered(machine: Machine, operator: "<" | "<=" | ">" | ">=", a: Value, b: Value): Value {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return orderedPrimitives(operator, x, y);
  if (typeof a === "string" && typeof b === "string") return orderedPrimitives(operator, a, b);
  const own = a instanceof PyObject ? a.compare(machine, operator, b) : undefined;
  if (own !== undefined) return own;
  const mirrored = b instanceof PyObject ? b.compare(machine, MIRRORED[operator], a) : undefined;
  if (mirrored !== undefined) return mirrored;
  return raise(
    "TypeError",
    `'${operator}' not supported between instances of '${kindOf(a)}' and '${kindOf(b)}'`,
  );
}

function orderedPrimitives<T extends number | string>(
  operator: "<" | "<=" | ">" | ">=",
  a: T,
  b: T,
): boolean {
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}
