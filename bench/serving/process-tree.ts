/** @module The memory of a process and of all that it started. */

import { readdirSync, readFileSync } from "node:fs";

/**
 * Megabytes in use by a process and its descendants: proportional set sizes, in which a page that several processes share
 * counts once. NaN where the system does not tell (it is Linux's /proc that does).
 */
export function memoryOfTree(root: number): number {
  const parents = parentsOfAll();
  const tree = [root];
  // Grows while it is walked.
  for (const parent of tree) {
    for (const [pid, its] of parents) if (its === parent) tree.push(pid);
  }
  return tree.reduce((sum, pid) => sum + kilobytesOf(pid), 0) / 1024;
}

function parentsOfAll(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of entriesOfProc()) {
    const status = readOrEmpty(`/proc/${name}/status`);
    const parent = /^PPid:\s*(\d+)/m.exec(status);
    if (parent !== null) parents.set(Number(name), Number(parent[1]));
  }
  return parents;
}

function entriesOfProc(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function kilobytesOf(pid: number): number {
  const proportional = /^Pss:\s*(\d+) kB/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`));
  return proportional === null ? NaN : Number(proportional[1]);
}

/** A process may end while it is looked at. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
