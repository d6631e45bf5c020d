/**
 * @module
 * Every key of TorchServe's config.properties: those that candil honours, and for each of the others the reason why not.
 */

/** Keys of TorchServe that mean the same here. */
const honoured = [
  "inference_address",
  "management_address",
  "metrics_address",
  "load_models",
  "model_store",
  "models",
  "model_snapshot",
  "default_workers_per_model",
  "default_response_timeout",
  "default_startup_timeout",
  "unregister_model_timeout",
  "job_queue_size",
  "max_request_size",
  "max_response_size",
  "decode_input_request",
  "service_envelope",
  "default_service_handler",
  "allowed_urls",
  "use_env_allowed_urls",
  "enable_metrics_api",
  "metrics_mode",
  "disable_system_metrics",
  "metric_time_interval",
  "cors_allowed_origin",
  "cors_allowed_methods",
  "cors_allowed_headers",
  "keystore",
  "keystore_pass",
  "keystore_type",
  "private_key_file",
  "certificate_file",
  "enable_grpc_ssl",
  "grpc_inference_address",
  "grpc_inference_port",
  "enable_envvars_config",
  "token_expiration_min",
  "disable_token_authorization",
  "enable_model_api",
  "debug",
] as const;

/** Keys that only candil has. */
const own = [
  /** Largest width x height that a picture's header may promise. */
  "max_image_pixels",
  /** Largest `n_steps` that a request may ask for. */
  "max_explanation_steps",
  /** Whether to keep snapshots of the loaded models, as TorchServe does unless told `--ncs`. */
  "config_snapshots",
  /** Lets the management address be other than loopback without tokens. */
  "allow_unauthenticated_management",
  /** `torchserve` (its line format) or `json`. */
  "log_format",
  /** A key file to read, instead of keys made at the start. */
  "token_key_file",
] as const;

/** A key that candil honours. */
export type Key = (typeof honoured)[number] | (typeof own)[number];

/** Why a key has no effect, and the value with which it asks for nothing. */
export interface Ignored {
  readonly reason: string;
  /** Nothing is said about a key with this value. */
  readonly quiet?: string;
}

const noPython = "no Python runs here";
const noJvm = "there is no JVM or Netty here";
const noWorkflows = "TorchServe itself switched workflows off in its last version";
const noGpu = "candil computes on the CPU";
const noManagementGrpc = "management is served over HTTP only";
const noIpex = "it configures Intel's extension for Python";

/** TorchServe's keys that have no effect here. */
export const ignoredKeys: ReadonlyMap<string, Ignored> = new Map<string, Ignored>([
  ["workflow_store", { reason: noWorkflows }],
  ["number_of_netty_threads", { reason: noJvm, quiet: "0" }],
  ["netty_client_threads", { reason: noJvm, quiet: "0" }],
  ["prefer_direct_buffer", { reason: noJvm, quiet: "false" }],
  ["use_native_io", { reason: noJvm, quiet: "true" }],
  ["io_ratio", { reason: noJvm, quiet: "50" }],
  ["vmargs", { reason: noJvm }],
  ["plugins_path", { reason: "plug-ins are Java archives" }],
  ["async_logging", { reason: "log lines are always written without waiting", quiet: "true" }],
  ["number_of_gpu", { reason: noGpu, quiet: "0" }],
  ["install_py_dep_per_model", { reason: noPython, quiet: "false" }],
  ["blacklist_env_vars", { reason: "models see no environment variables at all" }],
  ["initial_worker_port", { reason: "workers are threads and need no ports", quiet: "9000" }],
  ["initial_distribution_port", { reason: "models are not spread over processes", quiet: "29500" }],
  ["cpp_log_config", { reason: "there is no C++ backend" }],
  ["model_server_home", { reason: "candil finds its own files" }],
  ["limit_max_image_pixels", { reason: "the bound stays on; move it with max_image_pixels", quiet: "true" }],
  ["metrics_config", { reason: "candil emits TorchServe's default set of metrics" }],
  ["model_metrics_auto_detect", { reason: "models emit no metrics of their own", quiet: "false" }],
  ["system_metrics_cmd", { reason: "system metrics are read in-process" }],
  ["ts_header_key_sequence_id", { reason: "image classifiers keep no state between requests" }],
  ["ts_header_key_sequence_start", { reason: "image classifiers keep no state between requests" }],
  ["ts_header_key_sequence_end", { reason: "image classifiers keep no state between requests" }],
  ["ts_open_inference_protocol", { reason: "KServe's V2 protocol is on in any case", quiet: "true" }],
  ["grpc_management_address", { reason: noManagementGrpc }],
  ["grpc_management_port", { reason: noManagementGrpc, quiet: "7071" }],
  ["grpc_management_max_connection_age_ms", { reason: noManagementGrpc }],
  ["grpc_management_max_connection_age_grace_ms", { reason: noManagementGrpc }],
  ["grpc_inference_max_connection_age_ms", { reason: "gRPC connections are not bounded in age" }],
  ["grpc_inference_max_connection_age_grace_ms", { reason: "gRPC connections are not bounded in age" }],
  ["ipex_enable", { reason: noIpex, quiet: "false" }],
  ["ipex_gpu_enable", { reason: noIpex, quiet: "false" }],
  ["cpu_launcher_enable", { reason: noIpex, quiet: "false" }],
  ["cpu_launcher_args", { reason: noIpex }],
  // Written into snapshots by TorchServe.
  ["version", { reason: "it names the version that wrote a snapshot", quiet: "0.12.0" }],
  ["tsConfigFile", { reason: "the file that was read is the one that counts" }],
  ["python", { reason: noPython }],
]);

/** The keys that candil honours, TorchServe's and its own. */
export const keys: readonly Key[] = [...honoured, ...own];

/** TorchServe's environment variables whose names are not `TS_` and the key in capitals. */
const irregular: ReadonlyMap<string, string> = new Map([
  ["token_expiration_min", "TS_TOKEN_EXPIRATION_TIME_MIN"],
  ["ts_open_inference_protocol", "TS_OPEN_INFERENCE_PROTOCOL"],
  ["ts_header_key_sequence_id", "TS_HEADER_KEY_SEQUENCE_ID"],
  ["ts_header_key_sequence_start", "TS_HEADER_KEY_SEQUENCE_START"],
  ["ts_header_key_sequence_end", "TS_HEADER_KEY_SEQUENCE_END"],
]);

/** Keys that no environment variable sets. */
const fileOnly: ReadonlySet<string> = new Set([
  "models",
  "model_snapshot",
  "metric_time_interval",
  "enable_envvars_config",
  "use_env_allowed_urls",
  "system_metrics_cmd",
  "use_native_io",
  "io_ratio",
  "vmargs",
  "plugins_path",
  "version",
  "tsConfigFile",
  "python",
]);

/**
 * The environment variable of a key, or null when it has none.
 *
 * @example
 * environmentName("job_queue_size"); // "TS_JOB_QUEUE_SIZE"
 */
export function environmentName(key: string): string | null {
  if (fileOnly.has(key)) return null;
  return irregular.get(key) ?? `TS_${key.toUpperCase()}`;
}
