/**
 * @module
 * A whole server on free ports for the time of a test.
 */

import express from "express";
import type { NextFunction, Request, Response } from "express";
import { TokenKeys } from "../../src/server/auth/token-keys.ts";
import { readConfig } from "../../src/server/config/index.ts";
import { errorBody } from "../../src/server/errors.ts";
import { ServerMetrics } from "../../src/server/metrics/server-metrics.ts";
import { registryOf } from "../../src/server/app.ts";
import { serve } from "../../src/server/serve.ts";
import type { ManagementContext, ServeOptions, ServingServer } from "../../src/server/serve.ts";
import { quickMnist } from "./mnist.ts";

/** Free ports, and no reading of the system. */
const places = {
  inference_address: "http://127.0.0.1:0",
  management_address: "http://127.0.0.1:0",
  metrics_address: "http://127.0.0.1:0",
  disable_system_metrics: "true",
};

/** Runs `body` against a server with these settings over config.properties' defaults. */
export async function withServing(
  settings: Record<string, string>,
  body: (server: ServingServer, keys: TokenKeys) => Promise<void>,
  options: Partial<ServeOptions> = {},
): Promise<void> {
  const entries = Object.entries({ ...places, ...settings });
  const config = readConfig(new Map(entries.map(([key, value]) => [key, { value, origin: "test" }])));
  const keys = new TokenKeys(60);
  const server = await serve({
    config,
    models: registryOf([quickMnist()]),
    metrics: new ServerMetrics({ host: "vm", mode: config.metricsMode }),
    tokens: config.tokens === null ? null : { keys, refusal: "unauthorized", renewed: () => undefined },
    management: echo,
    ...options,
  });
  try {
    await body(server, keys);
  } finally {
    await server.stop();
  }
}

/** A management app that says which path it was asked for. */
function echo({ middleware }: ManagementContext): express.Express {
  const app = express();
  for (const handler of middleware) app.use(handler);
  app.use((request, response) => {
    response.end(`managed ${request.method} ${request.path}`);
  });
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else response.status(errorBody(error).code).json(errorBody(error));
  });
  return app;
}
