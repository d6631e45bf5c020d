/**
 * @module
 * Tensors as Python values. candil's tensors never change under an operation; Python's do, and programs see it through
 * every name of the same tensor. So a value is a holder: an in-place operation puts a new tensor into it.
 *
 * Views share a {@link Storage} with their base. After an in-place change of one of them the others would be out of
 * date, so reading them is refused rather than answered wrongly. Parameters and buffers are changed in their arrays,
 * which those that only look at them under another shape share.
 */

import type { BinaryOperator, CompareOperator } from "../syntax/ast.ts";
import { isFloat } from "../../tensor/dtype.ts";
import type { Shape } from "../../tensor/shape.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { Parameter } from "../../nn/index.ts";
import { formatShape } from "../../errors.ts";
import { unsupported } from "../python-error.ts";
import type { Machine } from "../machine.ts";
import { formatValue } from "../values/format.ts";
import { NumberLike, PyFloat } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";

/** What several views of one tensor share. */
interface Storage {
  version: number;
  /** Whether it belongs to a parameter or buffer, whose array is changed in place. */
  kept: boolean;
}

/** What the vocabulary of torch does with tensors; the holder knows no operation itself. */
export interface TensorBehaviour {
  attribute(machine: Machine, self: PyTensor, name: string): Value | undefined;
  setAttribute(machine: Machine, self: PyTensor, name: string, value: Value | undefined): void;
  item(machine: Machine, self: PyTensor, key: Value): Value;
  setItem(machine: Machine, self: PyTensor, key: Value, value: Value | undefined): void;
  binary(operator: BinaryOperator, a: Value, b: Value): Value | undefined;
  unary(operator: "-" | "+" | "~", self: PyTensor): Value;
  compare(operator: CompareOperator, a: PyTensor, b: Value): Value | undefined;
}

/** A tensor of Python code. */
export class PyTensor extends NumberLike {
  #tensor: AnyTensor;
  #seen: number;
  readonly #storage: Storage;
  /** Whether the array is another one than the base's, although it is a view in PyTorch. */
  readonly #copied: boolean;
  readonly #behaviour: TensorBehaviour;

  constructor(
    tensor: AnyTensor,
    behaviour: TensorBehaviour,
    view: { readonly base: PyTensor; readonly copied: boolean } | null = null,
  ) {
    super();
    this.#tensor = tensor;
    this.#behaviour = behaviour;
    this.#storage = view === null ? { version: 0, kept: tensor instanceof Parameter } : view.base.#storage;
    this.#seen = this.#storage.version;
    this.#copied = view !== null && (view.copied || view.base.#copied);
  }

  override get typeName(): string {
    return this.isParameter ? "Parameter" : "Tensor";
  }

  /** Whether it is a `nn.Parameter`. */
  get isParameter(): boolean {
    return this.#tensor instanceof Parameter;
  }

  /** The tensor as it is now. @throws PythonError when a view of it was changed in place meanwhile */
  get tensor(): AnyTensor {
    if (this.#seen !== this.#storage.version) {
      throw unsupported("reading a tensor after another view of it was changed in place");
    }
    return this.#tensor;
  }

  /** The tensor, which must be of floats. */
  get float(): Tensor {
    const { tensor } = this;
    if (isFloatTensor(tensor)) return tensor;
    return raise(
      "RuntimeError",
      `expected a floating-point tensor, got ${tensor.dtype} of shape ${formatShape(tensor.shape)}`,
    );
  }

  get shape(): Shape {
    return this.#tensor.shape;
  }

  /** A new tensor of Python code. */
  fresh(tensor: AnyTensor): PyTensor {
    return new PyTensor(tensor, this.#behaviour);
  }

  /** A view of this one: `copied` when its array is another. */
  view(tensor: AnyTensor, copied = false): PyTensor {
    return new PyTensor(tensor, this.#behaviour, { base: this, copied });
  }

  /** Marks it as a parameter's or buffer's, whose array is changed in place from now on. */
  keep(): void {
    this.#storage.kept = true;
  }

  /** Whether it belongs to a parameter or buffer. */
  get kept(): boolean {
    return this.#storage.kept;
  }

  /** Puts the result of an in-place operation into it. */
  replace(result: AnyTensor): this {
    if (!sameShape(result.shape, this.#tensor.shape)) {
      raise(
        "RuntimeError",
        `an in-place operation on ${formatShape(this.shape)} gives ${formatShape(result.shape)}, which does not fit into it`,
      );
    }
    if (this.#storage.kept) {
      if (this.#copied) throw unsupported("an in-place change of a part of a parameter or buffer");
      this.tensor.copyFrom(result);
      return this;
    }
    this.#tensor = result;
    this.#storage.version += 1;
    this.#seen = this.#storage.version;
    return this;
  }

  override toNumber(): number {
    const { tensor } = this;
    if (tensor.numel() !== 1) {
      raise("RuntimeError", `a Tensor with ${tensor.numel()} elements cannot be converted to Scalar`);
    }
    return tensor.item();
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    return this.#behaviour.attribute(machine, this, name);
  }

  override setAttribute(machine: Machine, name: string, value: Value | undefined): void {
    this.#behaviour.setAttribute(machine, this, name, value);
  }

  override item(machine: Machine, key: Value): Value {
    return this.#behaviour.item(machine, this, key);
  }

  override setItem(machine: Machine, key: Value, value: Value | undefined): void {
    this.#behaviour.setItem(machine, this, key, value);
  }

  override *iterate(machine: Machine): Generator<Value, void, undefined> {
    if (this.shape.length === 0) raise("TypeError", "iteration over a 0-d tensor");
    for (let i = 0; i < this.shape[0]; i++) yield this.item(machine, i);
  }

  override length(): number {
    return this.shape.length > 0 ? this.shape[0] : raise("TypeError", "len() of a 0-d tensor");
  }

  override truth(): boolean {
    if (this.tensor.numel() !== 1) {
      raise("RuntimeError", "Boolean value of Tensor with more than one value is ambiguous");
    }
    return this.toNumber() !== 0;
  }

  override equals(): boolean | undefined {
    return undefined;
  }

  override binary(
    _machine: Machine,
    operator: BinaryOperator,
    other: Value,
    reflected: boolean,
  ): Value | undefined {
    return reflected
      ? this.#behaviour.binary(operator, other, this)
      : this.#behaviour.binary(operator, this, other);
  }

  override inPlace(_machine: Machine, operator: BinaryOperator, other: Value): Value | undefined {
    const result = this.#behaviour.binary(operator, this, other);
    return result instanceof PyTensor ? this.replace(result.tensor) : undefined;
  }

  override unary(_machine: Machine, operator: "-" | "+" | "~"): Value {
    return this.#behaviour.unary(operator, this);
  }

  override compare(_machine: Machine, operator: CompareOperator, other: Value): Value | undefined {
    return this.#behaviour.compare(operator, this, other);
  }

  override format(machine: Machine, spec: string): string | undefined {
    return this.shape.length === 0 ? formatValue(machine, new PyFloat(this.toNumber()), spec) : undefined;
  }

  override repr(): string {
    return this.#tensor.toString();
  }
}

/** Whether a tensor is of floats. */
export function isFloatTensor(tensor: AnyTensor): tensor is Tensor {
  return isFloat(tensor.dtype);
}
