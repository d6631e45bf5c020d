/**
 * @module
 * Attributes and methods of tensors that are no functions of torch.
 */

import * as ops from "../../ops/index.ts";
import { noteRead } from "../../autograd/index.ts";
import { sameShape } from "../../tensor/shape.ts";
import { full } from "../../tensor/creation.ts";
import type { AnyTensor, NestedArray, Tensor } from "../../tensor/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import { fillNormal, fillUniform } from "../../tensor/random.ts";
import { unsupported } from "../python-error.ts";
import type { Machine } from "../machine.ts";
import { BoundMethod } from "../values/bound-method.ts";
import { hostFunction, methodTable } from "../values/host-function.ts";
import type { HostBody, HostFunction } from "../values/host-function.ts";
import { PyFloat, toNumber } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import { PyList, PyTuple } from "../values/sequences.ts";
import { flag, floatNumber, intOf, intsOfRest, tensorOf } from "./arguments.ts";
import { CPU, dtypeValue, requestedDType } from "./dtypes.ts";
import { sharedFunctions } from "./shared-functions.ts";
import { isFloatTensor, PyTensor } from "./tensor-value.ts";
import { withIntegers } from "./indexing.ts";

/** A number of a tensor as a Python value of the right type. */
export function scalarValue(number: number, dtype: DType): Value {
  if (dtype === "bool") return number !== 0;
  return dtype === "float32" || dtype === "float64" ? new PyFloat(number) : number;
}

function nested(array: NestedArray, dtype: DType): Value {
  return typeof array === "number"
    ? scalarValue(array, dtype)
    : new PyList(array.map((entry) => nested(entry, dtype)));
}

/** The tensor in another element type; itself where nothing changes. */
export function converted(x: PyTensor, dtype: DType): PyTensor {
  const { tensor } = x;
  if (tensor.dtype === dtype) return x;
  if (tensor.requiresGrad)
    throw unsupported(`a change of the element type from ${tensor.dtype} to ${dtype} under gradients`);
  noteRead("a change of the element type");
  return x.fresh(tensor.to(dtype));
}

const size: HostBody = ([self, dim]) => {
  const x = tensorOf(self, "size");
  if (dim === null) return new PyTuple([...x.shape]);
  const at = intOf(dim, "size");
  return (
    x.shape.at(at) ?? raise("IndexError", `Dimension out of range: ${at} for a tensor of ${x.shape.length}`)
  );
};

/** Methods that fill a tensor in place and return it. */
function fill(
  signature: string,
  make: (x: AnyTensor, values: readonly Value[]) => AnyTensor,
): [string, HostBody] {
  return [
    signature,
    ([self, ...values], machine) => {
      const x = tensorOf(self, signature);
      if (x.kept && !machine.initialize && signature !== "copy_(self, src, non_blocking=False)") return x;
      return x.replace(make(x.tensor, values));
    },
  ];
}

function random(x: AnyTensor, run: (target: Tensor) => void): AnyTensor {
  const target = full(x.shape, 0);
  run(target);
  return target.to(x.dtype);
}

const own: Readonly<Record<string, HostBody>> = Object.fromEntries<HostBody>([
  ["size(self, dim=None)", size],
  ["dim(self)", ([self]) => tensorOf(self, "dim").shape.length],
  ["ndimension(self)", ([self]) => tensorOf(self, "dim").shape.length],
  ["nelement(self)", ([self]) => tensorOf(self, "nelement").tensor.numel()],
  ["view(self, *shape)", ([self, shape]) => viewed(tensorOf(self, "view"), shape)],
  [
    "view_as(self, other)",
    ([self, other]) => reshaped(tensorOf(self, "view_as"), [...tensorOf(other, "view_as").shape]),
  ],
  [
    "reshape_as(self, other)",
    ([self, other]) => reshaped(tensorOf(self, "reshape_as"), [...tensorOf(other, "reshape_as").shape]),
  ],
  ["contiguous(self, memory_format=None)", ([self]) => self],
  ["is_contiguous(self)", () => true],
  ["is_floating_point(self)", ([self]) => isFloatTensor(tensorOf(self, "is_floating_point").tensor)],
  [
    "expand(self, *sizes)",
    ([self, sizes]) => {
      const x = tensorOf(self, "expand");
      return x.view(
        withIntegers(x.tensor, (t) => ops.expand(t, intsOfRest(sizes, "expand"))),
        true,
      );
    },
  ],
  [
    "expand_as(self, other)",
    ([self, other]) => {
      const x = tensorOf(self, "expand_as");
      return x.view(ops.expand(x.float, tensorOf(other, "expand_as").shape), true);
    },
  ],
  [
    "repeat(self, *sizes)",
    ([self, sizes]) => {
      const x = tensorOf(self, "repeat");
      const counts = intsOfRest(sizes, "repeat");
      const rank = Math.max(counts.length, x.shape.length);
      let result = ops.reshape(x.float, [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]);
      counts.forEach((count, i) => {
        const dim = rank - counts.length + i;
        if (count !== 1)
          result = ops.cat(
            Array.from({ length: count }, () => result),
            dim,
          );
      });
      return x.fresh(result);
    },
  ],
  ["detach(self)", ([self]) => detached(tensorOf(self, "detach"))],
  ["detach_(self)", ([self]) => detached(tensorOf(self, "detach_"))],
  [
    "to(self, *args, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None)",
    ([self, args, dtype]) => {
      const x = tensorOf(self, "to");
      const asked = [dtype, ...(args instanceof PyTuple ? args.items : [])];
      for (const value of asked) {
        if (value instanceof PyTensor) return converted(x, value.tensor.dtype);
        const wanted = typeof value === "boolean" ? null : requestedDType(value);
        if (wanted !== null) return converted(x, wanted);
      }
      return x;
    },
  ],
  [
    "type(self, dtype)",
    ([self, dtype]) => converted(tensorOf(self, "type"), requestedDType(dtype) ?? "float32"),
  ],
  [
    "type_as(self, other)",
    ([self, other]) => converted(tensorOf(self, "type_as"), tensorOf(other, "type_as").tensor.dtype),
  ],
  ["float(self)", ([self]) => converted(tensorOf(self, "float"), "float32")],
  ["double(self)", ([self]) => converted(tensorOf(self, "double"), "float64")],
  ["long(self)", ([self]) => converted(tensorOf(self, "long"), "int64")],
  ["int(self)", ([self]) => converted(tensorOf(self, "int"), "int32")],
  ["bool(self)", ([self]) => converted(tensorOf(self, "bool"), "bool")],
  ["byte(self)", ([self]) => converted(tensorOf(self, "byte"), "uint8")],
  ["cpu(self)", ([self]) => self],
  ["numpy(self)", ([self]) => self],
  [
    "item(self)",
    ([self]) => {
      const x = tensorOf(self, "item");
      noteRead("item() takes a value out of a tensor");
      return scalarValue(x.toNumber(), x.tensor.dtype);
    },
  ],
  [
    "tolist(self)",
    ([self], machine) => {
      const { tensor } = tensorOf(self, "tolist");
      noteRead("tolist() takes the values out of a tensor");
      machine.checkSize(tensor.numel(), "list");
      return nested(tensor.toArray(), tensor.dtype);
    },
  ],
  [
    "requires_grad_(self, requires_grad=True)",
    ([self, value]) => {
      tensorOf(self, "requires_grad_").float.requiresGrad = flag(value);
      return self;
    },
  ],
  ...["new_zeros", "new_ones"].map((name): [string, HostBody] => [
    `${name}(self, *size, dtype=None, device=None)`,
    ([self, shape, dtype], machine) => {
      const x = tensorOf(self, name);
      const sizes = intsOfRest(shape, name);
      machine.allocate(sizes.reduce((a, b) => a * b, 1));
      return x.fresh(
        full(sizes, name === "new_ones" ? 1 : 0, { dtype: requestedDType(dtype) ?? x.tensor.dtype }),
      );
    },
  ]),
  fill("fill_(self, value)", (x, [value]) => full(x.shape, floatNumber(value, "fill_"), { dtype: x.dtype })),
  fill("zero_(self)", (x) => full(x.shape, 0, { dtype: x.dtype })),
  fill("copy_(self, src, non_blocking=False)", (x, [source]) => {
    const from = tensorOf(source, "copy_").tensor;
    return sameShape(from.shape, x.shape) ? from : withIntegers(from, (t) => ops.expand(t, x.shape));
  }),
  fill("normal_(self, mean=0, std=1)", (x, [mean, std]) =>
    random(x, (target) => fillNormal(target, toNumber(mean, "normal_"), toNumber(std, "normal_"))),
  ),
  fill("uniform_(self, low=0, high=1)", (x, [low, high]) =>
    random(x, (target) => fillUniform(target, toNumber(low, "uniform_"), toNumber(high, "uniform_"))),
  ),
]);

function reshaped(x: PyTensor, shape: number[]): PyTensor {
  const float = isFloatTensor(x.tensor);
  return x.view(
    withIntegers(x.tensor, (t) => ops.reshape(t, shape)),
    !float,
  );
}

/** Sizes, or another element type of the same width, which is refused. */
function viewed(x: PyTensor, shape: Value): PyTensor {
  return reshaped(x, intsOfRest(shape, "view"));
}

function detached(x: PyTensor): PyTensor {
  return x.view(x.tensor.detach());
}

/** In-place twins, `add_` and the like, of the functions that allow it. */
const IN_PLACE = new Set(
  "relu relu6 sigmoid tanh exp log sqrt abs neg add sub mul div pow clamp clip reciprocal square".split(" "),
);

function inPlaceTwins(): Map<string, HostFunction> {
  const twins = new Map<string, HostFunction>();
  for (const [signature, body] of Object.entries(sharedFunctions)) {
    const name = signature.slice(0, signature.indexOf("("));
    if (!IN_PLACE.has(name)) continue;
    const twin = hostFunction(`${name}_${signature.slice(name.length)}`, (values, machine) => {
      const x = tensorOf(values[0], name);
      return x.replace(tensorOf(body(values, machine), name).tensor);
    });
    twins.set(`${name}_`, twin);
  }
  return twins;
}

const methods: ReadonlyMap<string, HostFunction> = new Map([
  ...(methodTable(sharedFunctions) as ReadonlyMap<string, HostFunction>),
  ...inPlaceTwins(),
  ...(methodTable(own) as ReadonlyMap<string, HostFunction>),
]);

/** The names of all methods, for messages. */
export const methodNames: readonly string[] = [...methods.keys()];

/** `x.name`. */
export function tensorAttribute(_machine: Machine, x: PyTensor, name: string): Value | undefined {
  const method = methods.get(name);
  if (method !== undefined) return new BoundMethod(x, method);
  switch (name) {
    case "shape":
      return new PyTuple([...x.shape]);
    case "ndim":
      return x.shape.length;
    case "dtype":
      return dtypeValue(x.tensor.dtype);
    case "device":
      return CPU;
    case "is_cuda":
      return false;
    case "requires_grad":
      return x.tensor.requiresGrad;
    case "grad": {
      const { grad } = x.tensor;
      return grad === null ? null : x.fresh(grad);
    }
    case "data":
      return detached(x);
    case "T":
    case "mT":
      return x.view(
        withIntegers(x.tensor, (t) => ops.transpose(t, -2, -1)),
        true,
      );
    default:
      return undefined;
  }
}

/** `x.name = value`: gradients on and off, and new values for `data`. */
export function setTensorAttribute(
  machine: Machine,
  x: PyTensor,
  name: string,
  value: Value | undefined,
): void {
  if (name === "requires_grad") {
    x.float.requiresGrad = value === true;
  } else if (name === "data" && value instanceof PyTensor) {
    if (!x.kept || machine.initialize) x.replace(value.tensor);
  } else if (name !== "grad" || value !== null) {
    raise("AttributeError", `'${x.typeName}' object attribute '${name}' cannot be set`);
  }
}
