/**
 * @module
 * A container of a manifest as a process: its arguments and variables, its mounts as folders, its probes, its end. What keeps
 * it off the disk is Node's permission model; as root the process becomes the user that the manifest names.
 */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { EnvVar, HTTPGetAction, Probe } from "kubernetes-types/core/v1.js";
import { callRaw } from "../support/grpc-client.ts";
import { imageFolder } from "../support/image.ts";

/** What the kubelet's gRPC probes call, and the bytes of its good answer: field 1, the enum's 1. */
const HEALTH = "/grpc.health.v1.Health/Check";
const SERVING = Buffer.of(0x08, 0x01);

/** What a manifest says of how a container runs. */
export interface ContainerSpec {
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly securityContext?: { readonly runAsUser?: number };
}

/** Where it runs. */
export interface Surroundings {
  /** Folders in place of mount points: `{ "/mnt/models": "/tmp/..." }`. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Mount points that it may write to. */
  readonly writable?: readonly string[];
  /** Variables that the cluster adds. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Flags by which the tests run several containers on one machine: free ports, loopback, one thread, and no wait for a proxy. */
const here = ["--host=127.0.0.1", "--workers=1", "--drain_delay=0"];

/** A running container. */
export class RunningContainer {
  readonly #child: ChildProcess;
  readonly url: string;
  readonly grpcPort: number | null;

  private constructor(child: ChildProcess, url: string, grpcPort: number | null) {
    this.#child = child;
    this.url = url;
    this.grpcPort = grpcPort;
  }

  /** Starts it, and waits for the line that says that it answers. */
  static async start(spec: ContainerSpec, around: Surroundings): Promise<RunningContainer> {
    const child = await startProcess({ ...spec, args: [...freePorts(spec.args ?? []), ...here] }, around);
    if (child.stdout === null) throw new Error("no standard output");
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      const { msg = "" } = JSON.parse(line) as { msg?: string };
      const [, url, , grpc] = /Model server started: (\S+?)(, gRPC on port (\d+))? /.exec(msg) ?? [];
      if (url === undefined) continue;
      child.stdout.resume();
      return new RunningContainer(child, url, grpc === undefined ? null : Number(grpc));
    }
    throw new Error(`it did not start: ${lines.join("\n")}`);
  }

  /** The status that a probe sees; of gRPC's health service 200 where it is SERVING, else 503. */
  async probe(probe: Probe | undefined): Promise<number> {
    if (probe?.grpc !== undefined) {
      const health = await callRaw(`127.0.0.1:${this.grpcPort}`, HEALTH, new Uint8Array());
      return health.equals(SERVING) ? 200 : 503;
    }
    const action: HTTPGetAction | undefined = probe?.httpGet;
    if (action?.path === undefined) throw new Error("the manifest has no such probe over HTTP or gRPC");
    return (await fetch(this.url + action.path)).status;
  }

  /** Sends SIGTERM, as the kubelet does, and resolves with the exit code. */
  async terminate(): Promise<number | null> {
    const ended = once(this.#child, "exit") as Promise<[number | null]>;
    this.#child.kill("SIGTERM");
    return (await ended)[0];
  }
}

/** Runs a container to its end, as an init container; resolves with its exit code. */
export async function runToEnd(spec: ContainerSpec, around: Surroundings): Promise<number | null> {
  const child = await startProcess(spec, around);
  child.stdout?.resume();
  return ((await once(child, "exit")) as [number | null])[0];
}

async function startProcess(
  { args = [], env = [], securityContext }: ContainerSpec,
  { mounts, writable = [], env: added = {} }: Surroundings,
): Promise<ChildProcess> {
  const { folder, program } = await imageFolder();
  const places: Record<string, string> = { ...mounts, "/app": folder };
  const inPlace = (text: string): string => {
    for (const [mount, place] of Object.entries(places)) text = text.replaceAll(mount, place);
    return text;
  };
  const own: Record<string, string> = {};
  for (const { name, value = "" } of env) own[name] = inPlace(value);
  const user = securityContext?.runAsUser;
  return spawn(
    process.execPath,
    [...permissions(writable.map((mount) => places[mount])), program, ...args.map(inPlace)],
    {
      cwd: folder,
      env: { NODE_ENV: "production", ...own, ...added },
      stdio: ["ignore", "pipe", "inherit"],
      ...(user !== undefined && process.getuid?.() === 0 && everybodyMayRun(process.execPath)
        ? { uid: user, gid: user }
        : {}),
    },
  );
}

/** False for a Node in a home folder that is closed to others. */
function everybodyMayRun(path: string): boolean {
  const open = (statSync(path).mode & 0o001) !== 0;
  return open && (dirname(path) === path || everybodyMayRun(dirname(path)));
}

/** Node's flags for a file system that can be read alone. */
function permissions(writable: readonly string[]): string[] {
  const version = Number(process.versions.node.split(".")[0]);
  return [
    version < 23 ? "--experimental-permission" : "--permission",
    "--no-warnings",
    "--allow-worker",
    "--allow-fs-read=*",
    // Versions from 25 on ask about the network as well.
    ...(version < 25 ? [] : ["--allow-net"]),
    ...writable.map((folder) => `--allow-fs-write=${folder}/*`),
  ];
}

/** The arguments with every port a free one. */
function freePorts(args: readonly string[]): string[] {
  return args.map((arg, i) =>
    args[i - 1] === "--http_port" ? "0" : arg.replace(/^(--(?:http|grpc)_port=)\d+$/, "$10"),
  );
}
