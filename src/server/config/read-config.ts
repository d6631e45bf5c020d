/**
 * @module
 * Settings into a {@link ServerConfig}: defaults, checks of each value, and checks of values against each other.
 */

import { availableCpus } from "../available-cpus.ts";
import { formatAddress, isLoopback, parseAddress, sameAddress } from "./address.ts";
import type { Address, ListenerRole } from "./address.ts";
import { ConfigError } from "./config-error.ts";
import type { Key } from "./keys.ts";
import { readModelSettings, readSnapshot } from "./model-settings.ts";
import type { CorsSettings, GrpcSettings, ModelToLoad, ServerConfig, TlsFiles } from "./server-config.ts";
import { MAX_WORKERS } from "../served-model.ts";
import { SettingReader } from "./setting-reader.ts";
import type { Settings } from "./settings.ts";

/**
 * Checks settings and fills in TorchServe's defaults, except that metrics are on (`prometheus`), no URL is allowed and
 * no snapshot is kept unless said.
 * @param file where the settings come from, for the record
 * @throws ConfigError naming key, value and what is allowed
 *
 * @example
 * readConfig(new Map([["job_queue_size", { value: "10", origin: "here" }]])).jobQueueSize; // 10
 */
export function readConfig(settings: Settings, file: string | null = null): ServerConfig {
  const read = new SettingReader(settings);
  const modelSettings = read.text("models");
  const snapshot = read.text("model_snapshot");
  const noTokens = read.boolean("disable_token_authorization", false);
  const config: ServerConfig = {
    file,
    inference: address(read, "inference", "http://127.0.0.1:8080"),
    management: address(read, "management", "http://127.0.0.1:8081"),
    metrics: read.boolean("enable_metrics_api", true)
      ? address(read, "metrics", "http://127.0.0.1:8082")
      : null,
    grpc: grpc(read),
    tls: tlsFiles(read),
    modelStore: read.text("model_store"),
    loadModels: modelsToLoad(read.text("load_models")),
    modelSettings:
      modelSettings === null ? new Map() : readModelSettings(modelSettings, read.where("models")),
    snapshot: snapshot === null ? null : readSnapshot(snapshot, read.where("model_snapshot")),
    saveSnapshots: read.boolean("config_snapshots", false),
    allowedUrls: allowedUrls(read),
    modelApi: read.boolean("enable_model_api", false),
    defaultWorkers: defaultWorkers(read),
    registeredWorkers: read.integer("default_workers_per_model", 0, 0, MAX_WORKERS),
    responseTimeout: read.integer("default_response_timeout", 120, 1),
    startupTimeout: read.integer("default_startup_timeout", 120, 1),
    unregisterTimeout: read.integer("unregister_model_timeout", 120, 1),
    jobQueueSize: read.integer("job_queue_size", 100, 1),
    maxRequestSize: read.integer("max_request_size", 6_553_500, 1),
    maxResponseSize: read.integer("max_response_size", 6_553_500, 1),
    maxImagePixels: read.integer("max_image_pixels", 4_000_000, 1),
    maxExplanationSteps: read.integer("max_explanation_steps", 1_000, 1, 100_000),
    decodeInputRequest: read.boolean("decode_input_request", true),
    serviceEnvelope: read.choice("service_envelope", ["body", "json", "kserve", "kservev2"]),
    defaultHandler: read.text("default_service_handler"),
    tokens: noTokens
      ? null
      : {
          expirationMinutes: read.positive("token_expiration_min", 60),
          keyFile: read.text("token_key_file"),
        },
    cors: cors(read),
    metricsMode: read.choice("metrics_mode", ["log", "prometheus", "legacy"]) ?? "prometheus",
    systemMetricsInterval: read.boolean("disable_system_metrics", false)
      ? null
      : read.integer("metric_time_interval", 60, 1, 86_400),
    logFormat: read.choice("log_format", ["torchserve", "json"]) ?? "torchserve",
    settings,
  };
  checkTls(config);
  checkManagement(config, read);
  checkPorts(config);
  return config;
}

function address(read: SettingReader, role: ListenerRole, byDefault: string): Address {
  const key: Key = `${role}_address`;
  return parseAddress(read.text(key) ?? byDefault, role, read.where(key));
}

function grpc(read: SettingReader): GrpcSettings {
  const host = read.text("grpc_inference_address");
  const port = read.text("grpc_inference_port");
  return {
    host: host ?? "127.0.0.1",
    port: read.integer("grpc_inference_port", 7070, 0, 65_535),
    tls: read.boolean("enable_grpc_ssl", false),
    asked: host !== null || port !== null,
  };
}

function tlsFiles(read: SettingReader): TlsFiles | null {
  const keystore = read.text("keystore");
  if (keystore !== null) {
    const kind = (read.text("keystore_type") ?? "PKCS12").toUpperCase();
    if (kind !== "PKCS12") {
      const convert = `keytool -importkeystore -srckeystore ${keystore} -destkeystore keystore.p12 -deststoretype PKCS12`;
      throw new ConfigError(
        `${read.where("keystore_type")}: expected PKCS12, got "${kind}". Convert it: ${convert}`,
      );
    }
    return { kind: "pkcs12", file: keystore, passphrase: read.text("keystore_pass") ?? "changeit" };
  }
  const keyFile = read.text("private_key_file");
  const certificateFile = read.text("certificate_file");
  if (keyFile !== null && certificateFile !== null) return { kind: "pem", keyFile, certificateFile };
  if (keyFile === null && certificateFile === null) return null;
  const [given, missing]: [Key, Key] =
    keyFile === null ? ["certificate_file", "private_key_file"] : ["private_key_file", "certificate_file"];
  throw new ConfigError(`${read.where(given)}: TLS needs ${missing} as well`);
}

function modelsToLoad(text: string | null): "all" | readonly ModelToLoad[] {
  if (text === null) return [];
  if (text.toLowerCase() === "all") return "all";
  return text
    .split(",")
    .map((entry) => {
      const mark = entry.indexOf("=");
      const name = mark > 0 ? entry.slice(0, mark).trim() : null;
      return { name, url: entry.slice(mark + 1).trim() };
    })
    .filter(({ url }) => url !== "");
}

function allowedUrls(read: SettingReader): RegExp[] {
  const text = read.text("allowed_urls");
  if (text === null) return [];
  return text.split(",").map((pattern) => {
    try {
      return new RegExp(`^(?:${pattern.trim()})$`, "u");
    } catch {
      throw read.refusal("allowed_urls", "regular expressions with commas between them");
    }
  });
}

/** As TorchServe, except that its default for the CPU, one process for each core, is here one thread for each core. */
function defaultWorkers(read: SettingReader): number {
  if (read.boolean("debug", false)) return 1;
  const workers = read.integer("default_workers_per_model", 0, 0, MAX_WORKERS);
  return workers === 0 ? availableCpus() : workers;
}

function cors(read: SettingReader): CorsSettings | null {
  const origin = read.text("cors_allowed_origin");
  if (origin === null) return null;
  return { origin, methods: read.text("cors_allowed_methods"), headers: read.text("cors_allowed_headers") };
}

function listeners(config: ServerConfig): [ListenerRole, Address][] {
  const { inference, management, metrics } = config;
  const all: [ListenerRole, Address][] = [
    ["inference", inference],
    ["management", management],
  ];
  return metrics === null ? all : [...all, ["metrics", metrics]];
}

/** TorchServe makes up a self-signed certificate when there is none; clients then learn to trust anything. */
function checkTls(config: ServerConfig): void {
  if (config.tls !== null) return;
  for (const [role, found] of listeners(config)) {
    if (found.kind === "unix" || !found.tls) continue;
    throw new ConfigError(
      `${role}_address: ${formatAddress(found)} needs private_key_file and certificate_file (PEM), or keystore (PKCS12)`,
    );
  }
}

/** Who reaches the management interface of a server without tokens decides what it runs. */
function checkManagement(config: ServerConfig, read: SettingReader): void {
  if (config.tokens !== null || isLoopback(config.management)) return;
  if (read.boolean("allow_unauthenticated_management", false)) return;
  throw new ConfigError(
    `${read.where("management_address")}: ${formatAddress(config.management)} can be reached from other computers and ` +
      "token authorization is off. Use a loopback address, leave tokens on, or say allow_unauthenticated_management=true",
  );
}

/** Inference and management may share a port, as in TorchServe; metrics may not share with one of them alone. */
function checkPorts({ inference, management, metrics }: ServerConfig): void {
  if (metrics === null || sameAddress(inference, management)) return;
  const other = sameAddress(metrics, inference) ? "inference" : "management";
  if (!sameAddress(metrics, inference) && !sameAddress(metrics, management)) return;
  throw new ConfigError(
    `metrics_address: ${formatAddress(metrics)} is the ${other}_address as well; give metrics a port of its own`,
  );
}
