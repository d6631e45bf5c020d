/**
 * @module
 * Zip archives with any field wrong: what `writeZip` cannot be made to write.
 */

import { ByteWriter } from "../../src/bytes/byte-writer.ts";
import { crc32 } from "../../src/checkpoint/index.ts";

/** The fields that an entry's own header and the directory have in common. */
interface Fields {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly extra: Uint8Array;
}

/** An entry: its bytes in the archive, and what the two headers say where that is not the truth. */
export interface RawEntry extends Partial<Fields> {
  readonly name: string;
  /** The bytes as they stand in the archive. */
  readonly packed: Uint8Array;
  /** What the entry's own header says otherwise. */
  readonly local?: Partial<Fields>;
  /** Where the directory says that the entry is. */
  readonly offset?: number;
}

/** What the end record says where that is not the truth. */
export interface RawEnd {
  readonly disk?: number;
  readonly count?: number;
  readonly size?: number;
  readonly offset?: number;
  readonly comment?: Uint8Array;
  /** Adds a zip64 end record with these numbers, and what the ordinary one says then. */
  readonly zip64?: { readonly count: number; readonly size?: number; readonly offset?: number };
}

/** An archive of `entries`, `between` standing in front of the directory. */
export function rawZip(
  entries: readonly RawEntry[],
  end: RawEnd = {},
  between = new Uint8Array(0),
): Uint8Array {
  const out = new ByteWriter();
  const offsets = entries.map((entry) => {
    const offset = out.length;
    out.u32(0x04034b50);
    out.u16(20);
    const fields = { ...truth(entry), ...entry.local };
    writeFields(out, fields);
    out.text(fields.name);
    out.raw(fields.extra);
    out.raw(entry.packed);
    return offset;
  });
  out.raw(between);
  const directory = out.length;
  entries.forEach((entry, i) => {
    const fields = truth(entry);
    out.u32(0x02014b50);
    out.u16(20);
    out.u16(20);
    writeFields(out, fields);
    out.u16(0);
    out.u16(0);
    out.u16(0);
    out.u32(0);
    out.u32(entry.offset ?? offsets[i]);
    out.text(fields.name);
    out.raw(fields.extra);
  });
  writeEnd(out, { count: entries.length, size: out.length - directory, offset: directory, ...end });
  return out.finish();
}

function truth(entry: RawEntry): Fields {
  const { packed } = entry;
  const honest = {
    flags: 0,
    method: 0,
    crc: crc32(packed),
    compressedSize: packed.length,
    size: packed.length,
  };
  return { ...honest, extra: new Uint8Array(0), ...entry };
}

function writeFields(out: ByteWriter, fields: Fields): void {
  out.u16(fields.flags);
  out.u16(fields.method);
  out.u32(0);
  out.u32(fields.crc);
  out.u32(fields.compressedSize);
  out.u32(fields.size);
  out.u16(new TextEncoder().encode(fields.name).length);
  out.u16(fields.extra.length);
}

function writeEnd(out: ByteWriter, end: RawEnd & { count: number; size: number; offset: number }): void {
  const { comment = new Uint8Array(0), zip64 } = end;
  if (zip64 !== undefined) {
    const at = out.length;
    out.u32(0x06064b50);
    for (const value of [44, 0, 0]) u64(out, value, value === 44 ? 8 : 6);
    for (const value of [zip64.count, zip64.count, zip64.size ?? end.size, zip64.offset ?? end.offset])
      u64(out, value);
    out.u32(0x07064b50);
    out.u32(0);
    u64(out, at);
    out.u32(1);
  }
  out.u32(0x06054b50);
  out.u16(end.disk ?? 0);
  out.u16(end.disk ?? 0);
  out.u16(end.count);
  out.u16(end.count);
  out.u32(end.size);
  out.u32(end.offset);
  out.u16(comment.length);
  out.raw(comment);
}

function u64(out: ByteWriter, value: number, bytes = 8): void {
  out.raw(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer).subarray(0, bytes));
}
