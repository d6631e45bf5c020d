/**
 * @module
 * Arithmetic between values.
 */

import type { BinaryOperator } from "../syntax/ast.ts";
import { limitError } from "../python-error.ts";
import type { Machine } from "../machine.ts";
import { percentFormat } from "../values/format.ts";
import { checkedInt, kindOf, numberOf, PyFloat } from "../values/numbers.ts";
import { PyObject } from "../values/object.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";

/** `a operator b`. */
export function binary(machine: Machine, operator: BinaryOperator, a: Value, b: Value): Value {
  if (typeof a === "number" && typeof b === "number") return integers(operator, a, b);
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) {
    if (a instanceof PyFloat || b instanceof PyFloat) return floats(operator, x, y);
    return typeof a === "boolean" && typeof b === "boolean"
      ? booleans(operator, a, b)
      : integers(operator, x, y);
  }
  if (typeof a === "string") {
    const text = strings(machine, operator, a, b);
    if (text !== undefined) return text;
  }
  const own = a instanceof PyObject ? a.binary(machine, operator, b, false) : undefined;
  if (own !== undefined) return own;
  const reflected = b instanceof PyObject ? b.binary(machine, operator, a, true) : undefined;
  if (reflected !== undefined) return reflected;
  if (operator === "*" && typeof a === "number" && typeof b === "string") return binary(machine, "*", b, a);
  return raise("TypeError", `unsupported operand type(s) for ${operator}: '${kindOf(a)}' and '${kindOf(b)}'`);
}

/** `a operator= b`: what is then assigned to where `a` stood. */
export function inPlace(machine: Machine, operator: BinaryOperator, a: Value, b: Value): Value {
  const changed = a instanceof PyObject ? a.inPlace(machine, operator, b) : undefined;
  return changed === undefined ? binary(machine, operator, a, b) : changed;
}

/** `-a`, `+a`, `~a`. */
export function unary(machine: Machine, operator: "-" | "+" | "~", a: Value): Value {
  const number = numberOf(a);
  if (number === undefined) {
    if (a instanceof PyObject) return a.unary(machine, operator);
    return raise("TypeError", `bad operand type for unary ${operator}: '${kindOf(a)}'`);
  }
  if (a instanceof PyFloat) {
    if (operator === "~") return a.unary(machine, operator);
    return operator === "-" ? new PyFloat(-number) : a;
  }
  if (operator === "~") return -number - 1;
  return checkedInt(operator === "-" ? -number : number);
}

function integers(operator: BinaryOperator, a: number, b: number): Value {
  switch (operator) {
    case "+":
      return checkedInt(a + b);
    case "-":
      return checkedInt(a - b);
    case "*":
      return checkedInt(a * b);
    case "/":
      return floats("/", a, b);
    case "//":
      return checkedInt((a - floorMod(a, b, "integer division or modulo by zero")) / b);
    case "%":
      return checkedInt(floorMod(a, b, "integer division or modulo by zero"));
    case "**":
      return b < 0 ? floats("**", a, b) : checkedInt(a ** b);
    case "@":
      return raise("TypeError", "unsupported operand type(s) for @: 'int' and 'int'");
    default:
      return bits(operator, a, b);
  }
}

/** On 64-bit integers of the host, exact for every int here. */
function bits(operator: "<<" | ">>" | "&" | "|" | "^", a: number, b: number): Value {
  const [x, y] = [BigInt(a), BigInt(b)];
  if (operator === "&") return Number(x & y);
  if (operator === "|") return Number(x | y);
  if (operator === "^") return Number(x ^ y);
  if (b < 0) raise("ValueError", "negative shift count");
  if (operator === ">>") return Number(b > 64 ? (a < 0 ? -1n : 0n) : x >> y);
  if (b > 64 && a !== 0) throw limitError(`the int ${a} << ${b} is beyond 2^53`);
  return a === 0 ? 0 : checkedInt(Number(x << y));
}

function booleans(operator: BinaryOperator, a: boolean, b: boolean): Value {
  if (operator === "&") return a && b;
  if (operator === "|") return a || b;
  return operator === "^" ? a !== b : integers(operator, Number(a), Number(b));
}

function floats(operator: BinaryOperator, a: number, b: number): Value {
  switch (operator) {
    case "+":
      return new PyFloat(a + b);
    case "-":
      return new PyFloat(a - b);
    case "*":
      return new PyFloat(a * b);
    case "/":
      if (b === 0) raise("ZeroDivisionError", "division by zero");
      return new PyFloat(a / b);
    case "//":
      return new PyFloat(Math.floor((a - floorMod(a, b, "float floor division by zero")) / b + 0.5));
    case "%":
      return new PyFloat(floorMod(a, b, "float modulo by zero"));
    case "**":
      return power(a, b);
    default:
      return raise("TypeError", `unsupported operand type(s) for ${operator}: 'float' and 'float'`);
  }
}

function power(a: number, b: number): Value {
  if (a === 0 && b < 0) raise("ZeroDivisionError", "0.0 cannot be raised to a negative power");
  const result = a ** b;
  if (Number.isNaN(result) && !Number.isNaN(a) && !Number.isNaN(b)) {
    raise("ValueError", `${a} ** ${b} is a complex number, which candil does not have`);
  }
  // 1 ** NaN and (-1) ** Infinity are 1 in Python and NaN in JavaScript.
  return new PyFloat(a === 1 ? 1 : result);
}

/** The remainder with the sign of the divisor. */
function floorMod(a: number, b: number, complaint: string): number {
  if (b === 0) raise("ZeroDivisionError", complaint);
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function strings(machine: Machine, operator: BinaryOperator, a: string, b: Value): Value | undefined {
  if (operator === "+" && typeof b === "string") {
    machine.checkSize(a.length + b.length, "str");
    return a + b;
  }
  if (operator === "*" && typeof b === "number") {
    machine.checkSize(a.length * Math.max(0, b), "str");
    return a.repeat(Math.max(0, b));
  }
  return operator === "%" ? percentFormat(machine, a, b) : undefined;
}
