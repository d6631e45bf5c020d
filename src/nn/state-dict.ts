/**
 * @module
 * Whether a state dict fits a module.
 */

import { formatShape, nearestName, StateDictError } from "../errors.ts";
import { sameShape } from "../tensor/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** Names in which a module and a state dict differ. */
export interface StateDictReport {
  /** What the module has and the state dict lacks. */
  readonly missing: readonly string[];
  /** What the state dict has and the module lacks. */
  readonly unexpected: readonly string[];
}

/**
 * Compares names and shapes.
 * @param what the module's name, for the message
 * @throws StateDictError listing everything that does not fit, with the nearest known name for unexpected ones
 */
export function checkStateDict(
  what: string,
  own: ReadonlyMap<string, AnyTensor>,
  given: ReadonlyMap<string, AnyTensor>,
  strict: boolean,
): StateDictReport {
  // Files from before PyTorch 0.4.1 lack the counter of batches; PyTorch takes them too.
  const missing = [...own.keys()].filter(
    (name) => !given.has(name) && !/(^|\.)num_batches_tracked$/.test(name),
  );
  const unexpected = [...given.keys()].filter((name) => !own.has(name));
  const problems: string[] = [];
  for (const [name, tensor] of own) {
    const source = given.get(name);
    if (source !== undefined && !sameShape(source.shape, tensor.shape)) {
      problems.push(`${name}: expected ${formatShape(tensor.shape)}, got ${formatShape(source.shape)}`);
    }
  }
  if (strict) {
    problems.push(...missing.map((name) => `${name}: missing`));
    for (const name of unexpected) {
      const near = nearestName(name, missing);
      problems.push(`${name}: unexpected${near === null ? "" : `; did you mean ${near}?`}`);
    }
  }
  if (unexpected.length > 0 && unexpected.every((name) => name.startsWith("module."))) {
    problems.push(
      'every name begins with "module.": saved from DataParallel; take that prefix off the names',
    );
  }
  if (problems.length > 0) {
    throw new StateDictError(`The state dict does not fit ${what}:\n  ${problems.join("\n  ")}`);
  }
  return { missing, unexpected };
}
