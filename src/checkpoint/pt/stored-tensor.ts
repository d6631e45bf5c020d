/**
 * @module
 * A tensor as a PyTorch file describes it: which storage, which part of it. Nothing is read yet.
 */

import { FormatError } from "../../errors.ts";
import { elementCount } from "../../tensor/shape.ts";
import type { ElementType } from "../element-types.ts";
import { MAX_RANK } from "../limits.ts";
import { Inert } from "../pickle/values.ts";

/** A one-dimensional array of the file, which tensors are views of. */
export class StorageRef extends Inert {
  readonly label = "storage";
  /** Its name in the file. */
  readonly key: string;
  /** Null for an untyped storage, whose elements are bytes until a tensor says what they are. */
  readonly type: ElementType | null;
  /** The device it was on: `cpu`, `cuda:0`, `mps`. Told, otherwise ignored. */
  readonly location: string;
  /** First byte in the file's record: not 0 only for storages that are views of others, in files of old. */
  readonly byteOffset: number;
  readonly byteLength: number;

  constructor(fields: Pick<StorageRef, "key" | "type" | "location" | "byteOffset" | "byteLength">) {
    super();
    this.key = fields.key;
    this.type = fields.type;
    this.location = fields.location;
    this.byteOffset = fields.byteOffset;
    this.byteLength = fields.byteLength;
  }
}

/** A strided view of a storage. Offset and strides count elements. */
export class StoredTensor extends Inert {
  readonly label = "tensor";
  readonly storage: StorageRef;
  readonly type: ElementType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly requiresGrad: boolean;

  /** @throws FormatError when the view does not lie within its storage */
  constructor(
    fields: Pick<StoredTensor, "storage" | "type" | "offset" | "shape" | "strides" | "requiresGrad">,
  ) {
    super();
    this.storage = fields.storage;
    this.type = fields.type;
    this.offset = fields.offset;
    this.shape = fields.shape;
    this.strides = fields.strides;
    this.requiresGrad = fields.requiresGrad;
    checkView(this);
  }

  /** Names the values: two tensors with the same identity are the same, as tied weights are. */
  get identity(): string {
    const { storage, type, offset, shape, strides } = this;
    return `${storage.key}+${storage.byteOffset}+${offset}:${type.name}[${shape.join()}]/${strides.join()}`;
  }
}

function checkView(tensor: StoredTensor): void {
  const { storage, type, offset, shape, strides } = tensor;
  const numbers = [offset, ...shape, ...strides];
  if (shape.length > MAX_RANK || shape.length !== strides.length || !numbers.every(isCount)) {
    throw new FormatError(
      `.pt: a tensor of shape [${shape.join(", ")}] with strides [${strides.join(", ")}] at offset ${offset} is ` +
        `impossible; expected up to ${MAX_RANK} sizes, as many strides, none negative`,
    );
  }
  const count = elementCount(shape);
  if (!Number.isSafeInteger(count))
    throw new FormatError(`.pt: a tensor of shape [${shape.join(", ")}] is impossible`);
  const last = shape.reduce((index, size, d) => index + (size - 1) * strides[d], offset);
  const available = storage.byteLength / type.bytes;
  if (count !== 0 && last >= available) {
    throw new FormatError(
      `.pt: a tensor of shape [${shape.join(", ")}] with strides [${strides.join(", ")}] at offset ${offset} reaches ` +
        `element ${last} of storage "${storage.key}", which has ${Math.floor(available)}`,
    );
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
