/**
 * @module
 * What an archive may ask for: far above real ones, and no more than its own size warrants.
 */

/** Entries of one zip file. */
export const MAX_ZIP_ENTRIES = 200_000;

/**
 * Bytes that a file may become: max(16 MiB, 8 n) for one of n bytes. That is room for float8 that is widened to float32
 * (4 n), for views that overlap, and for expanded tensors, but not for a kilobyte that claims a gigabyte.
 */
export function allowance(fileBytes: number): number {
  return Math.max(16 * 2 ** 20, 8 * fileBytes);
}
