/**
 * @module
 * Methods by name, for callers that get the name from outside: a server's request, a command line.
 */

import type { Attribution } from "./attribution.ts";
import { FeatureAblation } from "./feature-ablation.ts";
import type { FeatureAblationOptions } from "./feature-ablation.ts";
import type { Forward } from "./forward.ts";
import { InputXGradient } from "./input-x-gradient.ts";
import { IntegratedGradients } from "./integrated-gradients.ts";
import type { IntegratedGradientsOptions } from "./integrated-gradients.ts";
import { Occlusion } from "./occlusion.ts";
import type { OcclusionOptions } from "./occlusion.ts";
import { Saliency } from "./saliency.ts";
import type { SaliencyOptions } from "./saliency.ts";

/** The options of all methods together; each takes its own and ignores the others. */
export type MethodOptions = Omit<
  IntegratedGradientsOptions & SaliencyOptions & FeatureAblationOptions & OcclusionOptions,
  "returnConvergenceDelta"
> & { readonly returnConvergenceDelta?: boolean };

/** Makes a method that explains `forward`. Its `hasConvergenceDelta` says whether the delta may be asked for. */
export type AttributionFactory = (forward: Forward) => Attribution<MethodOptions>;

const factories = {
  integrated_gradients: (forward: Forward) => new IntegratedGradients(forward),
  saliency: (forward: Forward) => new Saliency(forward),
  input_x_gradient: (forward: Forward) => new InputXGradient(forward),
  occlusion: (forward: Forward) => new Occlusion(forward),
  feature_ablation: (forward: Forward) => new FeatureAblation(forward),
} as const;

/** Captum's names in snake_case, as in HTTP. */
export type AttributionMethodName = keyof typeof factories;

/**
 * Every method under its name.
 *
 * @example
 * const method = attributionMethods.saliency(net);
 * const { attributions } = method.compute([x], { target: 3 });
 */
export const attributionMethods: Readonly<Record<AttributionMethodName, AttributionFactory>> = factories;

/** Whether `name` is one of {@link attributionMethods}. */
export function isAttributionMethod(name: string): name is AttributionMethodName {
  return Object.hasOwn(factories, name);
}
