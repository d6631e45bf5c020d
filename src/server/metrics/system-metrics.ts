/**
 * @module
 * The computer's load, memory and disk, read in this process; TorchServe starts a Python interpreter with PyTorch for it.
 */

import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { cpus, freemem, totalmem } from "node:os";
import type { ServerMetrics, SystemReading } from "./server-metrics.ts";

const MEGABYTE = 1024 ** 2;
const GIGABYTE = 1024 ** 3;

interface CpuTimes {
  readonly busy: number;
  readonly all: number;
}

/**
 * Reads the system now and every `intervalSeconds` into `metrics`, without keeping the process alive.
 * @returns what stops it
 */
export function watchSystem(metrics: ServerMetrics, intervalSeconds: number): () => void {
  let before = cpuTimes();
  const read = (): void => {
    const now = cpuTimes();
    const since = before;
    before = now;
    readSystem(since, now).then(
      (reading) => metrics.system(reading),
      // A computer that does not tell its disk's size is served all the same.
      () => undefined,
    );
  };
  read();
  const timer = setInterval(read, intervalSeconds * 1000);
  timer.unref();
  return () => clearInterval(timer);
}

/** One reading; the CPU's use is that between the two times. */
export async function readSystem(before: CpuTimes, now: CpuTimes): Promise<SystemReading> {
  const disk = await statfs("/");
  const [total, available] = memory();
  const size = disk.blocks * disk.bsize;
  const used = (disk.blocks - disk.bfree) * disk.bsize;
  const free = disk.bavail * disk.bsize;
  return {
    CPUUtilization: percent(now.busy - before.busy, now.all - before.all),
    MemoryUsed: (total - available) / MEGABYTE,
    MemoryAvailable: available / MEGABYTE,
    MemoryUtilization: percent(total - available, total),
    DiskUsage: used / GIGABYTE,
    // As `df` and psutil: of what is not reserved for the administrator.
    DiskUtilization: percent(used, size > 0 ? used + free : 0),
    DiskAvailable: free / GIGABYTE,
  };
}

/** Milliseconds that all cores together have worked, and passed, since the computer started. */
export function cpuTimes(): CpuTimes {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.idle + times.irq;
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
}

/** Total and available bytes. Linux counts caches as available, and says so in /proc/meminfo. */
function memory(): [total: number, available: number] {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "latin1"))?.[1];
    if (kilobytes !== undefined) return [totalmem(), Number(kilobytes) * 1024];
  } catch {
    // Not Linux.
  }
  return [totalmem(), freemem()];
}

/** To one decimal, as psutil; 0 where nothing passed. */
function percent(part: number, whole: number): number {
  return whole > 0 ? Math.round((part / whole) * 1000) / 10 : 0;
}
