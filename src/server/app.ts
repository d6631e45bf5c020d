/**
 * @module
 * The inference app for whoever embeds it: around any models, also those that run on this thread.
 */

import type { Express } from "express";
import { Model } from "../model/model.ts";
import { inferenceApp } from "./inference-app.ts";
import type { RoutesOptions } from "./inference-app.ts";
import { defaultLimits } from "./limits.ts";
import type { Limits } from "./limits.ts";
import { ModelRegistry } from "./models.ts";
import { InProcessModel } from "./pool/in-process-model.ts";
import type { ServedModel } from "./served-model.ts";

/** What the inference app serves, and how. */
export interface InferenceAppOptions extends Omit<RoutesOptions, "models"> {
  /** A registry, which may change while the app runs; or models, of which a bare {@link Model} runs on this thread. */
  readonly models: ModelRegistry | Iterable<Model | ServedModel>;
}

/** The registry behind {@link InferenceAppOptions.models}. */
export function registryOf(
  models: ModelRegistry | Iterable<Model | ServedModel>,
  limits: Limits = defaultLimits,
): ModelRegistry {
  if (models instanceof ModelRegistry) return models;
  const served = [...models].map((model) =>
    model instanceof Model ? new InProcessModel(model, { limits }) : model,
  );
  return new ModelRegistry(served);
}

/**
 * The app with the routes of {@link inferenceApp}.
 *
 * @example
 * createServer(createInferenceApp({ models: [mnist] })).listen(8080);
 */
export function createInferenceApp(options: InferenceAppOptions): Express {
  const limits = { ...defaultLimits, ...options.limits };
  return inferenceApp({ ...options, models: registryOf(options.models, limits) });
}
