/**
 * @module
 * How many threads can compute at a time.
 */

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Reads a file of the system; null when it is not there. */
export type ReadSystemFile = (path: string) => string | null;

/**
 * Cores that this process may use: those of the machine, or what a container's limit leaves of them. Node knows the machine
 * only, and 64 threads on one core's time stand in each other's way.
 *
 * @example
 * availableCpus(); // 2 in a pod with `limits: { cpu: 2500m }`
 */
export function availableCpus(
  read: ReadSystemFile = readSystemFile,
  machine = availableParallelism(),
): number {
  const limit = quota(read);
  return limit === null ? machine : Math.max(1, Math.min(machine, Math.floor(limit)));
}

/** Cores' worth of time that the control group has, of version 2 or else 1; null without a limit. */
function quota(read: ReadSystemFile): number | null {
  const both = read("/sys/fs/cgroup/cpu.max")?.split(" ") ?? [
    read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") ?? "",
    read("/sys/fs/cgroup/cpu/cpu.cfs_period_us") ?? "",
  ];
  const [time, period] = both.map(Number);
  return time > 0 && period > 0 ? time / period : null;
}

function readSystemFile(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}
