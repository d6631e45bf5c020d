/**
 * @module
 * An inference server around a registry of models, from first breath to orderly end.
 */

import { inferenceApp } from "./inference-app.ts";
import type { RoutesOptions } from "./inference-app.ts";
import { defaultLimits } from "./limits.ts";
import { listen } from "./listener.ts";
import type { ListenOptions } from "./listener.ts";
import { shelfOf } from "./protocols/corridor.ts";
import { openGrpc } from "./protocols/grpc/open-grpc.ts";
import type { GrpcListener, GrpcOptions } from "./protocols/grpc/start-grpc.ts";

/** Where to serve; port 8080 unless said. */
export interface ServerPlace extends Omit<ListenOptions, "port" | "limits"> {
  readonly port?: number;
  /** Opens a gRPC port too. */
  readonly grpc?: GrpcOptions;
}

/** What to serve and where. */
export interface InferenceOptions extends Omit<RoutesOptions, "accepting">, ServerPlace {}

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
 * Starts a server and resolves when it answers.
 * @throws Node's error with `code` EADDRINUSE and the like when the port cannot be had
 */
export async function startInference(options: InferenceOptions): Promise<RunningServer> {
  let accepting = true;
  const { models } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const app = inferenceApp({ ...options, accepting: () => accepting });
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
