/**
 * @module
 * What is said when a model is registered, and which of several sayings counts.
 */

import { numericSettings } from "../config/index.ts";
import type { ModelSettings, ServerConfig } from "../config/index.ts";
import { defaultServing } from "../served-model.ts";
import type { ServingSettings } from "../served-model.ts";
import type { ModelFile } from "./model-file.ts";

/** A model to register. What is absent is left to the archive, config.properties and the defaults. */
export interface RegisterRequest {
  /** A file or folder of the store, the name of a model inside the package, or a URL that `allowed_urls` names. */
  readonly url: string;
  /** In the place of the archive's name. */
  readonly modelName?: string | undefined;
  /** In the place of the archive's handler. */
  readonly handler?: string | undefined;
  /** Told in the description, nothing more: no archive is executed. */
  readonly runtime?: string | undefined;
  readonly batchSize?: number | undefined;
  /** Milliseconds; told, not used. */
  readonly maxBatchDelay?: number | undefined;
  /** Seconds. */
  readonly responseTimeout?: number | undefined;
  /** Seconds. */
  readonly startupTimeout?: number | undefined;
  /** Workers to start, unless the archive says how many: `default_workers_per_model`, else 0. */
  readonly initialWorkers?: number | undefined;
  /** Whether {@link ModelManager.register} resolves when all workers are ready, or after the first one; true. */
  readonly synchronous?: boolean | undefined;
}

/** A model to load at the start. */
export interface StartRequest extends Pick<RegisterRequest, "url" | "modelName"> {
  /** What a snapshot says of it, which counts more than the archive. */
  readonly state?: ModelSettings;
}

/** What a configuration says about models that are registered. */
export type RegistrationDefaults = Pick<
  ServerConfig,
  | "defaultWorkers"
  | "registeredWorkers"
  | "responseTimeout"
  | "startupTimeout"
  | "jobQueueSize"
  | "modelSettings"
  | "defaultHandler"
  | "maxImagePixels"
  | "allowedUrls"
>;

/**
 * The settings of a model that is registered at run time: the request, over the archive's model-config.yaml, over `models` of
 * config.properties, over the defaults. The archive's numbers of workers count more than the request's, as in TorchServe.
 */
export function settingsOfRequest(
  request: RegisterRequest,
  file: ModelFile,
  name: string,
  defaults: RegistrationDefaults,
): ServingSettings {
  const { batchSize, maxBatchDelay, responseTimeout, startupTimeout } = request;
  const workers = Math.max(0, request.initialWorkers ?? defaults.registeredWorkers);
  return {
    ...basis(defaults),
    ...given(defaults.modelSettings.get(name)?.get(file.version) ?? {}),
    minWorkers: workers,
    maxWorkers: workers,
    ...file.settings,
    ...given({ batchSize, maxBatchDelay, responseTimeout, startupTimeout }),
  };
}

/** The settings of a model that is loaded at the start: a snapshot's, the archive's, those of `models`, the defaults. */
export function settingsAtStart(
  request: StartRequest,
  file: ModelFile,
  name: string,
  defaults: RegistrationDefaults,
): ServingSettings {
  const workers = defaults.defaultWorkers;
  const settings = {
    ...basis(defaults),
    minWorkers: workers,
    maxWorkers: workers,
    ...given(defaults.modelSettings.get(name)?.get(file.version) ?? {}),
    ...file.settings,
    ...given(request.state ?? {}),
  };
  return { ...settings, maxWorkers: Math.max(settings.minWorkers, settings.maxWorkers) };
}

function basis({
  responseTimeout,
  startupTimeout,
  jobQueueSize,
}: RegistrationDefaults): typeof defaultServing {
  return { ...defaultServing, responseTimeout, startupTimeout, jobQueueSize };
}

/** The settings among these fields that have a value. */
function given(fields: {
  readonly [Name in keyof ModelSettings]?: ModelSettings[Name] | undefined;
}): Partial<ServingSettings> {
  const settings: { -readonly [Name in (typeof numericSettings)[number]]?: number } = {};
  for (const name of numericSettings) {
    const value = fields[name];
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}
