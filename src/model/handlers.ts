/**
 * @module
 * Handlers by name: TorchServe's that are built in, and those that an application registers.
 */

import { ArgumentError, nearestName } from "../errors.ts";
import { baseHandler, imageClassifier } from "./built-in-handlers.ts";
import type { Handler } from "./handler.ts";

const registered = new Map<string, Handler>([
  ["base_handler", baseHandler],
  ["image_classifier", imageClassifier],
]);

/**
 * Makes a handler known by a name, which model archives may give as theirs. A later one of the same name takes its place.
 *
 * @example
 * registerHandler("my_handler", defineHandler({ postprocess }));
 */
export function registerHandler(name: string, handler: Handler): void {
  registered.set(name, handler);
}

/** The handler of that name; undefined when there is none. */
export function handlerNamed(name: string): Handler | undefined {
  return registered.get(name);
}

/** An error that names the handlers that there are. */
export function unknownHandler(name: string): ArgumentError {
  const known = [...registered.keys()];
  const near = nearestName(name, known);
  return new ArgumentError(
    `handler "${name}": there is no such file in the archive and no handler of that name; known are ${known.join(", ")}` +
      (near === null ? "" : `; did you mean "${near}"?`) +
      ". Put the handler's file into the archive, or registerHandler() one of that name",
  );
}
