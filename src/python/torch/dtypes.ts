/**
 * @module
 * `torch.float32`, `torch.device("cpu")` and what else names where and how tensors are kept.
 */

import { isFloat } from "../../tensor/dtype.ts";
import type { DType } from "../../tensor/dtype.ts";
import { unsupported } from "../python-error.ts";
import type { Machine } from "../machine.ts";
import { PyObject } from "../values/object.ts";
import type { Value } from "../values/object.ts";

/** An element type. */
export class TorchDType extends PyObject {
  override readonly typeName = "dtype";
  readonly dtype: DType;

  constructor(dtype: DType) {
    super();
    this.dtype = dtype;
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    return name === "is_floating_point" ? isFloat(this.dtype) : undefined;
  }

  override repr(): string {
    return `torch.${this.dtype}`;
  }
}

/** Each name of torch for an element type. */
const NAMES: readonly (readonly [name: string, dtype: DType])[] = [
  ["float32", "float32"],
  ["float", "float32"],
  ["float64", "float64"],
  ["double", "float64"],
  ["int64", "int64"],
  ["long", "int64"],
  ["int32", "int32"],
  ["int", "int32"],
  ["int16", "int16"],
  ["short", "int16"],
  ["int8", "int8"],
  ["uint8", "uint8"],
  ["bool", "bool"],
];

const made = new Map<DType, TorchDType>();

/** The one object of an element type. */
export function dtypeValue(dtype: DType): TorchDType {
  const known = made.get(dtype) ?? new TorchDType(dtype);
  made.set(dtype, known);
  return known;
}

/** `torch.float32` and its kin by name. */
export const dtypeNames: readonly (readonly [string, Value])[] = NAMES.map(([name, dtype]) => [
  name,
  dtypeValue(dtype),
]);

/** A device. There is one kind: everything is computed where candil runs. */
export class TorchDevice extends PyObject {
  override readonly typeName = "device";
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    if (name === "type") return this.name.split(":")[0];
    return name === "index" ? null : undefined;
  }

  override equals(_machine: Machine, other: Value): boolean | undefined {
    const name = other instanceof TorchDevice ? other.name : other;
    return typeof name === "string" ? name === this.name : undefined;
  }

  override repr(): string {
    return `device(type='${this.name}')`;
  }

  override str(): string {
    return this.name;
  }
}

/** The device of every tensor. */
export const CPU = new TorchDevice("cpu");

/** The element type that an argument asks for; null where it asks for none, as a device does not. */
export function requestedDType(value: Value): DType | null {
  if (value instanceof TorchDType) return value.dtype;
  if (value === null || typeof value === "string" || value instanceof TorchDevice) return null;
  throw unsupported("this element type");
}
