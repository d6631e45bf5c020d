/**
 * @module
 * A small proxy as a cluster has one: it keeps connections open, asks its servers whether they are ready, and never sends a
 * request twice.
 */

import { Agent, createServer, request } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds between two questions whether a server is ready. */
const PROBE_MS = 20;

/** Sends each request to one of the servers that are ready, in turns. */
export class Proxy {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #ready = new Map<string, boolean>();
  readonly #served = new Map<string, number>();
  readonly #server: Server;
  #stopped = false;
  #turn = 0;

  private constructor(servers: readonly string[]) {
    for (const url of servers) this.#ready.set(url, true);
    this.#server = createServer((incoming, response) => this.#forward(incoming, response));
    void this.#probe();
  }

  static async start(servers: readonly string[]): Promise<Proxy> {
    const proxy = new Proxy(servers);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  /** How many requests a server has answered. */
  served(url: string): number {
    return this.#served.get(url) ?? 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#agent.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** One question after another: an answer that is overtaken would tell what was. */
  async #probe(): Promise<void> {
    while (!this.#stopped) {
      for (const url of this.#ready.keys()) {
        const answer = await fetch(`${url}/v2/health/ready`).catch(() => null);
        this.#ready.set(url, answer?.status === 200);
      }
      await delay(PROBE_MS);
    }
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    const ready = [...this.#ready].flatMap(([url, is]) => (is ? [url] : []));
    const url = ready[this.#turn++ % ready.length];
    const { method, headers } = incoming;
    const onward = request(url + (incoming.url ?? "/"), { method, headers, agent: this.#agent }, (answer) => {
      this.#served.set(url, this.served(url) + 1);
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: "keep-alive" });
      answer.pipe(response);
    });
    onward.on("error", (error) =>
      response.writeHead(502).end(JSON.stringify({ error: `${url}: ${error.message}` })),
    );
    incoming.pipe(onward);
  }
}
