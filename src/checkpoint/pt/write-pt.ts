/**
 * @module
 * Writes files for `torch.load`.
 */

import { ArgumentError } from "../../errors.ts";
import { contiguousStrides } from "../../tensor/shape.ts";
import type { DType, DTypeArrays } from "../../tensor/dtype.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { encodeElements } from "../element-types.ts";
import { MAX_DEPTH } from "../limits.ts";
import { PickleWriter } from "../pickle/pickle-writer.ts";
import type { CheckpointKey } from "../value.ts";
import { writeZip } from "../../zip/write-zip.ts";
import type { ZipContent } from "../../zip/write-zip.ts";

/** What can be written: every {@link CheckpointValue}, and plain objects as dicts. */
export type WritableValue =
  | CheckpointKey
  | Uint8Array
  | AnyTensor
  | readonly WritableValue[]
  | ReadonlySet<CheckpointKey>
  | ReadonlyMap<CheckpointKey, WritableValue>
  | { readonly [key: string]: WritableValue };

/** How a `.pt` file is written. */
export interface WritePtOptions {
  /** Name of the folder inside the archive; PyTorch uses the file's name without its ending. `archive` unless said. */
  readonly root?: string;
}

/** Contents start at multiples of 64 bytes, as PyTorch has it, so that `torch.load(mmap=True)` works. */
const ALIGNMENT = 64;

const storageClasses: { readonly [D in DType]: string } = {
  float32: "FloatStorage",
  float64: "DoubleStorage",
  int64: "LongStorage",
  int32: "IntStorage",
  int16: "ShortStorage",
  int8: "CharStorage",
  uint8: "ByteStorage",
  bool: "BoolStorage",
  // PyTorch has no classes for these: their storages are bytes, and the tensor names its element type.
  uint64: "UntypedStorage",
  uint32: "UntypedStorage",
  uint16: "UntypedStorage",
};

/**
 * Writes a state dict, or a whole training checkpoint, as `torch.save` would: a zip archive that
 * `torch.load(file, weights_only=True)` reads, the default since PyTorch 2.6. The same value always gives the same bytes.
 *
 * A `Map` becomes an OrderedDict, a plain object a dict, an array a list, a safe integer an int, any other number a
 * float. Tensors that share their data array stay tied. What a tensor remembers of gradients is not written, as
 * `state_dict()` has it. `uint16`, `uint32` and `uint64` need PyTorch 2.3 to be read, all else 1.6.
 * @throws ArgumentError for values that are none of these, cycles, nesting beyond 100 levels, and files of 4 GiB
 *
 * @example
 * await writeFile("mnist.pt", writePt(model.stateDict()));
 * await writeFile("checkpoint.pt", writePt({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch: 3 }));
 */
export function writePt(value: WritableValue, options: WritePtOptions = {}): Uint8Array {
  const root = options.root ?? "archive";
  if (root === "" || /[/\\\0]|^\.\.?$/.test(root)) {
    throw new ArgumentError(`writePt: expected the name of a folder as root, got ${JSON.stringify(root)}`);
  }
  const writer = new PtWriter();
  writer.value(value, 0);
  const text = (name: string, content: string): ZipContent => ({
    name: `${root}/${name}`,
    bytes: new TextEncoder().encode(content),
  });
  const files = [
    { name: `${root}/data.pkl`, bytes: writer.pickle.finish() },
    text(".format_version", "1"),
    text(".storage_alignment", String(ALIGNMENT)),
    text("byteorder", "little"),
    ...writer.storages.map((bytes, key) => ({ name: `${root}/data/${key}`, bytes })),
    text("version", "3\n"),
  ];
  return writeZip(files, { alignment: ALIGNMENT });
}

class PtWriter {
  readonly pickle = new PickleWriter();
  /** The contents of `data/0`, `data/1`, ... */
  readonly storages: Uint8Array[] = [];
  /** Keys of data arrays that were met before, by element type: `bool` and `uint8` use the same kind of array. */
  readonly #keys = new Map<DTypeArrays[DType], Map<DType, number>>();

  value(value: WritableValue, depth: number): void {
    if (depth > MAX_DEPTH) {
      throw new ArgumentError(
        `writePt: the value holds itself, or is nested deeper than ${MAX_DEPTH} levels`,
      );
    }
    if (value === null) this.pickle.op("NONE");
    else if (typeof value === "boolean") this.pickle.op(value ? "NEWTRUE" : "NEWFALSE");
    else if (typeof value === "number" || typeof value === "bigint") this.pickle.number(value);
    else if (typeof value === "string") this.pickle.string(value);
    else if (value instanceof Tensor) this.#tensor(value);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (value instanceof Map) this.#orderedDict(value, depth);
    else if (value instanceof Set) this.#set(value, depth);
    else if (Array.isArray(value)) this.#list(value, depth);
    else if (isPlainObject(value)) this.#dict(Object.entries(value), depth);
    else throw new ArgumentError(`writePt: expected tensors and plain data, got ${describe(value)}`);
  }

  #orderedDict(map: ReadonlyMap<CheckpointKey, WritableValue>, depth: number): void {
    this.pickle.global("collections", "OrderedDict");
    this.pickle.op("EMPTY_TUPLE", "REDUCE");
    this.#items(map, depth);
  }

  #dict(entries: Iterable<[CheckpointKey, WritableValue]>, depth: number): void {
    this.pickle.op("EMPTY_DICT");
    this.#items(entries, depth);
  }

  #items(entries: Iterable<readonly [CheckpointKey, WritableValue]>, depth: number): void {
    this.pickle.op("MARK");
    for (const [key, value] of entries) {
      this.value(key, depth + 1);
      this.value(value, depth + 1);
    }
    this.pickle.op("SETITEMS");
  }

  #list(items: readonly WritableValue[], depth: number): void {
    this.pickle.op("EMPTY_LIST", "MARK");
    for (const item of items) this.value(item, depth + 1);
    this.pickle.op("APPENDS");
  }

  #set(items: ReadonlySet<CheckpointKey>, depth: number): void {
    this.pickle.global("__builtin__", "set");
    this.#list([...items], depth);
    this.pickle.op("TUPLE1", "REDUCE");
  }

  /** Protocol 2 has no bytes; Python writes them as text of the characters 0 to 255. */
  #bytes(bytes: Uint8Array): void {
    this.pickle.global("_codecs", "encode");
    this.pickle.string(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    this.pickle.string("latin1");
    this.pickle.op("TUPLE2", "REDUCE");
  }

  /** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)`, v3 with the dtype at the end. */
  #tensor(tensor: AnyTensor): void {
    const { pickle } = this;
    const untyped = storageClasses[tensor.dtype] === "UntypedStorage";
    pickle.global("torch._utils", untyped ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2");
    pickle.op("MARK");
    this.#storage(tensor, untyped);
    pickle.number(0);
    pickle.ints(tensor.shape);
    pickle.ints(contiguousStrides(tensor.shape));
    pickle.op("NEWFALSE");
    pickle.global("collections", "OrderedDict");
    pickle.op("EMPTY_TUPLE", "REDUCE");
    if (untyped) pickle.global("torch", tensor.dtype);
    pickle.op("TUPLE", "REDUCE");
  }

  /** The persistent id `("storage", class, key, location, numel)`; an untyped storage counts bytes. */
  #storage(tensor: AnyTensor, untyped: boolean): void {
    const { pickle } = this;
    pickle.op("MARK");
    pickle.string("storage");
    pickle.global(untyped ? "torch.storage" : "torch", storageClasses[tensor.dtype]);
    pickle.string(String(this.#key(tensor)));
    pickle.string("cpu");
    pickle.number(untyped ? tensor.data.byteLength : tensor.data.length);
    pickle.op("TUPLE", "BINPERSID");
  }

  #key(tensor: AnyTensor): number {
    const keys = this.#keys.get(tensor.data) ?? new Map<DType, number>();
    this.#keys.set(tensor.data, keys);
    let key = keys.get(tensor.dtype);
    if (key === undefined) {
      key = this.storages.push(encodeElements(tensor.data)) - 1;
      keys.set(tensor.dtype, key);
    }
    return key;
  }
}

function isPlainObject(value: object): value is { readonly [key: string]: WritableValue } {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === "object" && value !== null
    ? `an object of class ${value.constructor.name}`
    : typeof value;
}
