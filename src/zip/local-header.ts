/**
 * @module
 * The header before each entry's content: compared with the directory, then used only to find where the content starts.
 */

import { FormatError } from "../errors.ts";
import { ByteReader, decodeUtf8 } from "../bytes/byte-reader.ts";
import { widen } from "./central-directory.ts";
import type { CentralDirectory, ZipEntry } from "./central-directory.ts";

const LOCAL_SIGNATURE = 0x04034b50;
const FLAG_DESCRIPTOR = 0x0008;

/**
 * Checks each entry's own header and that no two entries share bytes.
 * @returns where each content starts, by name
 * @throws FormatError
 */
export function checkLocalHeaders(bytes: Uint8Array, directory: CentralDirectory): Map<string, number> {
  const contents = bytes.subarray(0, directory.offset);
  const offsets = new Map<string, number>();
  let previousEnd = 0;
  for (const entry of [...directory.entries].sort((a, b) => a.localOffset - b.localOffset)) {
    if (entry.localOffset < previousEnd) throw new FormatError(`zip: "${entry.name}" overlaps another entry`);
    const start = contentStart(contents, entry);
    offsets.set(entry.name, start);
    previousEnd = start + entry.compressedSize;
  }
  return offsets;
}

function contentStart(contents: Uint8Array, entry: ZipEntry): number {
  if (entry.localOffset > contents.length)
    throw new FormatError(`zip: "${entry.name}" lies outside the file`);
  const reader = new ByteReader(`zip entry "${entry.name}"`, contents, entry.localOffset);
  if (reader.u32() !== LOCAL_SIGNATURE) throw reader.error("has no header of its own", entry.localOffset);
  reader.skip(2); // version
  const flags = reader.u16();
  const method = reader.u16();
  reader.skip(4); // time and date
  const crc = reader.u32();
  const compressedSize = reader.u32();
  const size = reader.u32();
  const nameLength = reader.u16();
  const extraLength = reader.u16();
  const name = decodeUtf8(reader.take(nameLength));
  const sizes = widen(entry.name, [size, compressedSize], reader.take(extraLength));
  const start = reader.position;
  reader.skip(entry.compressedSize);

  const followsContent = (flags & FLAG_DESCRIPTOR) !== 0;
  const absent = followsContent && crc === 0 && sizes[0] === 0 && sizes[1] === 0;
  const same = crc === entry.crc32 && sizes[0] === entry.size && sizes[1] === entry.compressedSize;
  const agrees =
    name === entry.name && (method === 8) === entry.compressed && followsContent === entry.hasDescriptor;
  if (!agrees || !(absent || same)) {
    throw reader.error(
      "its own header contradicts the directory; the file is damaged or made to deceive",
      start,
    );
  }
  return start;
}
