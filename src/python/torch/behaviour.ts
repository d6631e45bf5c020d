/**
 * @module
 * What tensors do in Python code, put together.
 */

import type { AnyTensor } from "../../tensor/tensor.ts";
import { unsupported } from "../python-error.ts";
import { tensorBinary, tensorCompare, tensorUnary } from "./arithmetic.ts";
import { tensorItem } from "./indexing.ts";
import { setTensorAttribute, tensorAttribute } from "./tensor-methods.ts";
import { PyTensor } from "./tensor-value.ts";
import type { TensorBehaviour } from "./tensor-value.ts";

const behaviour: TensorBehaviour = {
  attribute: tensorAttribute,
  setAttribute: setTensorAttribute,
  item: (_machine, x, key) => tensorItem(x, key),
  setItem() {
    throw unsupported("assigning to a part of a tensor");
  },
  binary: tensorBinary,
  unary: tensorUnary,
  compare: tensorCompare,
};

/** A tensor as a Python value. */
export function pyTensor(tensor: AnyTensor): PyTensor {
  return new PyTensor(tensor, behaviour);
}
