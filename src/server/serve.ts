/**
 * @module
 * A whole server from one configuration: three ports, tokens, metrics and log around a registry of models.
 */

import type { RequestListener } from "node:http";
import type { RequestHandler } from "express";
import { checkToken } from "./auth/authorization.ts";
import type { ServerConfig } from "./config/index.ts";
import { inferenceApp } from "./inference-app.ts";
import type { RoutesOptions } from "./inference-app.ts";
import { defaultLimits } from "./limits.ts";
import type { Limits } from "./limits.ts";
import { openListeners } from "./listeners.ts";
import type { OpenListeners } from "./listeners.ts";
import type { Logger } from "./logger.ts";
import { createMetricsApp } from "./metrics-app.ts";
import type { ServerMetrics } from "./metrics/server-metrics.ts";
import { watchSystem } from "./metrics/system-metrics.ts";
import type { ModelRegistry } from "./models.ts";
import { policy } from "./policy.ts";
import type { TokenPolicy } from "./policy.ts";
import { shelfOf } from "./protocols/corridor.ts";
import type { CallWatcher } from "./protocols/grpc/calls.ts";
import { openGrpc } from "./protocols/grpc/open-grpc.ts";
import type { GrpcOptions } from "./protocols/grpc/start-grpc.ts";
import type { Repository } from "./protocols/repository.ts";
import type { RunningServer } from "./running-server.ts";
import { readTls } from "./tls.ts";

/** What the management app is given. */
export interface ManagementContext {
  readonly middleware: readonly RequestHandler[];
  readonly logger: Logger;
  readonly accepting: () => boolean;
}

/** What to serve, and everything around it. */
export interface ServeOptions {
  readonly config: ServerConfig;
  readonly models: ModelRegistry;
  readonly metrics: ServerMetrics;
  readonly tokens?: TokenPolicy | null;
  readonly logger?: Logger;
  /** Makes what answers on the management port; without it there is none. */
  readonly management?: (context: ManagementContext) => RequestListener;
  /** Loads and unloads models over KServe's V2 and gRPC; without one they are those that there are. */
  readonly repository?: Repository | undefined;
  /** Adds routes to the inference port. */
  readonly extend?: RoutesOptions["extend"];
  /** Milliseconds that a stop waits for running requests before it cuts them; 30,000. */
  readonly drainMs?: number;
}

/** A running server: the inference port's place, and the other ports'. */
export interface ServingServer extends RunningServer {
  readonly listeners: OpenListeners;
  /** Says from now on that it is not ready, closes each connection after its answer, and answers on until it is stopped. */
  leave(): void;
}

/** The bounds on requests that a configuration sets. */
export function limitsOf(config: ServerConfig): Partial<Limits> {
  return {
    maxRequestSize: config.maxRequestSize,
    maxResponseSize: config.maxResponseSize,
    maxImagePixels: config.maxImagePixels,
    maxSteps: config.maxExplanationSteps,
  };
}

/**
 * Opens all ports and resolves when they answer.
 * @throws CandilError when a port cannot be had or the files for TLS cannot be used; nothing is left open then
 */
export async function serve(options: ServeOptions): Promise<ServingServer> {
  const {
    config,
    models,
    metrics,
    tokens = null,
    logger = {},
    management,
    extend,
    repository,
    drainMs = 30_000,
  } = options;
  let running = true;
  const accepting = (): boolean => running;
  metrics.watch(models);
  const limits = limitsOf(config);
  const shared = {
    logger,
    metrics,
    tokens,
    cors: config.cors,
    modelApi: config.modelApi,
    checkModel: (name: string, version?: string) => void models.get(name, version),
  };
  const bounds = { ...defaultLimits, ...limits };
  const listeners = await openListeners(
    config,
    {
      inference: inferenceApp({
        models,
        limits,
        envelope: config.serviceEnvelope,
        decodeInput: config.decodeInputRequest,
        logger,
        accepting,
        middleware: policy("inference", shared),
        ...(repository === undefined ? {} : { repository }),
        ...(extend === undefined ? {} : { extend }),
      }),
      management: management?.({ middleware: policy("management", shared), logger, accepting }) ?? null,
      metrics: createMetricsApp(metrics.registry, policy("metrics", shared), logger),
    },
    limits,
    drainMs,
  );
  const grpc = config.grpc.asked
    ? await openGrpc(
        shelfOf({ models, limits: bounds, accepting, ...(repository === undefined ? {} : { repository }) }),
        { ...grpcOptions(config, tokens, logger), drainMs, watcher: watchCalls(logger, metrics) },
        listeners,
      )
    : null;
  const unwatch =
    config.systemMetricsInterval === null
      ? () => undefined
      : watchSystem(metrics, config.systemMetricsInterval);
  let stopped: Promise<void> | null = null;
  const { url, host, port } = listeners.inference;
  return {
    url,
    host,
    port,
    grpc,
    listeners,
    leave: () => void (running = false),
    stop: () => {
      running = false;
      unwatch();
      stopped ??= Promise.all([listeners.close(), grpc?.close()]).then(async () => {
        await Promise.all(models.all().map((model) => model.close(0)));
      });
      return stopped;
    },
  };
}

/** Calls are counted and logged as requests are. */
function watchCalls(logger: Logger, metrics: ServerMetrics): CallWatcher {
  return {
    begin: () => metrics.began(),
    end: () => metrics.ended(),
    answered: (record, asked) => {
      logger.access?.(record);
      metrics.answered(record.status);
      if (asked === null) return;
      metrics.request({ ...asked, kind: "prediction", totalMs: record.milliseconds });
    },
  };
}

/** gRPC as the configuration has it; calls carry the inference key in their metadata, where keys are asked for. */
function grpcOptions({ grpc, tls }: ServerConfig, tokens: TokenPolicy | null, logger: Logger): GrpcOptions {
  return {
    host: grpc.host,
    port: grpc.port,
    ...(grpc.tls && tls !== null ? { tls: readTls(tls) } : {}),
    ...(tokens === null
      ? {}
      : {
          authorize: (authorization) => checkToken(tokens.keys, "inference", authorization, tokens.refusal),
        }),
    onDefect: (error, requestId) => logger.defect?.(error, requestId),
  };
}
