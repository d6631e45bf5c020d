/**
 * @module
 * An inference server from first breath to orderly end.
 */

import { createInferenceApp, registryOf } from "./app.ts";
import type { InferenceAppOptions } from "./app.ts";
import { defaultLimits } from "./limits.ts";
import { listen } from "./listener.ts";
import { shelfOf } from "./protocols/corridor.ts";
import type { ListenOptions } from "./listener.ts";
import { openGrpc } from "./protocols/grpc/open-grpc.ts";
import type { GrpcListener, GrpcOptions } from "./protocols/grpc/start-grpc.ts";

/** What to serve and where; port 8080 unless said. */
export interface StartOptions
  extends Omit<InferenceAppOptions, "accepting">, Omit<ListenOptions, "port" | "limits"> {
  readonly port?: number;
  /** Opens a gRPC port too. */
  readonly grpc?: GrpcOptions;
}

/** A running server. */
export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The gRPC port, if there is one. */
  readonly grpc: Pick<GrpcListener, "host" | "port"> | null;
  /**
   * Turns /ping unhealthy, stops accepting, lets running requests finish, and resolves when the last connection is
   * closed and the workers have ended. A second call waits for the same end.
   */
  stop(): Promise<void>;
}

/**
 * Starts an inference server and resolves when it answers.
 * @throws Node's error with `code` EADDRINUSE and the like when the port cannot be had
 *
 * @example
 * const server = await startServer({ models: [await embeddedMnist()], port: 0 });
 * await fetch(`${server.url}/predictions/mnist`, { method: "PUT", body: await readFile("0.png") });
 * await server.stop();
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  let accepting = true;
  const limits = { ...defaultLimits, ...options.limits };
  const models = registryOf(options.models, limits);
  const app = createInferenceApp({ ...options, models, accepting: () => accepting });
  const listener = await listen(app, { ...options, port: options.port ?? 8080 });
  const shelf = shelfOf({ models, limits, accepting: () => accepting });
  const grpc =
    options.grpc === undefined
      ? null
      : await openGrpc(
          shelf,
          { watcher: { answered: (record) => options.logger?.access?.(record) }, ...options.grpc },
          listener,
        );
  let stopped: Promise<void> | null = null;
  return {
    url: listener.url,
    host: listener.host,
    port: listener.port,
    grpc,
    stop: () => {
      accepting = false;
      stopped ??= Promise.all([listener.close(), grpc?.close()]).then(async () => {
        // Whoever still waits was cut off with his connection.
        await Promise.all(models.all().map((model) => model.close(0)));
      });
      return stopped;
    },
  };
}

/** The signals that end a server. */
const signals = ["SIGINT", "SIGTERM"] as const;

/** One of them. */
export type EndSignal = (typeof signals)[number];

/**
 * Resolves when the process was told to end and `server` has stopped, which hears the signal. The first SIGINT or SIGTERM begins the stop; a
 * second one ends the process at once, with 128 + the signal's number.
 * @param onStop called when the stop begins
 */
export function stopOnSignal(
  server: { stop(signal: EndSignal): Promise<void> },
  onStop: () => void = () => undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const onSignal = (signal: EndSignal): void => {
      if (stopping) process.exit(signal === "SIGINT" ? 130 : 143);
      stopping = true;
      onStop();
      server.stop(signal).then(() => {
        for (const name of signals) process.off(name, onSignal);
        resolve();
      }, reject);
    };
    for (const name of signals) process.on(name, onSignal);
  });
}
