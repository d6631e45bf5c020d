/**
 * @module
 * Bytes as text, where there is no Buffer.
 */

/** More arguments than this overflow the stack of some engines. */
const CHUNK = 0x8000;

/** Bytes in base64. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}
