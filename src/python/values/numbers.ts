/**
 * @module
 * Python's float beside its int, and how to take numbers out of values. An int is a JavaScript number and always a safe
 * integer; a float is a {@link PyFloat}, so that 2.0 stays 2.0 where it is printed.
 */

import { pythonFloat } from "../../nn/repr.ts";
import { limitError } from "../python-error.ts";
import { PyObject } from "./object.ts";
import type { Value } from "./object.ts";
import { raise } from "./raise.ts";

/** A Python float. */
export class PyFloat extends PyObject {
  override readonly typeName = "float";
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }

  override truth(): boolean {
    return this.value !== 0;
  }

  override hashKey(): unknown {
    return this.value;
  }

  override equals(_machine: unknown, other: Value): boolean | undefined {
    const number = numberOf(other);
    return number === undefined ? undefined : number === this.value;
  }

  override deepCopy(): Value {
    return this;
  }

  override repr(): string {
    return pythonFloat(this.value);
  }
}

/** An int, checked to be one that is exact here. */
export function checkedInt(value: number): number {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  throw limitError(`the int ${value} is beyond 2^53, up to where candil counts exactly`);
}

/** The number of an int, float or boolean; undefined for other values. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (value instanceof PyFloat) return value.value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return undefined;
}

/** As {@link numberOf}. @throws a TypeError that names `what` */
export function toNumber(value: Value, what: string): number {
  return numberOf(value) ?? raise("TypeError", `${what}: expected a number, got ${kindOf(value)}`);
}

/** An int. @throws a TypeError that names `what` */
export function toInt(value: Value, what: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return raise("TypeError", `${what}: expected an int, got ${kindOf(value)}`);
}

/** A string. @throws a TypeError that names `what` */
export function toText(value: Value, what: string): string {
  return typeof value === "string"
    ? value
    : raise("TypeError", `${what}: expected a str, got ${kindOf(value)}`);
}

/** A value as an error shows it: text and numbers as they are, anything else by its type. */
export function shownValue(value: Value): string {
  return value instanceof PyObject ? `a ${value.typeName}` : String(value);
}

/** The name of a value's type, as `type(value).__name__`. */
export function kindOf(value: Value): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "int";
  if (typeof value === "string") return "str";
  return value.typeName;
}

/** Objects that stand for one number, as a tensor of one element does. */
export abstract class NumberLike extends PyObject {
  /** The number. @throws what Python would, when there is none */
  abstract toNumber(): number;
}
