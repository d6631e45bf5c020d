/**
 * @module
 * The Accept header, as far as it matters: whether a client asks for a picture by name.
 */

/**
 * Whether `mediaType` is named in an Accept header and not refused with q=0. Wildcards do not count: curl sends them
 * always, and they must keep meaning TorchServe's own answer.
 *
 * @example
 * acceptsByName("image/png;q=0.9, application/json", "image/png"); // true
 * acceptsByName("*\/*", "image/png"); // false
 */
export function acceptsByName(accept: string | undefined, mediaType: string): boolean {
  return (accept ?? "").split(",").some((range) => {
    const [name, ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return name === mediaType && !refused;
  });
}
