/**
 * @module
 * From a module over a memory of its own to one over a memory that threads share. Whether it is shared is part of a module's type; its code
 * is the same.
 */

/** How "env" "memory" is imported: kind 2, flags 0 (no maximum), at least 0 pages. See the import section of the specification. */
const IMPORT = latin1("\x03env\x06memory\x02\x00\x00");

/** The same with flags 3: shared, and therefore with a maximum, 65536 pages in LEB128. */
const SHARED_IMPORT = latin1("\x03env\x06memory\x02\x03\x00\x80\x80\x04");

const HEADER_BYTES = 8;
const IMPORT_SECTION = 2;

/**
 * The kernels' module with its memory imported as a shared one.
 * @throws Error when the module was compiled to import its memory otherwise
 */
export function withSharedMemory(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let at = HEADER_BYTES;
  while (module[at] !== IMPORT_SECTION) at = endOfSection(module, at);
  const end = endOfSection(module, at);
  const place = findBytes(module.subarray(0, end), IMPORT);
  const added = SHARED_IMPORT.length - IMPORT.length;
  const size = module[at + 1] + added;
  // A size of one byte has to stay one: the section imports nothing else.
  if (place < 0 || size > 0x7f) throw new Error("the kernels' module does not import its memory as expected");
  const result = new Uint8Array(module.length + added);
  result.set(module.subarray(0, place));
  result[at + 1] = size;
  result.set(SHARED_IMPORT, place);
  result.set(module.subarray(place + IMPORT.length), place + SHARED_IMPORT.length);
  return result;
}

/** Where the section at `at` ends: after its kind come its size in LEB128 and so many bytes. */
function endOfSection(module: Uint8Array, at: number): number {
  let size = 0;
  let shift = 0;
  let byte: number;
  do {
    byte = module[++at];
    size |= (byte & 0x7f) << shift;
    shift += 7;
  } while (byte > 0x7f);
  return at + 1 + size;
}

function findBytes(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = 0; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
