/**
 * @module
 * A server for whoever embeds it: around any models, also those that run on this thread.
 */

import { registryOf } from "./app.ts";
import type { InferenceAppOptions } from "./app.ts";
import { defaultLimits } from "./limits.ts";
import { startInference } from "./running-server.ts";
import type { RunningServer, ServerPlace } from "./running-server.ts";

/** What to serve and where; port 8080 unless said. */
export interface StartOptions extends Omit<InferenceAppOptions, "accepting">, ServerPlace {}

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
  const models = registryOf(options.models, { ...defaultLimits, ...options.limits });
  return await startInference({ ...options, models });
}
