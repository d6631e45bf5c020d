/**
 * @module
 * Zip archives, read strictly: what two readers could understand differently is refused.
 */

import { FormatError } from "../errors.ts";
import { crc32 } from "../bytes/crc32.ts";
import { inflate } from "./inflate.ts";
import { allowance, MAX_ZIP_ENTRIES } from "./limits.ts";
import { readCentralDirectory } from "./central-directory.ts";
import type { ZipEntry } from "./central-directory.ts";
import { checkLocalHeaders } from "./local-header.ts";

/** What an archive may ask for. */
export interface ZipLimits {
  /** Bytes that all entries together may have when unpacked; max(16 MiB, 8 × the archive) unless said. */
  readonly maxTotalBytes?: number;
  /** Number of entries; 200,000 unless said. */
  readonly maxEntries?: number;
}

/** Raw DEFLATE to exactly `size` bytes. @throws FormatError when the stream is damaged or yields another number of bytes */
export type Inflate = (packed: Uint8Array, size: number) => Uint8Array;

/** What an archive may ask for, and how it is unpacked. */
export interface OpenZipOptions extends ZipLimits {
  /** candil's own {@link inflate} unless said: Node has a faster one. */
  readonly inflate?: Inflate;
}

/** An archive whose directory was read and checked; contents are unpacked one by one when asked for. */
export class ZipArchive {
  /** Entries by name, in the order of the directory. Names are relative, with `/`, and stay inside. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly #bytes: Uint8Array;
  readonly #dataOffsets: ReadonlyMap<string, number>;
  readonly #inflate: Inflate;

  constructor(
    bytes: Uint8Array,
    entries: ReadonlyMap<string, ZipEntry>,
    dataOffsets: ReadonlyMap<string, number>,
    unpack: Inflate,
  ) {
    this.#inflate = unpack;
    this.#bytes = bytes;
    this.entries = entries;
    this.#dataOffsets = dataOffsets;
  }

  /**
   * The content of an entry, its checksum verified. Uncompressed content is a view of the archive's bytes, not a copy.
   * @throws FormatError when there is no such entry, or its content is damaged
   */
  read(name: string): Uint8Array {
    const entry = this.entries.get(name);
    const start = this.#dataOffsets.get(name);
    if (entry === undefined || start === undefined) throw new FormatError(`zip: there is no entry "${name}"`);
    const packed = this.#bytes.subarray(start, start + entry.compressedSize);
    const content = entry.compressed ? this.#inflate(packed, entry.size) : packed;
    if (crc32(content) !== entry.crc32) {
      throw new FormatError(`zip: the checksum of "${name}" does not fit its content; the file is damaged`);
    }
    return content;
  }
}

/**
 * Opens a zip archive: stored and deflated entries, zip64, data descriptors. Stricter than PyTorch's miniz and Python's
 * zipfile: bytes after the archive, duplicate names, names that leave the archive, encrypted entries, entries that
 * overlap, and entries whose own header contradicts the directory are refused, and so is a wrong checksum when read.
 * @throws FormatError
 *
 * @example
 * const manifest = openZip(bytes).read("MAR-INF/MANIFEST.json");
 */
export function openZip(bytes: Uint8Array, limits: OpenZipOptions = {}): ZipArchive {
  const directory = readCentralDirectory(bytes, limits.maxEntries ?? MAX_ZIP_ENTRIES);
  const allowed = limits.maxTotalBytes ?? allowance(bytes.length);
  let total = 0;
  const entries = new Map<string, ZipEntry>();
  for (const entry of directory.entries) {
    if (entries.has(entry.name)) throw new FormatError(`zip: "${entry.name}" is there twice`);
    entries.set(entry.name, entry);
    total += entry.size;
  }
  if (total > allowed) {
    throw new FormatError(
      `zip: would unpack to ${total} bytes, more than the ${allowed} allowed for this archive`,
    );
  }
  return new ZipArchive(bytes, entries, checkLocalHeaders(bytes, directory), limits.inflate ?? inflate);
}
