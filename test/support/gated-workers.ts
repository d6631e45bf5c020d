/**
 * @module
 * Workers that load their model when a test lets them: what is seen in the meantime can then be asked at leisure.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { workerBundle } from "./worker-bundle.ts";

/** A worker's program that asks a gate before it loads anything. */
export class GatedWorkers {
  readonly entry: URL;
  readonly #folder: string;
  readonly #server: Server;
  readonly #waiting: ServerResponse[] = [];
  readonly #arrivals: (() => void)[] = [];
  #open = false;

  private constructor(folder: string, server: Server) {
    this.#folder = folder;
    this.#server = server;
    this.entry = pathToFileURL(join(folder, "gated.mjs"));
    server.on("request", (_request, response) => {
      this.#waiting.push(response);
      this.#arrivals.shift()?.();
      if (this.#open) this.open();
    });
  }

  static async create(): Promise<GatedWorkers> {
    const [folder, { entry }] = await Promise.all([mkdtemp(join(tmpdir(), "candil-gated-")), workerBundle()]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const program = `await (await fetch("http://127.0.0.1:${port}")).text();\nawait import(${JSON.stringify(entry.href)});\n`;
    await writeFile(join(folder, "gated.mjs"), program);
    return new GatedWorkers(folder, server);
  }

  /** Resolves when the next worker stands at the gate; to be asked for before it starts. */
  arrival(): Promise<void> {
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }

  /** Lets all of them in that have come, and that come from now on. */
  open(): void {
    this.#open = true;
    for (const response of this.#waiting.splice(0)) response.end("in");
  }

  async remove(): Promise<void> {
    this.open();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }
}
