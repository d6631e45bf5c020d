/**
 * @module
 * What PyTorch's rebuild functions do, done by candil: they turn a storage and numbers into the description of a tensor.
 */

import { FormatError } from "../../errors.ts";
import { elementTypes } from "../element-types.ts";
import type { ElementType } from "../element-types.ts";
import { MAX_RANK } from "../limits.ts";
import { PyGlobal, PyTuple, typeName } from "../pickle/values.ts";
import type { PickleValue } from "../pickle/values.ts";
import { StorageRef, StoredTensor } from "./stored-tensor.ts";

type Args = readonly PickleValue[];

/** `torch._utils._rebuild_tensor(storage, offset, size, stride)`. */
export function rebuildTensor(args: Args): StoredTensor {
  expectArgs("_rebuild_tensor", args, 4, 4);
  const storage = storageOf(args[0]);
  return stored(storage, typeOf(storage), args, false);
}

/** `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])`. */
export function rebuildTensorV2(args: Args): StoredTensor {
  expectArgs("_rebuild_tensor_v2", args, 6, 7);
  const storage = storageOf(args[0]);
  return stored(storage, typeOf(storage), args, boolean(args[4]));
}

/** `torch._utils._rebuild_tensor_v3(storage, offset, size, stride, requires_grad, backward_hooks, dtype[, metadata])`. */
export function rebuildTensorV3(args: Args): StoredTensor {
  expectArgs("_rebuild_tensor_v3", args, 7, 8);
  const dtype = args[6];
  const name = dtype instanceof PyGlobal ? dtype.label : typeName(dtype);
  const type = elementTypes.get(name.replace(/^torch\./, ""));
  if (type === undefined) throw new FormatError(`.pt: a tensor of element type ${name} is not read`);
  return stored(storageOf(args[0]), type, args, boolean(args[4]));
}

/** `torch._utils._rebuild_parameter(tensor, requires_grad, backward_hooks)`, and `_with_state` with one more. */
export function rebuildParameter(args: Args): StoredTensor {
  expectArgs("_rebuild_parameter", args, 3, 4);
  const [tensor, requiresGrad] = args;
  if (!(tensor instanceof StoredTensor)) {
    throw new FormatError(`.pt: a Parameter is made of a ${typeName(tensor)}, expected a tensor`);
  }
  const { storage, type, offset, shape, strides } = tensor;
  return new StoredTensor({ storage, type, offset, shape, strides, requiresGrad: boolean(requiresGrad) });
}

/**
 * `torch._tensor._rebuild_from_type_v2(function, type, args, state)`: a tensor that Python attributes were set on; they
 * are left out.
 */
export function rebuildFromType(args: Args): PickleValue {
  expectArgs("_rebuild_from_type_v2", args, 4, 4);
  const [callee, type, inner] = args;
  const plain =
    type instanceof PyGlobal && /^torch\.(Tensor|nn\.parameter\.(Parameter|Buffer))$/.test(type.label);
  // Only the functions of this file, and not this one: a chain of calls inside calls has no end.
  const rebuilds =
    callee instanceof PyGlobal && callee.label.startsWith("torch._utils.") ? callee.call : null;
  if (!plain || rebuilds === null || !(inner instanceof PyTuple)) {
    throw new FormatError(
      `.pt: a tensor of the class ${typeName(type)} is not read; save it as x.as_subclass(torch.Tensor)`,
    );
  }
  return rebuilds(inner.items);
}

function stored(storage: StorageRef, type: ElementType, args: Args, requiresGrad: boolean): StoredTensor {
  const [, offset, shape, strides] = args;
  if (typeof offset !== "number")
    throw new FormatError(`.pt: a tensor begins at ${typeName(offset)}, expected an int`);
  return new StoredTensor({
    storage,
    type,
    offset,
    shape: sizes(shape),
    strides: sizes(strides),
    requiresGrad,
  });
}

function sizes(value: PickleValue): number[] {
  const items = value instanceof PyTuple ? value.items : [value];
  if (items.length > MAX_RANK)
    throw new FormatError(`.pt: a tensor of ${items.length} dimensions is impossible`);
  return items.map((item) => {
    if (typeof item !== "number")
      throw new FormatError(`.pt: a tensor has the size ${typeName(item)}, expected an int`);
    return item;
  });
}

function storageOf(value: PickleValue): StorageRef {
  if (value instanceof StorageRef) return value;
  throw new FormatError(`.pt: a tensor is made of a ${typeName(value)}, expected a storage`);
}

function typeOf(storage: StorageRef): ElementType {
  if (storage.type !== null) return storage.type;
  throw new FormatError(
    `.pt: a tensor over the untyped storage "${storage.key}" does not tell its element type`,
  );
}

function boolean(value: PickleValue): boolean {
  if (typeof value === "boolean") return value;
  throw new FormatError(`.pt: requires_grad is a ${typeName(value)}, expected a bool`);
}

function expectArgs(name: string, args: Args, least: number, most: number): void {
  if (args.length < least || args.length > most) {
    throw new FormatError(
      `.pt: ${name} is called with ${args.length} arguments, expected ${least} to ${most}`,
    );
  }
}
