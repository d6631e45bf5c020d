/**
 * @module
 * Captum's attribution methods on any differentiable function of tensors.
 */

export { Attribution } from "./attribution.ts";
export type { AttributeOptions, ComputedAttributions, WithDelta } from "./attribution.ts";
export type { Baseline, Baselines } from "./baselines.ts";
export { FeatureAblation } from "./feature-ablation.ts";
export type { FeatureAblationOptions, PerturbationOptions } from "./feature-ablation.ts";
export type { AdditionalArgs, Forward, ForwardFunction } from "./forward.ts";
export type { TargetOptions } from "./gradients.ts";
export { GradientShap } from "./gradient-shap.ts";
export type { GradientShapOptions } from "./gradient-shap.ts";
export { InputXGradient } from "./input-x-gradient.ts";
export type { InputXGradientOptions } from "./input-x-gradient.ts";
export type { Attributions, Inputs } from "./inputs.ts";
export { IntegratedGradients } from "./integrated-gradients.ts";
export type { IntegratedGradientsOptions, IntegratedGradientsSettings } from "./integrated-gradients.ts";
export { attributionMethods, isAttributionMethod } from "./methods.ts";
export type { AttributionFactory, AttributionMethodName, MethodOptions } from "./methods.ts";
export type { Deviations } from "./noise.ts";
export { NoiseTunnel } from "./noise-tunnel.ts";
export type { NoiseTunnelOptions, NoiseTunnelType } from "./noise-tunnel.ts";
export { Occlusion } from "./occlusion.ts";
export type { OcclusionOptions } from "./occlusion.ts";
export { quadrature, quadratureMethods } from "./quadrature.ts";
export type { Quadrature, QuadratureMethod } from "./quadrature.ts";
export { Saliency } from "./saliency.ts";
export type { SaliencyOptions } from "./saliency.ts";
export type { Target } from "./targets.ts";
export type { WindowShape } from "./windows.ts";
