/**
 * @module
 * package-lock.json as a list.
 */

import { readFileSync } from "node:fs";

/** One package of the lock file. */
export interface LockedPackage {
  /** Its folder: `node_modules/express`. */
  readonly place: string;
  /** Whether it is there for working on candil alone. */
  readonly dev: boolean;
  /** Whether it runs a script when it is installed. */
  readonly hasInstallScript: boolean;
}

interface LockEntry {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

/** All packages that `npm ci` installs, candil itself excepted. */
export function lockedPackages(): LockedPackage[] {
  const text = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");
  const { packages } = JSON.parse(text) as { packages: Record<string, LockEntry> };
  return Object.entries(packages)
    .filter(([place]) => place !== "")
    .map(([place, { dev = false, hasInstallScript = false }]) => ({ place, dev, hasInstallScript }));
}
