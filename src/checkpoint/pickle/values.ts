/**
 * @module
 * What a pickle can become: plain data, and inert objects that stand for what Python would have built.
 */

/** A key of a dict. Python allows tuples too; no checkpoint of PyTorch's uses them. */
export type PickleKey = string | number | bigint | boolean | null;

/** The result of a pickle, or a part of it. Lists are arrays; dicts are maps, so that every string is a legal key. */
export type PickleValue =
  PickleKey | Uint8Array | PickleValue[] | PyTuple | Map<PickleKey, PickleValue> | Set<PickleKey> | Inert;

/** An object that a pickle refers to and that does nothing: a class, a storage, a tensor yet to be read. */
export abstract class Inert {
  /** How messages call it. */
  abstract readonly label: string;
}

/** A tuple; apart from lists, since only lists can be appended to. */
export class PyTuple {
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** A class or function that a pickle names. It is never looked up anywhere; `call` is what candil does in its place. */
export class PyGlobal extends Inert {
  readonly label: string;
  /** The value that Python's call would give; null when the name may only be mentioned. */
  readonly call: ((args: readonly PickleValue[]) => PickleValue) | null;

  constructor(label: string, call: PyGlobal["call"] = null) {
    super();
    this.label = label;
    this.call = call;
  }
}

/** A class or function that candil does not read, when a file is only described. */
export class ForeignGlobal extends PyGlobal {
  constructor(label: string) {
    super(label, (args) => new ForeignObject(label, args));
  }
}

/** An object of a class that candil does not read, kept only so that what is inside can be listed. */
export class ForeignObject extends Inert {
  readonly label: string;
  /** Arguments and state, in the order of the pickle. */
  readonly parts: PickleValue[] = [];

  constructor(label: string, parts: readonly PickleValue[] = []) {
    super();
    this.label = label;
    for (const part of parts) this.parts.push(part);
  }
}

/** Whether a value can be the key of a dict or a member of a set. */
export function isKey(value: PickleValue): value is PickleKey {
  return value === null || typeof value !== "object";
}

/** How messages call a value: its type as Python names it. */
export function typeName(value: PickleValue): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return "list";
  if (value instanceof PyTuple) return "tuple";
  if (value instanceof Map) return "dict";
  if (value instanceof Set) return "set";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Inert) return value.label;
  if (typeof value === "string") return "str";
  return typeof value === "boolean" ? "bool" : "number";
}
