/**
 * @module
 * Typed values out of query strings and JSON fields, with errors that name the field, what was expected and what came.
 */

import { nearestName } from "../../errors.ts";
import { RequestError } from "../errors.ts";
import { describe } from "./content.ts";

const MAX_NAMES = 64;
const MAX_NAME_LENGTH = 40;

/** Named values as a client sent them: text from a query or a form, any JSON value from a JSON body. */
export type Fields = ReadonlyMap<string, unknown>;

/**
 * Fields of the body with those of the query over them.
 * @param known names that mean something; a name that is nearly one of them is an error, any other is ignored, as
 *   TorchServe ignores all
 * @throws RequestError for a misspelt name
 */
export function mergeFields(query: URLSearchParams, body: Fields, known: readonly string[]): Fields {
  const merged = new Map<string, unknown>([...body, ...query]);
  // Comparing names costs time; of a body with thousands of keys the first ones are enough.
  for (const name of [...merged.keys()].slice(0, MAX_NAMES)) {
    const near = known.includes(name) || name.length > MAX_NAME_LENGTH ? null : nearestName(name, known);
    if (near !== null) {
      throw new RequestError("badRequest", `Unknown option "${name}". Did you mean "${near}"?`);
    }
  }
  return merged;
}

/**
 * A value that counts as absent: none, JSON null, or nothing after the equals sign.
 */
export function isAbsent(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

/**
 * A whole number, as a JSON number or in decimal digits; undefined when absent.
 * @throws RequestError for anything else
 */
export function integerField(fields: Fields, name: string): number | undefined {
  const value = fields.get(name);
  if (isAbsent(value)) return undefined;
  const number = typeof value === "string" && /^\s*[+-]?\d{1,15}\s*$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number)) return number;
  throw expected(name, "an integer", value);
}

/**
 * A finite number; undefined when absent.
 * @throws RequestError for anything else
 */
export function numberField(fields: Fields, name: string): number | undefined {
  const value = fields.get(name);
  if (isAbsent(value)) return undefined;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw expected(name, "a number", value);
}

/**
 * One of `choices`; undefined when absent.
 * @throws RequestError naming the choices and the nearest one
 */
export function choiceField<T extends string>(
  fields: Fields,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = fields.get(name);
  if (isAbsent(value)) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const near = typeof value === "string" ? nearestName(value, choices) : null;
  const hint = near === null ? "" : ` Did you mean "${near}"?`;
  throw expected(name, `one of ${choices.join(", ")}`, value, hint);
}

/** "Option NAME must be ..., got ...". */
export function expected(name: string, what: string, value: unknown, hint = ""): RequestError {
  return new RequestError("badRequest", `Option "${name}" must be ${what}, got ${describe(value)}.${hint}`);
}
