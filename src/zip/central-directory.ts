/**
 * @module
 * The directory at the end of a zip file: the only place that is believed about names, sizes and positions.
 */

import { FormatError } from "../errors.ts";
import { ByteReader, decodeUtf8 } from "../bytes/byte-reader.ts";

/** One file of an archive, as the directory tells it. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Bytes in the archive. */
  readonly compressedSize: number;
  /** Whether the content is deflated; stored as it is otherwise. */
  readonly compressed: boolean;
  readonly crc32: number;
  /** Whether sizes and checksum may be missing from the entry's own header, since they follow the content. */
  readonly hasDescriptor: boolean;
  /** Where the entry's own header stands in the archive. */
  readonly localOffset: number;
}

/** All entries and where the directory itself begins. */
export interface CentralDirectory {
  readonly entries: readonly ZipEntry[];
  readonly offset: number;
}

/** Where the directory is and how many entries it has. */
interface DirectoryEnd {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
  /** Where the directory must end. */
  readonly end: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const END64_SIGNATURE = 0x06064b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const ZIP64_EXTRA = 0x0001;
const FULL16 = 0xffff;
const FULL32 = 0xffffffff;

const FLAG_DESCRIPTOR = 0x0008;
/** Encrypted, patched, strongly encrypted, or with masked headers. */
const FLAGS_REFUSED = 0x0001 | 0x0020 | 0x0040 | 0x2000;

/** @throws FormatError when there is no directory, or it is inconsistent */
export function readCentralDirectory(bytes: Uint8Array, maxEntries: number): CentralDirectory {
  const end = findEnd(bytes);
  if (end.count > maxEntries)
    throw new FormatError(`zip: has ${end.count} entries, at most ${maxEntries} are read`);
  if (end.offset + end.size !== end.end || end.count * ENTRY_BYTES > end.size) {
    throw new FormatError(
      "zip: the directory is not where the end of the file says; it is damaged or cut short",
    );
  }
  const reader = new ByteReader("zip directory", bytes.subarray(0, end.end), end.offset);
  const entries: ZipEntry[] = [];
  for (let i = 0; i < end.count; i++) entries.push(readEntry(reader));
  if (reader.remaining !== 0) throw reader.error(`has bytes after its ${end.count} entries`);
  return { entries, offset: end.offset };
}

/** The end record is the last thing in a file but for a comment, whose length it states. */
function findEnd(bytes: Uint8Array): DirectoryEnd {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lowest = Math.max(0, bytes.length - END_BYTES - FULL16);
  for (let at = bytes.length - END_BYTES; at >= lowest; at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) === bytes.length) return readEnd(bytes, at);
  }
  throw new FormatError("zip: the end record is missing; the file is cut short or has other bytes after it");
}

function readEnd(bytes: Uint8Array, at: number): DirectoryEnd {
  const reader = new ByteReader("zip end record", bytes, at + 4);
  const disk = reader.u16();
  const directoryDisk = reader.u16();
  const countHere = reader.u16();
  const count = reader.u16();
  const size = reader.u32();
  const offset = reader.u32();
  if (disk !== 0 || directoryDisk !== 0 || countHere !== count) {
    throw reader.error("archives in several parts are not read", at);
  }
  const end64 = findEnd64(bytes, at);
  if (end64 === null) return { count, size, offset, end: at };
  const agrees =
    (count === FULL16 || count === end64.count) &&
    (size === FULL32 || size === end64.size) &&
    (offset === FULL32 || offset === end64.offset);
  if (!agrees) throw reader.error("contradicts the zip64 end record", at);
  return end64;
}

/** PyTorch always writes a zip64 end record, with a locator between it and the ordinary one. */
function findEnd64(bytes: Uint8Array, endAt: number): DirectoryEnd | null {
  const locatorAt = endAt - LOCATOR_BYTES;
  if (locatorAt < 0) return null;
  const locator = new ByteReader("zip64 locator", bytes, locatorAt);
  if (locator.u32() !== LOCATOR_SIGNATURE) return null;
  locator.skip(4);
  const at = locator.u64();
  if (at > locatorAt) throw locator.error(`points to ${at}, behind itself`, locatorAt);
  const reader = new ByteReader("zip64 end record", bytes.subarray(0, locatorAt), at);
  if (reader.u32() !== END64_SIGNATURE) throw reader.error("is missing", at);
  const rest = reader.u64();
  if (rest !== reader.remaining) throw reader.error("has the wrong size", at);
  reader.skip(12); // versions, disk numbers
  const countHere = reader.u64();
  const count = reader.u64();
  if (countHere !== count) throw reader.error("archives in several parts are not read", at);
  const size = reader.u64();
  return { count, size, offset: reader.u64(), end: at };
}

function readEntry(reader: ByteReader): ZipEntry {
  const at = reader.position;
  if (reader.u32() !== ENTRY_SIGNATURE) throw reader.error("expected an entry", at);
  reader.skip(4); // versions
  const flags = reader.u16();
  const method = reader.u16();
  reader.skip(4); // time and date
  const crc = reader.u32();
  const compressedSize = reader.u32();
  const size = reader.u32();
  const nameLength = reader.u16();
  const extraLength = reader.u16();
  const commentLength = reader.u16();
  reader.skip(8); // disk number, attributes
  const localOffset = reader.u32();
  const name = checkName(reader.take(nameLength));
  const extra = reader.take(extraLength);
  reader.skip(commentLength);
  if ((flags & FLAGS_REFUSED) !== 0)
    throw new FormatError(`zip: "${name}" is encrypted or patched, which is not read`);
  if (method !== 0 && method !== 8) {
    throw new FormatError(`zip: "${name}" is packed by method ${method}; expected stored (0) or deflate (8)`);
  }
  const [fullSize, fullCompressed, fullOffset] = widen(name, [size, compressedSize, localOffset], extra);
  if (method === 0 && fullSize !== fullCompressed) {
    throw new FormatError(`zip: "${name}" is stored, but ${fullCompressed} bytes should become ${fullSize}`);
  }
  return {
    name,
    size: fullSize,
    compressedSize: fullCompressed,
    compressed: method === 8,
    crc32: crc,
    hasDescriptor: (flags & FLAG_DESCRIPTOR) !== 0,
    localOffset: fullOffset,
  };
}

/**
 * Values that do not fit 32 bits stand in the zip64 extra field, in order, those that fit left out.
 * @param values 32-bit values in the field's own order
 */
export function widen(name: string, values: readonly number[], extra: Uint8Array): number[] {
  if (!values.includes(FULL32)) return [...values];
  const field = findExtra(name, extra);
  return values.map((value) => (value === FULL32 ? field.u64() : value));
}

function findExtra(name: string, extra: Uint8Array): ByteReader {
  const reader = new ByteReader(`zip entry "${name}", extra fields`, extra);
  while (reader.remaining >= 4) {
    const id = reader.u16();
    const content = reader.take(reader.u16());
    if (id === ZIP64_EXTRA) return new ByteReader(`zip entry "${name}", zip64 field`, content);
  }
  throw new FormatError(`zip: "${name}" has no zip64 field, but refers to it`);
}

/** A name that stays inside the folder that it is unpacked into, on every system. */
function checkName(bytes: Uint8Array): string {
  const name = decodeUtf8(bytes);
  if (name === null) throw new FormatError("zip: a name is not UTF-8");
  const parts = (name.endsWith("/") ? name.slice(0, -1) : name).split("/");
  const harmless = parts.every((part) => part !== "" && part !== "." && part !== "..");
  if (!harmless || name.includes("\\") || name.includes("\0") || /^[A-Za-z]:/.test(name)) {
    throw new FormatError(`zip: the name ${JSON.stringify(name)} could leave the archive`);
  }
  return name;
}
