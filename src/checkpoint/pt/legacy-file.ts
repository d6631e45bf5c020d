/**
 * @module
 * The `.pt` of PyTorch before 1.6, still written by `_use_new_zipfile_serialization=False`: five pickles, then storages.
 */

import { FormatError } from "../../errors.ts";
import { ByteReader } from "../../bytes/byte-reader.ts";
import { unpickle } from "../pickle/unpickle.ts";
import type { UnpickleContext } from "../pickle/unpickle.ts";
import type { PickleValue } from "../pickle/values.ts";
import type { StorageSource } from "./materialize.ts";
import { StorageTable } from "./pt-file.ts";
import type { FindGlobal, PtFile } from "./pt-file.ts";
import type { StorageRef } from "./stored-tensor.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** The pickles around the object hold nothing but numbers, strings, lists and dicts. */
const plainData: UnpickleContext = {
  findGlobal(module, name) {
    throw new FormatError(
      `.pt: refers to ${module}.${name} outside of the saved object; the file is made to deceive`,
    );
  },
  persistentLoad() {
    throw new FormatError(
      ".pt: refers to a storage outside of the saved object; the file is made to deceive",
    );
  },
};

/** Whether the bytes begin with the pickled magic number of the legacy format. */
export function isLegacyFile(bytes: Uint8Array): boolean {
  try {
    return unpickle(new ByteReader(".pt", bytes.subarray(0, 64)), plainData) === MAGIC;
  } catch {
    return false;
  }
}

/** @throws FormatError when the file is damaged, or the pickle asks for what is not allowed */
export function openLegacyFile(bytes: Uint8Array, findGlobal: FindGlobal): PtFile {
  const reader = new ByteReader(".pt (legacy)", bytes);
  const expectPlain = (what: string, holds: (value: PickleValue) => boolean): void => {
    const start = reader.position;
    if (!holds(unpickle(reader, plainData))) throw reader.error(`expected ${what}`, start);
  };
  expectPlain("the magic number of torch.save", (value) => value === MAGIC);
  expectPlain(`protocol ${PROTOCOL}`, (value) => value === PROTOCOL);
  // Says which byte order the machine had; storages are little-endian whatever it says, as PyTorch writes them.
  expectPlain("facts on the system", (value) => value instanceof Map);
  const table = new StorageTable();
  const root = unpickle(reader, { findGlobal, persistentLoad: (id) => table.load(id) });
  const note = table.locationNote();
  return { root, openStorages: () => new LegacyStorages(reader, table), notes: note === null ? [] : [note] };
}

class LegacyStorages implements StorageSource {
  readonly littleEndian = true;
  readonly #records = new Map<string, Uint8Array>();

  /**
   * After the object comes the list of keys; then, for each key in turn, the number of elements and the elements, up to
   * the end of the file.
   */
  constructor(reader: ByteReader, table: StorageTable) {
    const keys = unpickle(reader, plainData);
    if (!Array.isArray(keys) || keys.length !== table.byKey.size) {
      throw reader.error(`expected the list of the ${table.byKey.size} storages that the object refers to`);
    }
    for (const key of keys) {
      const storage = typeof key === "string" ? table.byKey.get(key) : undefined;
      if (typeof key !== "string" || storage === undefined || this.#records.has(key)) {
        throw reader.error("lists a storage that the object does not refer to, or one twice");
      }
      const start = reader.position;
      const byteLength = reader.u64() * (storage.type?.bytes ?? 1);
      if (byteLength !== storage.byteLength) {
        throw reader.error(`storage "${key}" has ${byteLength} bytes, expected ${storage.byteLength}`, start);
      }
      this.#records.set(key, reader.take(byteLength));
    }
    if (reader.remaining !== 0) throw reader.error(`has ${reader.remaining} bytes after the last storage`);
  }

  read(storage: StorageRef): Uint8Array {
    const record = this.#records.get(storage.key);
    if (record === undefined) throw new FormatError(`.pt: storage "${storage.key}" is missing`);
    return record.subarray(storage.byteOffset, storage.byteOffset + storage.byteLength);
  }
}
