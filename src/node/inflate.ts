/**
 * @module
 * Node's zlib in the place of candil's own inflate: ten times as fast, and as strict.
 */

import { gunzip, inflateRawSync } from "node:zlib";
import { promisify } from "node:util";
import { FormatError } from "../errors.ts";
import { uninterrupted } from "./uninterrupted.ts";

/** Raw DEFLATE to exactly `size` bytes, for `openZip`. @throws FormatError when it yields another number of bytes */
export function nodeInflate(packed: Uint8Array, size: number): Uint8Array {
  // zlib wants a limit of at least 1.
  const content = unpack(packed, Math.max(1, size));
  if (content.length !== size) {
    throw new FormatError(`inflate: expected ${size} bytes, but ${content.length} came out`);
  }
  return content;
}

function unpack(packed: Uint8Array, maxOutputLength: number): Uint8Array {
  try {
    const result: unknown = uninterrupted(() => inflateRawSync(packed, { maxOutputLength, info: true }));
    if (!hasEngine(result)) throw new FormatError("inflate: zlib did not say how far it read");
    const { buffer, engine } = result;
    if (engine.bytesWritten !== packed.length) {
      throw new FormatError(
        `inflate: ${packed.length - engine.bytesWritten} bytes follow the end of the data`,
      );
    }
    return buffer;
  } catch (error) {
    throw damaged("inflate", error, maxOutputLength);
  }
}

/** What zlib returns with `info: true`, which Node's types leave out. */
interface Inflated {
  readonly buffer: Buffer;
  /** `bytesWritten` into the engine: those of the input that it used. */
  readonly engine: { readonly bytesWritten: number };
}

function hasEngine(result: unknown): result is Inflated {
  return typeof result === "object" && result !== null && "buffer" in result && "engine" in result;
}

/** Unpacks a gzip file to at most `maxBytes`. @throws FormatError when it is damaged or becomes more */
export async function boundedGunzip(packed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  try {
    return await uninterrupted(() => promisify(gunzip)(packed, { maxOutputLength: maxBytes }));
  } catch (error) {
    throw damaged("gzip", error, maxBytes);
  }
}

function damaged(what: string, error: unknown, limit: number): FormatError {
  if (error instanceof FormatError) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_BUFFER_TOO_LARGE") {
    return new FormatError(`${what}: yields more than the ${limit} bytes that are allowed`, { cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new FormatError(`${what}: the compressed data is damaged: ${reason}`, { cause: error });
}
