/**
 * @module
 * From a configuration to a server that runs until a signal ends it: log, keys, metrics, models, ports.
 */

import { resolve } from "node:path";
import { packageVersion } from "../node/package-version.ts";
import { suppliedKeys, writeKeyFile } from "../server/auth/key-file.ts";
import { TokenKeys } from "../server/auth/token-keys.ts";
import { formatAddress, snapshotFolder, writeSnapshot } from "../server/config/index.ts";
import type { LoadedConfig, ModelSettings, ServerConfig, SnapshotOccasion } from "../server/config/index.ts";
import { readLogConfig } from "../server/log/log-config.ts";
import { ServerLog } from "../server/log/server-log.ts";
import { createManagementApp } from "../server/management-app.ts";
import { ServerMetrics } from "../server/metrics/server-metrics.ts";
import { ModelRegistry } from "../server/models.ts";
import type { TokenPolicy } from "../server/policy.ts";
import { afterLoss } from "../server/pool/observer.ts";
import type { PoolObserver, WorkerName } from "../server/pool/observer.ts";
import { serve } from "../server/serve.ts";
import type { ServeOptions, ServingServer } from "../server/serve.ts";
import type { ServedModel } from "../server/served-model.ts";
import { keepYoungGenerationSmall } from "../node/young-generation.ts";
import { stopOnSignal } from "../server/stop-on-signal.ts";
import { ModelManager } from "../server/store/model-manager.ts";
import { ModelStore } from "../server/store/model-store.ts";
import { configuredModels } from "./configured-models.ts";
import type { Terminal } from "./terminal.ts";

/** How a configuration is served. */
export interface ServeConfigOptions {
  readonly terminal: Terminal;
  /** Whether to answer a wrong token with TorchServe's status, 400. */
  readonly torchserve: boolean;
  /** A log4j2 file. */
  readonly logConfig?: string | undefined;
}

/**
 * Serves until SIGINT or SIGTERM.
 * @throws CandilError when a port cannot be had, or files of TLS or keys cannot be used
 */
export async function serveConfig(loaded: LoadedConfig, options: ServeConfigOptions): Promise<void> {
  const { terminal, torchserve, logConfig } = options;
  const { config, warning } = loaded;
  const { env, stdout } = terminal;
  const logging = logConfig === undefined ? null : readLogConfig(logConfig);
  const folder = env["LOG_LOCATION"] ?? "logs";
  keepYoungGenerationSmall();
  const log = new ServerLog({
    format: logging?.format ?? config.logFormat,
    console: (line) => stdout.write(line),
    folder,
    metricsFolder: env["METRICS_LOCATION"] ?? "logs",
  });
  for (const line of [warning, logging?.warning ?? null]) if (line !== null) log.event("warn", line);
  const tokens = tokenPolicy(config, env, torchserve ? "unauthorizedAsTorchServe" : "unauthorized", log);
  log.event("info", aboutServer(config));
  const metrics = new ServerMetrics({
    mode: config.metricsMode,
    log: (source, line) => log.metric(source, line),
  });
  const models = new ModelRegistry();
  const manager = new ModelManager({
    models,
    store: config.modelStore === null ? null : new ModelStore(config.modelStore),
    defaults: config,
    unregisterMs: config.unregisterTimeout * 1000,
    observer: observe(metrics, log),
    changed: () => snapshot("snapshot"),
    note: (url, note) => log.event("info", `${url}: ${note}`),
    failed: ({ name }, reason) => log.event("error", `Model ${name}: ${messageOf(reason)}`),
  });
  const snapshot = snapshots(config, manager, env, log);
  await manager.start(await configuredModels(config), (url, reason) => {
    log.event("warn", `Failed to load model: ${url}: ${messageOf(reason)}`);
  });
  for (const { name, version } of models.all()) log.model("info", `Model ${name} ${version} loaded.`);
  const server = await serveOrClose({
    config,
    models,
    metrics,
    tokens,
    logger: log,
    management: (context) => createManagementApp({ ...context, manager }),
  });
  announce(server.listeners, log);
  snapshot("startup");
  // Whoever reads that line may end the server at once.
  const ended = stopOnSignal(server, () => log.event("info", "Stopping: finishing running requests."));
  stdout.write("Model server started.\n");
  await ended;
  snapshot("shutdown");
  log.event("info", "Torchserve stopped.");
  log.flush();
}

/** Workers that have loaded a model would keep the process alive when a port cannot be had. */
async function serveOrClose(options: ServeOptions): Promise<ServingServer> {
  try {
    return await serve(options);
  } catch (error) {
    await Promise.all(options.models.all().map((model) => model.close(0)));
    throw error;
  }
}

/** Metrics and log lines of what happens to workers; their names are TorchServe's. */
export function observe(metrics: ServerMetrics, log: ServerLog): PoolObserver {
  const nameOf = ({ model, version, worker }: WorkerName): string => `W-${worker}-${model}_${version}`;
  return {
    workerReady(event) {
      metrics.workerLoaded(nameOf(event), event.milliseconds);
      log.model("info", `${nameOf(event)} has loaded its model in ${Math.round(event.milliseconds)} ms`);
    },
    workerLost(event) {
      log.model("error", `${nameOf(event)}: ${messageOf(event.error)}; ${afterLoss(event.restartMs)}`);
    },
    batchDone: (event) => metrics.batch(event),
  };
}

function tokenPolicy(
  config: ServerConfig,
  env: Terminal["env"],
  refusal: TokenPolicy["refusal"],
  log: ServerLog,
): TokenPolicy | null {
  if (config.tokens === null) return null;
  const { expirationMinutes, keyFile } = config.tokens;
  const keys = new TokenKeys(expirationMinutes, suppliedKeys(keyFile, env));
  const path = resolve("key_file.json");
  const write = (): void => writeKeyFile(path, keys);
  write();
  log.event("info", `Token authorization is on: requests need a key of ${path}`);
  return { keys, refusal, renewed: write };
}

function announce(listeners: Awaited<ReturnType<typeof serve>>["listeners"], log: ServerLog): void {
  log.event("info", `Inference API bind to: ${listeners.inference.url}`);
  if (listeners.management !== null) log.event("info", `Management API bind to: ${listeners.management.url}`);
  if (listeners.metrics !== null) log.event("info", `Metrics API bind to: ${listeners.metrics.url}`);
}

/** What writes a snapshot on each occasion; nothing unless snapshots are kept. */
function snapshots(
  config: ServerConfig,
  manager: ModelManager,
  env: Terminal["env"],
  log: ServerLog,
): (occasion: SnapshotOccasion) => void {
  if (!config.saveSnapshots) return () => undefined;
  return (occasion) => {
    try {
      writeSnapshot(snapshotFolder({ env }), occasion, config.settings, tableOf(manager));
    } catch (error) {
      log.event("error", `Error while saving snapshot: ${messageOf(error)}`);
    }
  };
}

function tableOf(manager: ModelManager): Map<string, Map<string, ModelSettings>> {
  const { models } = manager;
  return new Map(
    models.names().map((name) => {
      const byDefault = models.get(name).version;
      const versions = models.all().filter((model) => model.name === name);
      const states = versions.map((model): [string, ModelSettings] => [
        model.version,
        { ...stateOf(model), defaultVersion: model.version === byDefault, marName: manager.fileOf(model) },
      ]);
      return [name, new Map(states)];
    }),
  );
}

function stateOf({ runtime, settings }: ServedModel): ModelSettings {
  const { minWorkers, maxWorkers, batchSize, maxBatchDelay, responseTimeout, startupTimeout } = settings;
  return {
    runtimeType: runtime ?? "python",
    minWorkers,
    maxWorkers,
    batchSize,
    maxBatchDelay,
    responseTimeout,
    startupTimeout,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the operator should be able to read in the log when something is not as he thought. */
function aboutServer(config: ServerConfig): string {
  const { loadModels } = config;
  const models =
    loadModels === "all"
      ? "all"
      : loadModels.map(({ name, url }) => (name === null ? url : `${name}=${url}`));
  return [
    `candil ${packageVersion()} on Node ${process.versions.node}`,
    `Config file: ${config.file ?? "N/A"}`,
    `Inference address: ${formatAddress(config.inference)}`,
    `Management address: ${formatAddress(config.management)}`,
    `Metrics address: ${config.metrics === null ? "N/A" : formatAddress(config.metrics)}`,
    `Model Store: ${config.modelStore ?? "N/A"}`,
    `Initial Models: ${String(models) || "N/A"}`,
    `Default workers per model: ${config.defaultWorkers}`,
    `Metrics mode: ${config.metricsMode.toUpperCase()}`,
    `Model API enabled: ${config.modelApi}`,
    `Token authorization: ${config.tokens === null ? "off" : "on"}`,
  ].join("\n");
}
