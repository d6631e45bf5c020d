/**
 * @module
 * Zip archives, laid out as PyTorch lays out its own; deflated where a compressor is given.
 */

import { ArgumentError } from "../errors.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { crc32 } from "../bytes/crc32.ts";

/** A file to put into an archive. */
export interface ZipContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const LOCAL_BYTES = 30;
const EXTRA_HEADER_BYTES = 4;
/** "FB", the id of the extra field that PyTorch pads with. */
const PADDING_EXTRA = 0x4246;
const PADDING_BYTE = 0x5a;
const FLAG_UTF8 = 0x0800;
/** 1980-01-01: archives of the same content are the same bytes. */
const DOS_DATE = 0x0021;
const MAX_ENTRIES = 0xfffe;
const MAX_BYTES = 0xfffffffe;

/** Method 8 needs version 2.0 of the format. */
const VERSION_DEFLATE = 20;

/** How an archive is laid out. */
export interface WriteZipOptions {
  /** Each content starts at a multiple of this many bytes: 64 for `torch.load(mmap=True)`, 1 for none. 1 unless said. */
  readonly alignment?: number;
  /** Raw DEFLATE, such as Node's `deflateRawSync`. Contents are stored as they are where it is absent or saves nothing. */
  readonly deflate?: (bytes: Uint8Array) => Uint8Array;
}

interface Placed {
  readonly name: Uint8Array;
  /** Bytes of the content unpacked. */
  readonly size: number;
  readonly packed: Uint8Array;
  readonly deflated: boolean;
  readonly crc: number;
  readonly offset: number;
}

/**
 * A zip archive of `files`, in their order.
 * @throws ArgumentError beyond 65,534 files or 4 GiB, since zip64 is not written
 */
export function writeZip(files: readonly ZipContent[], options: WriteZipOptions = {}): Uint8Array {
  if (files.length > MAX_ENTRIES) {
    throw new ArgumentError(`writeZip: expected at most ${MAX_ENTRIES} files, got ${files.length}`);
  }
  const total = files.reduce((sum, file) => sum + file.bytes.length + 2 * file.name.length + 256, 0);
  if (total > MAX_BYTES)
    throw new ArgumentError(`writeZip: expected less than 4 GiB, got about ${total} bytes`);
  const out = new ByteWriter();
  const placed = files.map((file) => writeEntry(out, file, options));
  const offset = out.length;
  for (const entry of placed) writeDirectoryEntry(out, entry);
  writeEnd(out, placed.length, offset);
  return out.finish();
}

function writeEntry(out: ByteWriter, file: ZipContent, { alignment = 1, deflate }: WriteZipOptions): Placed {
  const name = new TextEncoder().encode(file.name);
  const smaller = deflate?.(file.bytes);
  const deflated = smaller !== undefined && smaller.length < file.bytes.length;
  const packed = deflated ? smaller : file.bytes;
  const entry: Placed = {
    name,
    size: file.bytes.length,
    packed,
    deflated,
    crc: crc32(file.bytes),
    offset: out.length,
  };
  const unpadded = out.length + LOCAL_BYTES + name.length + EXTRA_HEADER_BYTES;
  const padding = (alignment - (unpadded % alignment)) % alignment;
  const extra = new ByteWriter();
  if (alignment > 1) {
    extra.u16(PADDING_EXTRA);
    extra.u16(padding);
    extra.raw(new Uint8Array(padding).fill(PADDING_BYTE));
  }
  out.u32(0x04034b50);
  writeShared(out, entry, extra.length);
  out.raw(name);
  out.raw(extra.finish());
  out.raw(packed);
  return entry;
}

/** The fields that an entry's own header and the directory have in common. */
function writeShared(out: ByteWriter, entry: Placed, extraLength: number): void {
  out.u16(entry.deflated ? VERSION_DEFLATE : 0);
  out.u16(FLAG_UTF8);
  out.u16(entry.deflated ? 8 : 0);
  out.u16(0);
  out.u16(DOS_DATE);
  out.u32(entry.crc);
  out.u32(entry.packed.length);
  out.u32(entry.size);
  out.u16(entry.name.length);
  out.u16(extraLength);
}

function writeDirectoryEntry(out: ByteWriter, entry: Placed): void {
  out.u32(0x02014b50);
  out.u16(0);
  writeShared(out, entry, 0);
  out.u16(0);
  out.u16(0);
  out.u16(0);
  out.u32(0);
  out.u32(entry.offset);
  out.raw(entry.name);
}

function writeEnd(out: ByteWriter, count: number, directoryOffset: number): void {
  const size = out.length - directoryOffset;
  out.u32(0x06054b50);
  out.u16(0);
  out.u16(0);
  out.u16(count);
  out.u16(count);
  out.u32(size);
  out.u32(directoryOffset);
  out.u16(0);
}
