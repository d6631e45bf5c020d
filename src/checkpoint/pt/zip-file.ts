/**
 * @module
 * The `.pt` of PyTorch 1.6 and later: a zip archive with one root folder that holds `data.pkl` and `data/<key>`.
 */

import { FormatError } from "../../errors.ts";
import { ByteReader, decodeUtf8 } from "../../bytes/byte-reader.ts";
import { unpickle } from "../pickle/unpickle.ts";
import type { ZipArchive } from "../../zip/read-zip.ts";
import type { StorageSource } from "./materialize.ts";
import { StorageTable } from "./pt-file.ts";
import type { FindGlobal, PtFile } from "./pt-file.ts";
import { StorageRef } from "./stored-tensor.ts";

/** The version of the archive's layout; PyTorch itself reads 1 to 10. */
const MAX_VERSION = 10;

/** @throws FormatError when the archive is not laid out as PyTorch does it, or the pickle asks for what is not allowed */
export function openZipFile(archive: ZipArchive, findGlobal: FindGlobal): PtFile {
  const root = rootFolder(archive);
  checkVersion(archive, root);
  const table = new StorageTable();
  const reader = new ByteReader("data.pkl", archive.read(`${root}/data.pkl`));
  const value = unpickle(reader, {
    findGlobal,
    persistentLoad: (id) => {
      const storage = table.load(id);
      if (storage instanceof StorageRef) checkRecord(archive, `${root}/data/${storage.key}`, storage);
      return storage;
    },
  });
  if (reader.remaining !== 0) throw reader.error("has bytes after its end");
  const storages = new ZipStorages(archive, root);
  const notes = [table.locationNote(), storages.littleEndian ? null : "was saved on a big-endian machine"];
  return { root: value, openStorages: () => storages, notes: notes.filter((note) => note !== null) };
}

class ZipStorages implements StorageSource {
  readonly littleEndian: boolean;
  readonly #archive: ZipArchive;
  readonly #root: string;
  /** Records that were read, so that the checksum of one that many tensors share is taken once. */
  readonly #records = new Map<string, Uint8Array>();

  constructor(archive: ZipArchive, root: string) {
    this.#archive = archive;
    this.#root = root;
    const order = readText(archive, `${root}/byteorder`) ?? "little";
    if (order !== "little" && order !== "big") {
      throw new FormatError(`.pt: expected the byte order "little" or "big", got ${JSON.stringify(order)}`);
    }
    this.littleEndian = order === "little";
  }

  read(storage: StorageRef): Uint8Array {
    const known = this.#records.get(storage.key);
    if (known !== undefined) return known;
    const record = this.#archive.read(`${this.#root}/data/${storage.key}`);
    this.#records.set(storage.key, record);
    return record;
  }
}

function rootFolder(archive: ZipArchive): string {
  const roots = new Set([...archive.entries.keys()].map((name) => name.split("/", 1)[0]));
  const [root] = roots;
  if (roots.size !== 1 || !archive.entries.has(`${root}/data.pkl`)) {
    throw new FormatError(
      `.pt: expected a zip archive with one folder that holds data.pkl, got ${[...archive.entries.keys()]
        .slice(0, 5)
        .map((name) => JSON.stringify(name))
        .join(", ")}`,
    );
  }
  return root;
}

function checkVersion(archive: ZipArchive, root: string): void {
  const version = readText(archive, `${root}/version`) ?? readText(archive, `${root}/.data/version`) ?? "3";
  if (!/^\d{1,2}$/.test(version) || Number(version) < 1 || Number(version) > MAX_VERSION) {
    throw new FormatError(
      `.pt: expected an archive of version 1 to ${MAX_VERSION}, got ${JSON.stringify(version)}`,
    );
  }
}

function readText(archive: ZipArchive, name: string): string | null {
  const entry = archive.entries.get(name);
  if (entry === undefined) return null;
  if (entry.size > 64) throw new FormatError(`.pt: "${name}" has ${entry.size} bytes, expected a word`);
  return decodeUtf8(archive.read(name))?.trim() ?? "";
}

function checkRecord(archive: ZipArchive, name: string, storage: StorageRef): void {
  const entry = archive.entries.get(name);
  if (entry?.size === storage.byteLength) return;
  throw new FormatError(
    `.pt: expected ${storage.byteLength} bytes in "${name}", ` +
      (entry === undefined ? "which is missing" : `which has ${entry.size}`),
  );
}
