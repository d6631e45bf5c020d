/**
 * @module
 * Configuration: where it comes from, what it may say, and what the server makes of it.
 */

export { formatAddress, isLoopback, parseAddress, sameAddress } from "./address.ts";
export type { Address, ListenerRole } from "./address.ts";
export { ConfigError } from "./config-error.ts";
export { loadConfig, snapshotFolder } from "./load-config.ts";
export type { ConfigSources, LoadedConfig } from "./load-config.ts";
export { numericSettings } from "./model-settings.ts";
export type { ModelSettings, ModelSettingsTable, Snapshot } from "./model-settings.ts";
export { readConfig } from "./read-config.ts";
export type { CorsSettings, ModelToLoad, ServerConfig, ServiceEnvelope, TlsFiles } from "./server-config.ts";
export type { Setting, Settings } from "./settings.ts";
export { writeSnapshot } from "./snapshot-files.ts";
export type { SnapshotOccasion } from "./snapshot-files.ts";
