/**
 * @module
 * The classes and functions that a PyTorch checkpoint may name, and what candil does in their place. Nothing else is
 * ever called; PyTorch's own list for `weights_only=True` is longer.
 */

import { FormatError } from "../../errors.ts";
import { elementTypes } from "../element-types.ts";
import { isKey, PyGlobal, PyTuple, typeName } from "../pickle/values.ts";
import type { PickleKey, PickleValue } from "../pickle/values.ts";
import * as rebuild from "./rebuild.ts";
import { refusal } from "./refusals.ts";

type Args = readonly PickleValue[];

/** Storage classes of `torch` by their element type. The quantised and complex ones are in `refusals.ts`. */
const storageElements = {
  FloatStorage: "float32",
  DoubleStorage: "float64",
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  LongStorage: "int64",
  IntStorage: "int32",
  ShortStorage: "int16",
  CharStorage: "int8",
  ByteStorage: "uint8",
  BoolStorage: "bool",
  UntypedStorage: "untyped",
} as const;

/** Names that may only be mentioned: a dtype or layout as a value, or a class as an argument. */
const mentioned = [
  "torch.Tensor",
  "torch.nn.parameter.Parameter",
  "torch.nn.parameter.Buffer",
  "torch.storage.UntypedStorage",
  "torch.storage._UntypedStorage",
  "torch.strided",
  "torch.contiguous_format",
  "torch.channels_last",
  "torch.channels_last_3d",
  "torch.preserve_format",
  "torch.complex32",
  "torch.complex64",
  "torch.complex128",
  ...[...elementTypes.keys()].map((name) => `torch.${name}`),
  // Before 0.4, and on CUDA in the legacy format, the class tells the device too.
  ...Object.keys(storageElements).flatMap((name) => [`torch.${name}`, `torch.cuda.${name}`]),
];

const callable: Record<string, PyGlobal["call"]> = {
  "torch._utils._rebuild_tensor": rebuild.rebuildTensor,
  "torch._utils._rebuild_tensor_v2": rebuild.rebuildTensorV2,
  "torch._utils._rebuild_tensor_v3": rebuild.rebuildTensorV3,
  "torch._utils._rebuild_parameter": rebuild.rebuildParameter,
  "torch._utils._rebuild_parameter_with_state": rebuild.rebuildParameter,
  "torch._tensor._rebuild_from_type_v2": rebuild.rebuildFromType,
  "torch.Size": (args) => new PyTuple(sequence("torch.Size", args)),
  "torch.device": device,
  "torch.serialization._get_layout": (args) => word("a layout", args[0]),
  "collections.OrderedDict": dict,
  "collections.Counter": dict,
  "builtins.set": set,
  "builtins.frozenset": set,
  "builtins.bytearray": (args) => (args[0] instanceof Uint8Array ? args[0] : new Uint8Array(0)),
  "builtins.complex": (args) => new PyTuple(args),
  "_codecs.encode": encode,
};

const table: ReadonlyMap<string, PyGlobal> = new Map([
  ...mentioned.map((label): [string, PyGlobal] => [label, new PyGlobal(label)]),
  ...Object.entries(callable).map(([label, call]): [string, PyGlobal] => [label, new PyGlobal(label, call)]),
]);

/**
 * The tag for a name in a checkpoint.
 * @throws FormatError naming it, with what to do about it
 */
export function findGlobal(module: string, name: string): PyGlobal {
  const label = globalLabel(module, name);
  const found = table.get(label);
  if (found === undefined) throw new FormatError(refusal(label));
  return found;
}

/**
 * `module.name`; Python 2 called its built-in module `__builtin__`. What could steer a terminal, or fill it, becomes `?`
 * or is cut off: names come from the file and go into messages.
 */
export function globalLabel(module: string, name: string): string {
  const label = `${module === "__builtin__" ? "builtins" : module}.${name}`;
  return label.slice(0, 128).replace(/[^\w.]/g, "?");
}

/**
 * The element type of a storage class: null for an untyped storage, whose elements are bytes.
 * @throws FormatError for a class that is none
 */
export function storageElement(storageClass: PickleValue): string | null {
  const label = storageClass instanceof PyGlobal ? storageClass.label : typeName(storageClass);
  const name = label.replace(/^torch\.(cuda\.|storage\._?)?/, "");
  for (const [known, element] of Object.entries(storageElements)) {
    if (known === name) return element === "untyped" ? null : element;
  }
  throw new FormatError(`.pt: expected the class of a storage, got ${label}`);
}

function sequence(what: string, args: Args): readonly PickleValue[] {
  const [first = new PyTuple([])] = args;
  const items = first instanceof PyTuple ? first.items : Array.isArray(first) ? first : null;
  if (items === null) throw new FormatError(`.pt: ${what} of a ${typeName(first)}, expected a list or tuple`);
  return items;
}

function set(args: Args): Set<PickleKey> {
  return new Set(sequence("a set", args).map((item) => keyOf("a member of a set", item)));
}

/** Python 3 fills an OrderedDict after making it; Python 2 gives its pairs as an argument, and so does Counter a dict. */
function dict(args: Args): Map<PickleKey, PickleValue> {
  if (args[0] instanceof Map) return new Map(args[0]);
  return new Map(
    sequence("an OrderedDict", args).map((pair) => {
      const items = sequence("an item of an OrderedDict", [pair]);
      if (items.length !== 2)
        throw new FormatError(`.pt: an item of an OrderedDict has ${items.length} parts, expected 2`);
      return [keyOf("a key of an OrderedDict", items[0]), items[1]];
    }),
  );
}

function keyOf(what: string, value: PickleValue): PickleKey {
  if (isKey(value)) return value;
  throw new FormatError(`.pt: ${what} is a ${typeName(value)}, expected a string or number`);
}

/** `torch.device("cuda", 0)` as its name. */
function device(args: Args): string {
  const [type, index] = args;
  return typeof index === "number" ? `${word("a device", type)}:${index}` : word("a device", type);
}

/** A string that is short, so that none can grow from call to call. */
function word(what: string, value: PickleValue | undefined): string {
  if (typeof value === "string" && value.length <= 64) return value;
  throw new FormatError(`.pt: ${what} is named by a ${typeName(value ?? null)}, expected a word`);
}

/** Protocol 2 has no bytes: Python writes them as text of the characters 0 to 255. */
function encode(args: Args): Uint8Array {
  const [text, encoding] = args;
  if (typeof text !== "string" || encoding !== "latin1") {
    throw new FormatError(
      `.pt: bytes are given as a ${typeName(text ?? null)} in another encoding than latin1`,
    );
  }
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = text.charCodeAt(i);
    if (bytes[i] !== text.charCodeAt(i))
      throw new FormatError(".pt: bytes are given as text that is not latin1");
  }
  return bytes;
}
