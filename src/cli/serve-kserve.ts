/**
 * @module
 * A KServe predictor from its folder of models to its end.
 */

import { setTimeout as delay } from "node:timers/promises";
import { CandilError } from "../errors.ts";
import { packageVersion } from "../node/package-version.ts";
import { loadConfig, readConfig } from "../server/config/index.ts";
import type { LoadedConfig, ServerConfig, Setting } from "../server/config/index.ts";
import { ServerLog } from "../server/log/server-log.ts";
import type { AccessRecord, Logger } from "../server/logger.ts";
import { metricsRoute } from "../server/metrics-app.ts";
import { ServerMetrics } from "../server/metrics/server-metrics.ts";
import { ModelRegistry } from "../server/models.ts";
import { serve } from "../server/serve.ts";
import { keepYoungGenerationSmall } from "../node/young-generation.ts";
import { stopOnSignal } from "../server/stop-on-signal.ts";
import { lookInto, modelFolder, NoModels } from "../server/store/kserve-folder.ts";
import type { KServeFolder } from "../server/store/kserve-folder.ts";
import { checkBudget } from "../server/store/memory-budget.ts";
import { ModelManager } from "../server/store/model-manager.ts";
import { ModelStore } from "../server/store/model-store.ts";
import { StoredRepository } from "../server/store/stored-repository.ts";
import { configuredModels } from "./configured-models.ts";
import type { KServeOptions } from "./kserve.ts";
import { observe } from "./serve-config.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Serves until SIGINT or SIGTERM. A model that cannot be loaded ends the program: a pod that cannot answer should not begin to.
 * @throws CandilError naming the folder, file or port that cannot be had
 */
export async function serveKServe(
  options: KServeOptions & { readonly httpPort: number },
  warnings: readonly string[],
  { env, stdout }: Terminal,
): Promise<void> {
  keepYoungGenerationSmall();
  const log = new ServerLog({
    format: options.logFormat === "json" ? "json" : "torchserve",
    console: (line) => stdout.write(line),
  });
  for (const line of warnings) log.event("warn", line);
  const { config, warning } = await configOf(options, env);
  if (warning !== null) log.event("warn", warning);
  const metrics = new ServerMetrics({ mode: "prometheus" });
  const mayChange = options.enableModelApi === true;
  const budget = options.memoryBudget ?? null;
  const manager = await openModels(config, mayChange, budget, metrics, log);
  const { models } = manager;
  const server = await serve({
    config,
    models,
    metrics,
    logger: requestLog(log, options.accessLog),
    extend: metricsRoute(metrics.registry),
    repository: mayChange ? new StoredRepository(manager, config.defaultWorkers, budget) : undefined,
    drainMs: options.drainTimeout * 1000,
  }).catch(async (error: unknown) => {
    await Promise.all(models.all().map((model) => model.close(0)));
    throw error;
  });
  const ended = stopOnSignal({
    stop: async (signal) => {
      server.leave();
      log.event("info", `${signal}: not ready any more; running requests are finished`);
      // Until every proxy has heard of it, requests still come. A person at the keyboard has no proxy.
      if (signal === "SIGTERM") await delay(options.drainDelay * 1000);
      await server.stop();
    },
  });
  log.event("info", started(server, models));
  await ended;
  log.event("info", "Model server stopped.");
}

/** What candil decides in a pod, over what TorchServe's configuration says; and what that need not say. */
async function configOf(
  options: KServeOptions & { readonly httpPort: number },
  env: Terminal["env"],
): Promise<LoadedConfig> {
  const folder = await folderOf(options, env);
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  const decided = settings("candil kserve", {
    inference_address: `http://${host}:${options.httpPort}`,
    // The metrics are on the inference port, and models are managed by /v2/repository.
    management_address: "http://127.0.0.1:8081",
    enable_metrics_api: "false",
    disable_token_authorization: "true",
    metrics_mode: "prometheus",
    config_snapshots: "false",
    ...(options.grpcPort === undefined
      ? {}
      : { grpc_inference_address: options.host, grpc_inference_port: String(options.grpcPort) }),
    ...((options.workers ?? 0) > 0 ? { default_workers_per_model: String(options.workers) } : {}),
    ...(options.handler === undefined ? {} : { default_service_handler: options.handler }),
    ...(folder.store === null ? {} : { model_store: folder.store }),
  });
  const defaults = settings("candil kserve", {
    load_models: modelsOf(folder, options, env),
    default_service_handler: "image_classifier",
    // A list of pictures is answered at once, and an explanation of each may be large.
    max_response_size: String(2 ** 31 - 1),
  });
  const loaded =
    folder.config === null
      ? { config: readConfig(new Map([...defaults, ...decided])), warning: null }
      : loadConfig({ file: folder.config, commandLine: decided, defaults, env, snapshots: false });
  const grpc = { ...loaded.config.grpc, asked: options.grpcPort !== undefined };
  return { ...loaded, config: { ...loaded.config, grpc } };
}

async function folderOf(
  { modelDir, modelStore, tsConfig, enableModelApi }: KServeOptions,
  { STORAGE_URI }: Terminal["env"],
): Promise<KServeFolder> {
  if (tsConfig !== undefined) return { config: tsConfig, store: modelStore ?? null, models: null };
  const folder = modelStore ?? modelFolder(modelDir, STORAGE_URI);
  try {
    return await lookInto(folder, STORAGE_URI);
  } catch (error) {
    // KServe's puller brings models later.
    if (error instanceof NoModels && enableModelApi === true)
      return { config: null, store: folder, models: [] };
    throw error;
  }
}

/** The only model under the service's name; several under their own. */
function modelsOf({ models }: KServeFolder, { modelName }: KServeOptions, env: Terminal["env"]): string {
  if (models === null) return "all";
  const name = modelName ?? env["INFERENCE_SERVICE_NAME"];
  return models.length !== 1 || name === undefined || name === "" ? models.join() : `${name}=${models[0]}`;
}

function settings(origin: string, values: Readonly<Record<string, string>>): Map<string, Setting> {
  return new Map(Object.entries(values).map(([key, value]) => [key, { value, origin }]));
}

async function openModels(
  config: ServerConfig,
  empty: boolean,
  budget: number | null,
  metrics: ServerMetrics,
  log: ServerLog,
): Promise<ModelManager> {
  const failures: string[] = [];
  const models = new ModelRegistry();
  const manager = new ModelManager({
    models,
    store: config.modelStore === null ? null : new ModelStore(config.modelStore),
    defaults: config,
    observer: observe(metrics, log),
    note: (url, note) => log.event("info", `${url}: ${note}`),
  });
  await manager.start(await configuredModels(config), (file, reason) => {
    failures.push(`${file}: ${reason instanceof Error ? reason.message : String(reason)}`);
  });
  if (models.names().length === 0 && !empty && failures.length === 0) {
    failures.push(`${config.modelStore ?? "the model folder"}: there is no model to serve`);
  }
  try {
    if (failures.length > 0) throw new CandilError(failures.join("; "));
    checkBudget(models.all(), budget);
  } catch (error) {
    await Promise.all(models.all().map((model) => model.close(0)));
    throw error;
  }
  return manager;
}

/** Probes are not worth a line each; a defect is, whoever met it. */
function requestLog(log: ServerLog, accesses: boolean): Logger {
  return {
    defect: (error, requestId) => log.defect(error, requestId),
    access: (record) => {
      if (accesses && !isProbe(record)) log.access(record);
    },
  };
}

function isProbe({ method, url, status }: AccessRecord): boolean {
  const [path] = url.split("?");
  if (path === "/grpc.health.v1.Health/Check") return true;
  const known = /^\/(ping|metrics|v2\/health\/(live|ready)|v[12]\/models\/[^/]+(\/ready)?)?$/.test(path);
  return known && method === "GET" && (status === 200 || status === 503);
}

function started({ url, grpc }: Awaited<ReturnType<typeof serve>>, models: ModelRegistry): string {
  const names = models.all().map(({ name, version }) => `${name} ${version}`);
  return (
    `Model server started: ${url}${grpc === null ? "" : `, gRPC on port ${grpc.port}`} ` +
    `(candil ${packageVersion()}) with ${names.join(", ") || "no models yet"}`
  );
}
