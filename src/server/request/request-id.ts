/**
 * @module
 * A client's own identifier for its request.
 */

/** The identifier, if it is one that a log can hold. */
export function carriedRequestId(id: string | undefined): string | undefined {
  return id !== undefined && /^[\w.:/+=@-]{1,128}$/.test(id) ? id : undefined;
}
