/**
 * @module
 * The one warning about settings that have no effect.
 */

import { nearestName } from "../../errors.ts";
import { ignoredKeys, keys } from "./keys.ts";
import type { Settings } from "./settings.ts";

/**
 * Names every setting that has no effect and says why, or returns null when there is none. A TorchServe key with the
 * value that asks for nothing anyway is passed over.
 *
 * @example
 * settingsWarning(new Map([["number_of_gpu", { value: "1", origin: "f:1" }]]));
 * // "Settings without effect: number_of_gpu (f:1): candil computes on the CPU"
 */
export function settingsWarning(settings: Settings): string | null {
  const known: ReadonlySet<string> = new Set(keys);
  const complaints: string[] = [];
  for (const [key, { value, origin }] of settings) {
    const ignored = ignoredKeys.get(key);
    if (ignored === undefined && known.has(key)) continue;
    if (ignored?.quiet?.toLowerCase() === value.toLowerCase() || (ignored !== undefined && value === ""))
      continue;
    complaints.push(`${key.slice(0, 80)} (${origin}): ${ignored?.reason ?? unknownKey(key)}`);
  }
  return complaints.length === 0 ? null : `Settings without effect: ${complaints.join("; ")}`;
}

function unknownKey(key: string): string {
  const near = nearestName(key, [...keys, ...ignoredKeys.keys()]);
  return near === null ? "neither TorchServe nor candil has this key" : `unknown; did you mean ${near}?`;
}
