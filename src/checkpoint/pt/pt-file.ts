/**
 * @module
 * What the two container formats of PyTorch have in common: a pickled object that refers to storages.
 */

import { FormatError } from "../../errors.ts";
import { elementTypes } from "../element-types.ts";
import type { UnpickleContext } from "../pickle/unpickle.ts";
import { ForeignGlobal, ForeignObject, PyGlobal, PyTuple, typeName } from "../pickle/values.ts";
import type { PickleValue } from "../pickle/values.ts";
import { storageElement } from "./globals.ts";
import type { StorageSource } from "./materialize.ts";
import { StorageRef } from "./stored-tensor.ts";

/** An opened file: the object's structure is read, the tensors' values are not. */
export interface PtFile {
  readonly root: PickleValue;
  /** Checks where the storages are. @throws FormatError when they are not as the object says */
  readonly openStorages: () => StorageSource;
  /** What a reader of the file may want to know. */
  readonly notes: readonly string[];
}

/** How names are looked up; {@link findGlobal} unless a file is only described. */
export type FindGlobal = UnpickleContext["findGlobal"];

/** The storages that a pickle refers to, by key. */
export class StorageTable {
  readonly byKey = new Map<string, StorageRef>();

  /**
   * The storage of a persistent id `("storage", class, key, location, numel)`; the legacy format adds `None` or a view
   * `(key, offset, numel)` of the storage.
   * @throws FormatError when it is anything else, or contradicts an earlier id of the same key
   */
  load(id: PickleValue): PickleValue {
    const [kind, storageClass, key, location, numel, view = null] = id instanceof PyTuple ? id.items : [];
    if (kind === "module" && storageClass instanceof PyGlobal) return storageClass;
    if (kind !== "storage" || typeof key !== "string" || typeof location !== "string" || !isCount(numel)) {
      throw new FormatError(`.pt: a reference to a storage is malformed: ${typeName(kind ?? null)}`);
    }
    if (storageClass instanceof ForeignGlobal) return new ForeignObject(storageClass.label);
    const element = storageElement(storageClass);
    const type = (element === null ? null : elementTypes.get(element)) ?? null;
    const width = type?.bytes ?? 1;
    const storage = new StorageRef({ key, type, location, byteOffset: 0, byteLength: numel * width });
    const known = this.byKey.get(key);
    if (known === undefined) this.byKey.set(key, storage);
    else if (known.type !== type || known.byteLength !== storage.byteLength) {
      throw new FormatError(`.pt: storage "${key}" is said to have two sizes or element types`);
    }
    return view === null ? (known ?? storage) : viewOf(storage, view, width);
  }

  /** A note on the devices that the tensors were on, or null when that was the processor. */
  locationNote(): string | null {
    const devices = new Set([...this.byKey.values()].map((storage) => storage.location));
    devices.delete("cpu");
    return devices.size === 0 ? null : `was saved on ${[...devices].slice(0, 8).join(", ")}`;
  }
}

function viewOf(storage: StorageRef, view: PickleValue, width: number): StorageRef {
  const [key, offset, numel] = view instanceof PyTuple ? view.items : [];
  const inside = isCount(offset) && isCount(numel) && (offset + numel) * width <= storage.byteLength;
  if (typeof key !== "string" || !inside)
    throw new FormatError(`.pt: a view of storage "${storage.key}" lies outside it`);
  return new StorageRef({ ...storage, byteOffset: offset * width, byteLength: numel * width });
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
