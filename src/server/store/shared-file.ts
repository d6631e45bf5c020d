/**
 * @module
 * Files in memory that threads share.
 */

import { open } from "node:fs/promises";
import { basename } from "node:path";
import { FormatError } from "../../errors.ts";

/** More bytes than any model that is served from one process. */
const MAX_BYTES = 4 * 1024 ** 3;

/** A file's bytes in memory that threads share. @throws FormatError when it is empty or larger than 4 GiB */
export async function readShared(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size === 0 || size > MAX_BYTES) {
      throw new FormatError(`${basename(path)}: expected 1 to ${MAX_BYTES} bytes, got ${size}`);
    }
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      if (bytesRead === 0) throw new FormatError(`${basename(path)}: it became shorter while it was read`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
