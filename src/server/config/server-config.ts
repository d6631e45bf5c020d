/**
 * @module
 * Everything a server is told before it starts, checked.
 */

import type { Address } from "./address.ts";
import type { ModelSettingsTable, Snapshot } from "./model-settings.ts";
import type { Settings } from "./settings.ts";

/** A model to load at the start: an archive in the store (or a URL), under a name of its own or the archive's. */
export interface ModelToLoad {
  readonly name: string | null;
  readonly url: string;
}

/** The key and certificate of the listeners that speak TLS. */
export type TlsFiles =
  | { readonly kind: "pem"; readonly keyFile: string; readonly certificateFile: string }
  | { readonly kind: "pkcs12"; readonly file: string; readonly passphrase: string };

/** Headers for pages of other origins; each as in config.properties, null when not set. */
export interface CorsSettings {
  readonly origin: string;
  readonly methods: string | null;
  readonly headers: string | null;
}

/** Where gRPC inference listens; management is not offered over gRPC. */
export interface GrpcSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Whether somebody named the address or port. */
  readonly asked: boolean;
}

/** How requests must prove that they may. */
export interface TokenSettings {
  /** Minutes for which inference and management keys are good. */
  readonly expirationMinutes: number;
  /** A file with keys, instead of keys made at the start. */
  readonly keyFile: string | null;
}

/** Request formats beside TorchServe's own; `service_envelope`. */
export type ServiceEnvelope = "body" | "json" | "kserve" | "kservev2";

/** A server's configuration: config.properties, command line, environment and defaults, in one object of checked values. */
export interface ServerConfig {
  /** The file that was read, or null. */
  readonly file: string | null;
  readonly inference: Address;
  readonly management: Address;
  /** Null when metrics are not served. */
  readonly metrics: Address | null;
  readonly grpc: GrpcSettings;
  /** Null when no listener speaks TLS. */
  readonly tls: TlsFiles | null;

  readonly modelStore: string | null;
  readonly loadModels: "all" | readonly ModelToLoad[];
  readonly modelSettings: ModelSettingsTable;
  /** Models to restore instead of `loadModels`. */
  readonly snapshot: Snapshot | null;
  /** Whether to write snapshots. */
  readonly saveSnapshots: boolean;
  /** Regular expressions; a URL must match one of them as a whole to be fetched. None by default. */
  readonly allowedUrls: readonly RegExp[];
  readonly modelApi: boolean;

  /** Workers of a model for which nothing else is said. */
  readonly defaultWorkers: number;
  /** Workers of a model that is registered while the server runs, and for which nothing else is said. */
  readonly registeredWorkers: number;
  /** Seconds. */
  readonly responseTimeout: number;
  /** Seconds. */
  readonly startupTimeout: number;
  /** Seconds. */
  readonly unregisterTimeout: number;
  readonly jobQueueSize: number;

  readonly maxRequestSize: number;
  readonly maxResponseSize: number;
  readonly maxImagePixels: number;
  readonly maxExplanationSteps: number;
  readonly decodeInputRequest: boolean;
  readonly serviceEnvelope: ServiceEnvelope | null;
  /** Handler of archives that name none. */
  readonly defaultHandler: string | null;

  /** Null when no token is asked for. */
  readonly tokens: TokenSettings | null;
  readonly cors: CorsSettings | null;

  readonly metricsMode: "log" | "prometheus" | "legacy";
  /** Seconds between two readings of the system's metrics, or null for none. */
  readonly systemMetricsInterval: number | null;
  readonly logFormat: "torchserve" | "json";

  /** The settings behind this object; a snapshot writes them. */
  readonly settings: Settings;
}
