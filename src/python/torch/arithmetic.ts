/**
 * @module
 * Operators between tensors and numbers, also where integers and booleans take part.
 */

import { add, div, matmul, mul, neg, pow, sub, expand } from "../../ops/index.ts";
import { isFloat } from "../../tensor/dtype.ts";
import type { DType } from "../../tensor/dtype.ts";
import { full } from "../../tensor/creation.ts";
import { broadcastShapes } from "../../tensor/shape.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { noteRead } from "../../autograd/index.ts";
import type { BinaryOperator, CompareOperator } from "../syntax/ast.ts";
import { unsupported } from "../python-error.ts";
import { numberOf, PyFloat } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import { isFloatTensor, PyTensor } from "./tensor-value.ts";

const FLOAT_OPERATIONS = {
  "+": add,
  "-": sub,
  "*": mul,
  "/": div,
  "**": pow,
} as const;

/** The result type of two: floats win over integers, the wider of two floats, int64 of different integers. */
function promoted(a: DType, b: DType): DType {
  if (a === b) return a;
  if (isFloat(a) && isFloat(b)) return "float64";
  if (isFloat(a)) return a;
  if (isFloat(b)) return b;
  if (a === "bool") return b;
  return b === "bool" ? a : "int64";
}

/** A tensor as one of floats: itself, or a copy without history. */
function asFloat(x: AnyTensor, dtype: "float32" | "float64"): Tensor {
  if (x.dtype === dtype && isFloatTensor(x)) return x;
  noteRead("a tensor of integers or booleans takes part in arithmetic");
  return x.to(dtype);
}

/** `a operator b`, one of which is a tensor; undefined for operands that are neither tensors nor numbers. */
export function tensorBinary(operator: BinaryOperator, a: Value, b: Value): Value | undefined {
  const tensor = a instanceof PyTensor ? a : b;
  if (!(tensor instanceof PyTensor)) return undefined;
  if (operator === "@") {
    if (!(a instanceof PyTensor && b instanceof PyTensor)) return undefined;
    return a.fresh(matmul(a.float, b.float));
  }
  const [left, right] = [operandOf(a), operandOf(b)];
  if (left === undefined || right === undefined) return undefined;
  if (operator in FLOAT_OPERATIONS) {
    const name = operator as keyof typeof FLOAT_OPERATIONS;
    return tensor.fresh(arithmetic(name, left, right));
  }
  return tensor.fresh(byElement(operator, left, right));
}

/** A tensor, or a number together with whether it is a float. */
type Operand = AnyTensor | { readonly number: number; readonly isFloat: boolean; readonly isBool: boolean };

function operandOf(value: Value): Operand | undefined {
  if (value instanceof PyTensor) return value.tensor;
  const number = numberOf(value);
  if (number === undefined) return undefined;
  return { number, isFloat: value instanceof PyFloat, isBool: typeof value === "boolean" };
}

/** What a number makes of the other operand's type. */
function typeOf(operand: Operand, other: Operand): DType {
  if (!("number" in operand)) return operand.dtype;
  const theirs = "number" in other ? "int64" : other.dtype;
  if (isFloat(theirs)) return theirs;
  if (operand.isFloat) return "float32";
  return theirs === "bool" && !operand.isBool ? "int64" : theirs;
}

function arithmetic(name: keyof typeof FLOAT_OPERATIONS, a: Operand, b: Operand): AnyTensor {
  const type = promoted(typeOf(a, b), typeOf(b, a));
  if (isFloat(type)) return FLOAT_OPERATIONS[name](floatOperand(a, type), floatOperand(b, type));
  if (name === "-" && type === "bool") {
    return raise("RuntimeError", "Subtraction, the `-` operator, with two bool tensors is not supported");
  }
  const result = FLOAT_OPERATIONS[name](floatOperand(a, "float64"), floatOperand(b, "float64"));
  if (name === "/") return result.to("float32");
  return result.to(type);
}

function floatOperand(operand: Operand, dtype: "float32" | "float64"): Tensor | number {
  return "number" in operand ? operand.number : asFloat(operand, dtype);
}

/** Operators without a gradient: `//`, `%` and those on bits. */
function byElement(operator: BinaryOperator, a: Operand, b: Operand): AnyTensor {
  const type = promoted(typeOf(a, b), typeOf(b, a));
  const compute = elementwise(operator, type);
  const wide = broadcastValues(a, b, operator);
  const result = full(wide.shape, 0, { dtype: "float64" });
  for (let i = 0; i < result.data.length; i++) result.data[i] = compute(wide.a[i], wide.b[i]);
  return result.to(type);
}

function elementwise(operator: BinaryOperator, type: DType): (a: number, b: number) => number {
  const bits = !isFloat(type);
  if (operator === "//") return (a, b) => Math.floor(a / b);
  if (operator === "%") return (a, b) => (b === 0 ? NaN : a - b * Math.floor(a / b));
  if (operator === "&" && bits) return (a, b) => a & b;
  if (operator === "|" && bits) return (a, b) => a | b;
  if (operator === "^" && bits) return (a, b) => a ^ b;
  throw unsupported(`the operator ${operator} on ${type} tensors`);
}

/** Both operands' values, stretched to their common shape. They are read, so a plan cannot be made of it. */
function broadcastValues(
  a: Operand,
  b: Operand,
  operator: string,
): { readonly shape: readonly number[]; readonly a: Float64Array; readonly b: Float64Array } {
  noteRead(`the operator ${operator} looks at the values of a tensor`);
  const shapeOf = (operand: Operand): readonly number[] => ("number" in operand ? [] : operand.shape);
  const shape = broadcastShapes(operator, shapeOf(a), shapeOf(b));
  const values = (operand: Operand): Float64Array => {
    const wide = "number" in operand ? full([], operand.number, { dtype: "float64" }) : operand.to("float64");
    const { data } = expand(wide, shape);
    return data instanceof Float64Array ? data : Float64Array.from(data);
  };
  return { shape, a: values(a), b: values(b) };
}

const COMPARISONS: ReadonlyMap<CompareOperator, (a: number, b: number) => boolean> = new Map([
  ["<", (a: number, b: number) => a < b],
  ["<=", (a: number, b: number) => a <= b],
  [">", (a: number, b: number) => a > b],
  [">=", (a: number, b: number) => a >= b],
  ["==", (a: number, b: number) => a === b],
  ["!=", (a: number, b: number) => a !== b],
]);

/** A tensor of booleans; undefined for an operand that is no number or tensor. */
export function tensorCompare(operator: CompareOperator, a: PyTensor, b: Value): Value | undefined {
  const compare = COMPARISONS.get(operator);
  const other = operandOf(b);
  if (compare === undefined || other === undefined) return undefined;
  const wide = broadcastValues(a.tensor, other, operator);
  const result = full(wide.shape, 0, { dtype: "bool" });
  for (let i = 0; i < result.data.length; i++) result.data[i] = compare(wide.a[i], wide.b[i]) ? 1 : 0;
  return a.fresh(result);
}

/** `-x`, `+x`, `~x`. */
export function tensorUnary(operator: "-" | "+" | "~", x: PyTensor): Value {
  const { tensor } = x;
  if (operator === "+") return x;
  if (operator === "-") {
    if (isFloatTensor(tensor)) return x.fresh(neg(tensor));
    return x.fresh(neg(asFloat(tensor, "float64")).to(tensor.dtype));
  }
  if (tensor.dtype !== "bool") throw unsupported(`the operator ~ on ${tensor.dtype} tensors`);
  noteRead("the operator ~ looks at the values of a tensor");
  const result = full(tensor.shape, 0, { dtype: "bool" });
  for (let i = 0; i < result.data.length; i++) result.data[i] = Number(tensor.data[i]) === 0 ? 1 : 0;
  return x.fresh(result);
}
