/**
 * @module
 * Functions of torch that make tensors, and those that take several.
 */

import * as ops from "../../ops/index.ts";
import { noteRead } from "../../autograd/index.ts";
import { arange, eye, full, linspace, tensor } from "../../tensor/creation.ts";
import type { NestedNumbers } from "../../tensor/creation.ts";
import { rand, randn } from "../../tensor/random.ts";
import { elementCount } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Machine } from "../machine.ts";
import { hostFunction } from "../values/host-function.ts";
import { kindOf, numberOf, PyFloat } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { listOf } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { entriesOf, floatNumber, floatOf, intOf, intsOfRest, tensorOf } from "./arguments.ts";
import { pyTensor } from "./behaviour.ts";
import { requestedDType } from "./dtypes.ts";
import { isFloatTensor, PyTensor } from "./tensor-value.ts";

function counted(machine: Machine, shape: readonly number[]): readonly number[] {
  if (shape.some((size) => size < 0)) raise("RuntimeError", `a negative size in [${shape.join(", ")}]`);
  machine.allocate(elementCount(shape));
  return shape;
}

function filled(name: string, value: number): Value {
  return hostFunction(
    `${name}(*size, dtype=None, device=None, requires_grad=False)`,
    ([size, dtype], machine) =>
      pyTensor(
        full(counted(machine, intsOfRest(size, name)), value, { dtype: requestedDType(dtype) ?? "float32" }),
      ),
  );
}

function like(name: string, value: number): Value {
  return hostFunction(`${name}(input, *, dtype=None, device=None)`, ([input, dtype], machine) => {
    const x = tensorOf(input, name).tensor;
    return pyTensor(full(counted(machine, x.shape), value, { dtype: requestedDType(dtype) ?? x.dtype }));
  });
}

/** Numbers out of nested lists, and whether one of them is a float, or all are booleans. */
function nestedNumbers(value: Value, seen: { float: boolean; int: boolean }): NestedNumbers {
  const entries = entriesOf(value);
  if (entries !== undefined) return entries.map((entry) => nestedNumbers(entry, seen));
  if (value instanceof PyTensor) {
    if (isFloatTensor(value.tensor)) seen.float = true;
    else seen.int = true;
    return value.toNumber();
  }
  const number =
    numberOf(value) ?? raise("TypeError", `tensor(): cannot make a tensor of a ${kindOf(value)}`);
  if (value instanceof PyFloat) seen.float = true;
  else if (typeof value === "number") seen.int = true;
  return number;
}

function tensorFrom(data: Value, dtype: Value): AnyTensor {
  const wanted = requestedDType(dtype);
  if (data instanceof PyTensor) {
    noteRead("a tensor made of another one's values");
    return data.tensor.to(wanted ?? data.tensor.dtype);
  }
  const seen = { float: false, int: false };
  const values = nestedNumbers(data, seen);
  const empty = !seen.float && !seen.int && Array.isArray(values) && values.length === 0;
  const implied: DType = seen.float || empty ? "float32" : seen.int ? "int64" : "bool";
  return tensor(values, { dtype: wanted ?? implied });
}

/** Tensors of one list or tuple. */
function listed(machine: Machine, value: Value, what: string): PyTensor[] {
  return listOf(machine, value).map((entry) => tensorOf(entry, what));
}

const functions = [
  hostFunction("tensor(data, *, dtype=None, device=None, requires_grad=False)", ([data, dtype]) =>
    pyTensor(tensorFrom(data, dtype)),
  ),
  hostFunction("as_tensor(data, dtype=None, device=None)", ([data, dtype]) =>
    data instanceof PyTensor && dtype === null ? data : pyTensor(tensorFrom(data, dtype)),
  ),
  hostFunction("from_numpy(array)", ([data]) =>
    data instanceof PyTensor ? data : pyTensor(tensorFrom(data, null)),
  ),
  hostFunction("full(size, fill_value, *, dtype=None, device=None)", ([size, value, dtype], machine) => {
    const shape = counted(
      machine,
      (entriesOf(size) ?? [size]).map((entry) => intOf(entry, "full")),
    );
    const implied = value instanceof PyFloat ? "float32" : typeof value === "boolean" ? "bool" : "int64";
    return pyTensor(full(shape, floatNumber(value, "full"), { dtype: requestedDType(dtype) ?? implied }));
  }),
  hostFunction(
    "full_like(input, fill_value, *, dtype=None, device=None)",
    ([input, value, dtype], machine) => {
      const x = tensorOf(input, "full_like").tensor;
      return pyTensor(
        full(counted(machine, x.shape), floatNumber(value, "full_like"), {
          dtype: requestedDType(dtype) ?? x.dtype,
        }),
      );
    },
  ),
  hostFunction(
    "arange(start, end=None, step=1, *, dtype=None, device=None)",
    ([start, end, step, dtype], machine) => {
      const [from, to] =
        end === null
          ? [0, floatNumber(start, "arange")]
          : [floatNumber(start, "arange"), floatNumber(end, "arange")];
      const by = floatNumber(step, "arange");
      counted(machine, [Math.max(0, Math.ceil((to - from) / by))]);
      const floats = [start, end, step].some((value) => value instanceof PyFloat);
      return pyTensor(
        arange(from, to, by, { dtype: requestedDType(dtype) ?? (floats ? "float32" : "int64") }),
      );
    },
  ),
  hostFunction("linspace(start, end, steps, *, dtype=None, device=None)", ([start, end, steps], machine) => {
    const [count] = counted(machine, [intOf(steps, "linspace")]);
    return pyTensor(linspace(floatNumber(start, "linspace"), floatNumber(end, "linspace"), count));
  }),
  hostFunction("eye(n, m=None, *, dtype=None, device=None)", ([n, m], machine) => {
    const [rows, columns] = [intOf(n, "eye"), intOf(m ?? n, "eye")];
    counted(machine, [rows, columns]);
    return pyTensor(eye(rows, columns));
  }),
  hostFunction("rand(*size, dtype=None, device=None)", ([size], machine) =>
    pyTensor(rand(counted(machine, intsOfRest(size, "rand")))),
  ),
  hostFunction("randn(*size, dtype=None, device=None)", ([size], machine) =>
    pyTensor(randn(counted(machine, intsOfRest(size, "randn")))),
  ),
  ...["cat", "concat"].map((name) =>
    hostFunction(`${name}(tensors, dim=0)`, ([tensors, dim], machine) => {
      const parts = listed(machine, tensors, name);
      const axis = intOf(dim, name);
      if (parts.every(({ tensor: part }) => isFloatTensor(part))) {
        return pyTensor(
          ops.cat(
            parts.map(({ float }) => float),
            axis,
          ),
        );
      }
      const [first] = parts;
      return pyTensor(
        ops
          .cat(
            parts.map(({ tensor: part }) => part.to("float64")),
            axis,
          )
          .to(first.tensor.dtype),
      );
    }),
  ),
  hostFunction("stack(tensors, dim=0)", ([tensors, dim], machine) => {
    const parts = listed(machine, tensors, "stack");
    const axis = intOf(dim, "stack");
    if (parts.every(({ tensor: part }) => isFloatTensor(part))) {
      return pyTensor(
        ops.stack(
          parts.map(({ float }) => float),
          axis,
        ),
      );
    }
    const [first] = parts;
    return pyTensor(
      ops
        .stack(
          parts.map(({ tensor: part }) => part.to("float64")),
          axis,
        )
        .to(first.tensor.dtype),
    );
  }),
  hostFunction("addmm(input, mat1, mat2)", ([input, a, b]) =>
    pyTensor(ops.add(floatOf(input, "addmm"), ops.matmul(floatOf(a, "addmm"), floatOf(b, "addmm")))),
  ),
  hostFunction("maximum(input, other)", ([a, b]) =>
    pyTensor(ops.maximum(floatOf(a, "maximum"), floatOf(b, "maximum"))),
  ),
  hostFunction("minimum(input, other)", ([a, b]) =>
    pyTensor(ops.minimum(floatOf(a, "minimum"), floatOf(b, "minimum"))),
  ),
  hostFunction("where(condition, input, other)", ([condition, a, b]) => {
    const test = tensorOf(condition, "where").tensor;
    noteRead("where() looks at the values of a tensor");
    const branch = (value: Value): ops.Operand =>
      value instanceof PyTensor ? value.float : floatNumber(value, "where");
    const [left, right] = [branch(a), branch(b)];
    // Two numbers have no tensor to be like; Python's floats are PyTorch's default dtype.
    const whole = typeof left === "number" && typeof right === "number" ? full([], left) : left;
    return pyTensor(ops.where(test, whole, right));
  }),
  hostFunction("is_tensor(value)", ([value]) => value instanceof PyTensor),
  hostFunction("numel(input)", ([x]) => tensorOf(x, "numel").tensor.numel()),
  hostFunction("manual_seed(seed)", ([seed], machine) => {
    machine.generator.manualSeed(intOf(seed, "manual_seed"));
    return null;
  }),
];

/** The names of torch for these functions. */
export const creationNames: readonly (readonly [string, Value])[] = [
  ...functions.map((callee): [string, Value] => [callee.signature.name, callee]),
  ["zeros", filled("zeros", 0)],
  ["ones", filled("ones", 1)],
  ["empty", filled("empty", 0)],
  ["zeros_like", like("zeros_like", 0)],
  ["ones_like", like("ones_like", 1)],
];
