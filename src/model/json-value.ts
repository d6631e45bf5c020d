/**
 * @module
 * What a handler answers: JSON as Python has it, where 1.0 is another number than 1.
 */

/** A float of Python's, which JSON shows with a point or an exponent: `1.0`. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A JSON value; a bare number is an integer of Python's. An object is a Map, whose keys keep their order. */
export type JsonValue =
  null | boolean | number | string | Float | readonly JsonValue[] | ReadonlyMap<string, JsonValue>;

/** JSON without {@link Float}. */
export type PlainJson =
  null | boolean | number | string | readonly PlainJson[] | { readonly [key: string]: PlainJson };

/** Whether a value is a list. */
export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether a value is an object with keys. */
export function isMap(value: JsonValue): value is ReadonlyMap<string, JsonValue> {
  return value instanceof Map;
}

/** The value with its floats as plain numbers and its maps as objects, which can be sent to another thread. */
export function plainJson(value: JsonValue): PlainJson {
  if (value instanceof Float) return value.value;
  if (isMap(value)) return Object.fromEntries([...value].map(([key, entry]) => [key, plainJson(entry)]));
  if (isList(value)) return value.map(plainJson);
  return value;
}

/** Numbers in nested lists as floats: what `tensor.tolist()` gives. */
export function floats(value: NestedNumbers): JsonValue {
  return typeof value === "number" ? new Float(value) : value.map(floats);
}

type NestedNumbers = number | readonly NestedNumbers[];
