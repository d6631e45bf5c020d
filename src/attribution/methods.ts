/**
 * @module
 * Methods by name, for callers that get the name from outside: a server's request, a command line.
 */

import { Generator } from "../tensor/random.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { Attribution } from "./attribution.ts";
import type { AttributeOptions, ComputedAttributions } from "./attribution.ts";
import { FeatureAblation } from "./feature-ablation.ts";
import type { FeatureAblationOptions } from "./feature-ablation.ts";
import type { Forward } from "./forward.ts";
import { GradientShap } from "./gradient-shap.ts";
import type { GradientShapOptions } from "./gradient-shap.ts";
import { InputXGradient } from "./input-x-gradient.ts";
import { IntegratedGradients } from "./integrated-gradients.ts";
import type { IntegratedGradientsOptions } from "./integrated-gradients.ts";
import { NoiseTunnel } from "./noise-tunnel.ts";
import type { NoiseTunnelOptions, NoiseTunnelType } from "./noise-tunnel.ts";
import { Occlusion } from "./occlusion.ts";
import type { OcclusionOptions } from "./occlusion.ts";
import { Saliency } from "./saliency.ts";
import type { SaliencyOptions } from "./saliency.ts";

/** The options of all methods together; each takes its own and ignores the others. */
export type MethodOptions = Omit<
  IntegratedGradientsOptions &
    SaliencyOptions &
    FeatureAblationOptions &
    OcclusionOptions &
    NoiseTunnelOptions &
    GradientShapOptions,
  "returnConvergenceDelta"
> & { readonly returnConvergenceDelta?: boolean };

/** Makes a method that explains `forward`. Its `hasConvergenceDelta` says whether the delta may be asked for. */
export type AttributionFactory = (forward: Forward) => Attribution<MethodOptions>;

const factories = {
  integrated_gradients: (forward: Forward) => new IntegratedGradients(forward),
  saliency: (forward: Forward) => new Saliency(forward),
  input_x_gradient: (forward: Forward) => new InputXGradient(forward),
  gradient_shap: (forward: Forward) =>
    new WithDefaults<MethodOptions>(new GradientShap(forward), () => ({ generator: new Generator(0) })),
  smoothgrad: (forward: Forward) => smoothedSaliency(forward, "smoothgrad"),
  smoothgrad_sq: (forward: Forward) => smoothedSaliency(forward, "smoothgrad_sq"),
  vargrad: (forward: Forward) => smoothedSaliency(forward, "vargrad"),
  occlusion: (forward: Forward) => new Occlusion(forward),
  feature_ablation: (forward: Forward) => new FeatureAblation(forward),
} as const;

/** Captum's names in snake_case, as in HTTP; the three of a noise tunnel around saliency by the tunnel's type. */
export type AttributionMethodName = keyof typeof factories;

/**
 * Every method under its name. Those that draw random numbers start from seed 0 at every call unless a generator is
 * given, so that the same question gets the same answer.
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

function smoothedSaliency(forward: Forward, ntType: NoiseTunnelType): Attribution<MethodOptions> {
  const tunnel = new NoiseTunnel<MethodOptions>(new Saliency(forward));
  return new WithDefaults<MethodOptions>(tunnel, () => ({ ntType, generator: new Generator(0) }));
}

/** A method with other values for the options that a caller leaves out. */
class WithDefaults<Options extends AttributeOptions> extends Attribution<Options> {
  readonly hasConvergenceDelta: boolean;
  readonly #method: Attribution<Options>;
  readonly #defaults: () => Partial<Options>;

  constructor(method: Attribution<Options>, defaults: () => Partial<Options>) {
    super(method.forward);
    this.#method = method;
    this.#defaults = defaults;
    this.hasConvergenceDelta = method.hasConvergenceDelta;
  }

  override compute(inputs: readonly AnyTensor[], options: Options): ComputedAttributions {
    return this.#method.compute(inputs, { ...this.#defaults(), ...options });
  }
}
