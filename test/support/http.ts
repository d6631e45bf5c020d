/**
 * @module
 * A server on a free port for the time of a test, and connections that say exactly what they are told to.
 */

import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { startServer } from "../../src/server/index.ts";
import type { RunningServer, StartOptions } from "../../src/server/index.ts";

/** A UUID of version 4. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Runs `body` against a server, and stops it. */
export async function withServer(
  options: StartOptions,
  body: (server: RunningServer) => Promise<void>,
): Promise<void> {
  const server = await startServer({ port: 0, ...options });
  try {
    await body(server);
  } finally {
    await server.stop();
  }
}

/** An answer, whole. */
export interface RawAnswer {
  readonly status: number;
  /** Header lines as they came, in their order. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** A connection whose every byte the test writes itself. */
export class RawClient {
  readonly socket: Socket;
  readonly #closed: Promise<Buffer>;

  constructor(server: Pick<RunningServer, "host" | "port">) {
    this.socket = connect(server.port, server.host);
    const chunks: Buffer[] = [];
    this.socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    this.#closed = new Promise((resolve) => {
      this.socket.on("error", () => undefined).on("close", () => resolve(Buffer.concat(chunks)));
    });
  }

  /** Writes lines of a head, the empty line, and a body. */
  send(lines: readonly string[], body: Buffer | string = ""): this {
    this.socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    this.socket.write(body);
    return this;
  }

  /** Resolves with all that came, once the server has closed the connection. */
  async untilClosed(): Promise<RawAnswer> {
    return parseAnswer(await this.#closed);
  }
}

/** Sends one request with `connection: close` and resolves with the whole answer. */
export function exchange(
  server: RunningServer,
  lines: readonly string[],
  body: Buffer | string = "",
): Promise<RawAnswer> {
  return new RawClient(server).send([...lines, "Connection: close"], body).untilClosed();
}

function parseAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const [statusLine, ...headers] = bytes.subarray(0, Math.max(0, end)).toString("latin1").split("\r\n");
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: bytes.subarray(end < 0 ? bytes.length : end + 4),
  };
}

/** An answer whose body was not decompressed. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** Posts a body and resolves with the bytes as they came: `fetch` decompresses, and asks for it on its own. */
export function rawPost(
  server: Pick<RunningServer, "url">,
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string>,
): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(server.url + path, { method: "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes: Buffer.concat(chunks),
        });
      });
    });
    asked.on("error", reject).end(body);
  });
}
