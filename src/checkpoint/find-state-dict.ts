/**
 * @module
 * Finds the weights in a checkpoint, which people save in many wrappings.
 */

import { FormatError } from "../errors.ts";
import type { DType, DTypeArrays } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { CheckpointValue, StateDict } from "./value.ts";

/** The weights of a checkpoint and how they were found. */
export interface FoundStateDict {
  readonly stateDict: StateDict;
  readonly notes: readonly string[];
}

/** Keys that training scripts keep the weights under, the most telling first. */
const WRAPPERS = [
  "state_dict",
  "model_state_dict",
  "model_state",
  "model",
  "net",
  "network",
  "module",
  "weights",
  "params",
];

/** Wrappers inside wrappers, `{"model": {"state_dict": ...}}`, are followed this deep. */
const MAX_WRAPPERS = 3;

const MAX_NAMES = 5;

/**
 * The dict of tensors in `value`: under one of the usual keys (`state_dict`, `model`, `model_state_dict`, `net`, ...), the
 * value itself, or the only dict of tensors under some other key. Prefixes that wrappers leave (`module.` of DataParallel
 * when every name has it, `_orig_mod.` of `torch.compile` anywhere) are taken off. Everything that was skipped, stripped
 * or not finite is noted.
 * @throws FormatError when there are no weights, naming what there is
 */
export function findStateDict(value: CheckpointValue): FoundStateDict {
  const notes: string[] = [];
  const found = unwrap(value, "", notes, 0);
  if (found === null) {
    throw new FormatError(
      `checkpoint: expected a dict of tensors, as torch.save(model.state_dict(), PATH) writes it, got ${describe(value)}`,
    );
  }
  const stateDict = stripPrefixes(found, notes);
  noteNonFinite(stateDict, notes);
  return { stateDict, notes };
}

function unwrap(value: CheckpointValue, path: string, notes: string[], depth: number): StateDict | null {
  if (!(value instanceof Map) || depth > MAX_WRAPPERS) return null;
  for (const key of WRAPPERS) {
    const inner = unwrap(value.get(key) ?? null, `${path}${key}.`, notes, depth + 1);
    if (inner !== null) return noteWrapper(inner, key, value, notes);
  }
  const tensors: StateDict = new Map();
  for (const [key, item] of value)
    if (item instanceof Tensor && typeof key === "string") tensors.set(key, item);
  if (tensors.size > 0) {
    const skipped = [...value.keys()].filter((key) => typeof key !== "string" || !tensors.has(key));
    if (skipped.length > 0)
      notes.push(`${list(skipped)} ${skipped.length === 1 ? "is no tensor" : "are no tensors"}`);
    return tensors;
  }
  // optimizer.state_dict() keeps its tensors deeper, under numbers, so it is never taken for weights.
  const inner = [...value].filter(
    ([, item]) => item instanceof Map && [...item.values()].some((x) => x instanceof Tensor),
  );
  if (inner.length !== 1) return null;
  const [key, item] = inner[0];
  const only = unwrap(item, `${path}${String(key)}.`, notes, depth + 1);
  return only === null ? null : noteWrapper(only, String(key), value, notes);
}

function noteWrapper(
  inner: StateDict,
  key: string,
  outer: ReadonlyMap<unknown, unknown>,
  notes: string[],
): StateDict {
  const others = [...outer.keys()].filter((other) => other !== key);
  notes.push(`weights taken from "${key}"${others.length === 0 ? "" : `; beside them: ${list(others)}`}`);
  return inner;
}

function stripPrefixes(stateDict: StateDict, notes: string[]): StateDict {
  let names = [...stateDict.keys()];
  while (names.length > 0 && names.every((name) => /^module\../.test(name))) {
    names = names.map((name) => name.slice("module.".length));
  }
  if (names[0] !== [...stateDict.keys()][0]) notes.push('prefix "module." taken off the names');
  const compiled = names.map((name) => name.replaceAll(/(^|\.)_orig_mod\./g, "$1"));
  if (compiled.some((name, i) => name !== names[i])) notes.push('prefix "_orig_mod." taken off the names');
  const stripped: StateDict = new Map([...stateDict.values()].map((tensor, i) => [compiled[i], tensor]));
  if (stripped.size !== stateDict.size) {
    throw new FormatError('checkpoint: two tensors have the same name when prefix "_orig_mod." is taken off');
  }
  return stripped;
}

function noteNonFinite(stateDict: StateDict, notes: string[]): void {
  const names = [...stateDict].filter(([, tensor]) => !allFinite(tensor.data)).map(([name]) => name);
  if (names.length > 0) notes.push(`NaN or infinite values in ${list(names)}`);
}

/** Whether there is neither NaN nor an infinity; integers never are either. */
function allFinite(values: DTypeArrays[DType]): boolean {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return true;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function describe(value: CheckpointValue): string {
  if (value instanceof Map)
    return value.size === 0 ? "an empty dict" : `a dict of ${list([...value.keys()])}`;
  if (value instanceof Tensor) return "a single tensor; readPt reads it";
  if (Array.isArray(value)) return `a list of ${value.length}; readPt reads it`;
  return value === null ? "None" : typeof value;
}

function list(names: readonly unknown[]): string {
  const shown = names.slice(0, MAX_NAMES).map(String).join(", ");
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}
