/**
 * @module
 * The server in the background: its pid file, whether it runs, and how it is started and stopped. As TorchServe's launcher.
 */

import { spawn } from "node:child_process";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

type Environment = Readonly<Record<string, string | undefined>>;

/** Set for the process that serves in the background, so that it does not start another. */
export const BACKGROUND = "CANDIL_TORCHSERVE_BACKGROUND";

/** `$TMPDIR/.model_server.pid`, where TorchServe's launcher has it; Python looks for the folder in this order. */
export function pidFile(env: Environment): string {
  const folder = [env["TMPDIR"], env["TEMP"], env["TMP"], "/tmp", "/var/tmp"].find(isFolder);
  return join(folder ?? ".", ".model_server.pid");
}

function isFolder(path: string | undefined): boolean {
  return (
    path !== undefined && path !== "" && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  );
}

/**
 * The process id of the server that runs, or null. A file whose process is gone is removed.
 * @param onOrphan called when that was so
 */
export function runningServer(file: string, onOrphan: () => void): number | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return null;
  }
  const pid = Number(text.trim());
  if (Number.isInteger(pid) && pid > 1 && isAlive(pid)) return isServer(pid) ? pid : null;
  onOrphan();
  rmSync(file, { force: true });
  return null;
}

/** Remembers a server's process id. */
export function writePidFile(file: string, pid: number): void {
  writeFileSync(file, String(pid));
}

/** Forgets it, unless another server has taken over the file. */
export function removePidFile(file: string, pid: number): void {
  try {
    if (readFileSync(file, "utf8").trim() === String(pid)) rmSync(file);
  } catch {
    // It is gone already.
  }
}

/**
 * Starts the program again with the same arguments, in the background and with the same standard output: whoever started
 * this one reads on there until the server says that it has started.
 */
export function startInBackground(env: Environment): number {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...env, [BACKGROUND]: "1" },
  });
  child.unref();
  if (child.pid === undefined) throw new Error(`${process.execPath} could not be started`);
  return child.pid;
}

/** Asks a process to end; false when it is gone. */
export function terminate(pid: number): boolean {
  try {
    return process.kill(pid, "SIGTERM");
  } catch {
    return false;
  }
}

/** Resolves to true when the process has ended, to false when it has not within `seconds`. */
export async function hasEnded(pid: number, seconds: number): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (isAlive(pid)) {
    if (performance.now() > end) return false;
    await delay(20);
  }
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists, and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Process ids are used again: where the system tells the command line, it must be one of ours. */
function isServer(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("torchserve");
  } catch {
    return process.platform !== "linux";
  }
}
