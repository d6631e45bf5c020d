/**
 * @module
 * Python's values as JSON, and back.
 */

import { PythonError } from "../../python/python-error.ts";
import { PyDict } from "../../python/values/dict.ts";
import { kindOf, PyFloat } from "../../python/values/numbers.ts";
import type { Value } from "../../python/values/object.ts";
import { PyList, PyTuple } from "../../python/values/sequences.ts";
import { pyTensor } from "../../python/torch/behaviour.ts";
import { Float, isList } from "../json-value.ts";
import type { JsonValue } from "../json-value.ts";
import type { Tensor } from "../../tensor/tensor.ts";

const MAX_DEPTH = 100;

/**
 * A value as `json.dumps` takes it.
 * @param what where it came from, for the message
 * @throws PythonError for tensors, bytes and objects
 */
export function toJson(value: Value, what: string, depth = 0): JsonValue {
  if (depth > MAX_DEPTH) throw new PythonError("limit", `${what} nests deeper than ${MAX_DEPTH} levels`);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof PyFloat) return new Float(value.value);
  if (value instanceof PyList || value instanceof PyTuple) {
    return value.items.map((item) => toJson(item, what, depth + 1));
  }
  if (value instanceof PyDict) {
    return new Map(value.entries().map(([key, entry]) => [keyOf(key, what), toJson(entry, what, depth + 1)]));
  }
  const hint = value.typeName === "Tensor" ? "; call .tolist() on it" : "";
  throw new PythonError("raised", `${what} holds a ${kindOf(value)}, which is no JSON${hint}`);
}

/** JSON's keys are text: numbers become it, as by `json.dumps`. */
function keyOf(key: Value, what: string): string {
  if (typeof key === "string") return key;
  if (typeof key === "number") return String(key);
  if (typeof key === "boolean") return key ? "true" : "false";
  if (key === null) return "null";
  throw new PythonError("raised", `${what} has a ${kindOf(key)} as a key, which is no JSON`);
}

/** The way back. */
export function fromJson(value: JsonValue): Value {
  if (value instanceof Float) return new PyFloat(value.value);
  if (isList(value)) return new PyList(value.map(fromJson));
  if (typeof value !== "object" || value === null) return value;
  return PyDict.fromStrings([...value].map(([key, entry]): [string, Value] => [key, fromJson(entry)]));
}

/** JSON or YAML as Python's parsers give it; a number without a fraction is an int. */
export function fromData(value: unknown): Value {
  if (Array.isArray(value)) return new PyList(value.map(fromData));
  if (value instanceof Map) {
    return PyDict.fromStrings(
      [...value].map(([key, entry]): [string, Value] => [String(key), fromData(entry)]),
    );
  }
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : new PyFloat(value);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  return PyDict.fromStrings(
    Object.entries(value).map(([key, entry]): [string, Value] => [key, fromData(entry)]),
  );
}

/** Numbers of a request: nested lists, with the tensor that they are beside them. */
export class NumberLists extends PyList {
  readonly tensor: Tensor;

  constructor(tensor: Tensor) {
    const lists = nested(tensor.toArray());
    super(lists instanceof PyList ? lists.items : [lists]);
    this.tensor = tensor;
  }

  /** The numbers as `torch.FloatTensor(lists)` has them. */
  toTensor(): Value {
    return pyTensor(this.tensor);
  }
}

type Numbers = number | readonly Numbers[];

function nested(value: Numbers): Value {
  return typeof value === "number" ? new PyFloat(value) : new PyList(value.map(nested));
}
