/**
 * @module
 * Lists the tensors of a `.pt` file from its pickle alone.
 */

import { elementCount } from "../../tensor/shape.ts";
import type { CheckpointDescription, CheckpointEntry } from "../description.ts";
import { MAX_DEPTH } from "../limits.ts";
import { ForeignObject, PyTuple } from "../pickle/values.ts";
import type { PickleValue } from "../pickle/values.ts";
import { LenientGlobals } from "./lenient-globals.ts";
import { openPt } from "./read-pt.ts";
import type { PtFormat } from "./read-pt.ts";
import { refusals } from "./refusals.ts";
import { StoredTensor } from "./stored-tensor.ts";

/** How modules keep their parts, which `state_dict` leaves out of names. */
const MODULE_FIELDS: ReadonlySet<unknown> = new Set(["_modules", "_parameters", "_buffers"]);

/** The tensors of a `.pt` file in the order of its pickle, and what else there is to tell. @throws FormatError */
export function describePt(bytes: Uint8Array, format: PtFormat): Omit<CheckpointDescription, "format"> {
  const globals = new LenientGlobals();
  const file = openPt(bytes, format, globals.find);
  const entries = listTensors(file.root);
  const others = file.root instanceof Map ? otherKeys(file.root) : [];
  const notes = others.length === 0 ? file.notes : [...file.notes, `beside tensors: ${others.join(", ")}`];
  return { entries, notes, unsupported: refusals(globals.refused) };
}

function otherKeys(root: ReadonlyMap<unknown, PickleValue>): string[] {
  return [...root]
    .filter(
      ([, value]) =>
        !(value instanceof StoredTensor || value instanceof Map || value instanceof ForeignObject),
    )
    .map(([key]) => String(key));
}

function listTensors(root: PickleValue): CheckpointEntry[] {
  const entries: CheckpointEntry[] = [];
  const seen = new Set<object>();

  const visit = (value: PickleValue, path: readonly string[], depth: number): void => {
    if (value === null || typeof value !== "object") return;
    if (value instanceof StoredTensor) entries.push(entry(path.join("."), value));
    // Containers that are there twice are listed once, and so cannot lead in circles.
    else if (!seen.has(value) && depth <= MAX_DEPTH) {
      seen.add(value);
      for (const [key, child] of children(value)) {
        visit(child, key === null ? path : [...path, key], depth + 1);
      }
    }
  };

  visit(root, [], 0);
  return entries;
}

/** What a container holds; the name is null where it adds nothing. */
function children(value: object): (readonly [string | null, PickleValue])[] {
  if (value instanceof Map) {
    return [...value].map(([key, child]) => [MODULE_FIELDS.has(key) ? null : String(key), child]);
  }
  if (value instanceof ForeignObject) return value.parts.map((part) => [null, part]);
  const items: readonly PickleValue[] =
    value instanceof PyTuple ? value.items : Array.isArray(value) ? value : [];
  return items.map((child, i) => [String(i), child]);
}

function entry(name: string, { type, shape }: StoredTensor): CheckpointEntry {
  const elements = elementCount(shape);
  return { name, dtype: type.name, shape, elements, bytes: elements * type.bytes };
}
