/**
 * @module
 * One step of each optimizer over flat arrays, in place. Arithmetic runs in float64 and is rounded when it is stored.
 */

import type { FloatArray } from "../geometry.ts";

/** M. Zeiler, "Adadelta: an adaptive learning rate method" (2012). */
export interface AdadeltaStep {
  readonly lr: number;
  readonly rho: number;
  readonly eps: number;
  readonly weightDecay: number;
}

/**
 * v = ρv + (1 − ρ)g²; Δ = √(u + ε) / √(v + ε) · g; u = ρu + (1 − ρ)Δ²; p −= lr · Δ, with g = grad + weightDecay · p.
 * @param squares v, the running mean of squared gradients
 * @param deltas u, the running mean of squared updates
 */
export function adadelta(
  p: FloatArray,
  squares: FloatArray,
  deltas: FloatArray,
  grad: FloatArray,
  { lr, rho, eps, weightDecay }: AdadeltaStep,
): void {
  for (let i = 0; i < p.length; i++) {
    const g = grad[i] + weightDecay * p[i];
    const v = rho * squares[i] + (1 - rho) * g * g;
    const delta = Math.sqrt((deltas[i] + eps) / (v + eps)) * g;
    squares[i] = v;
    deltas[i] = rho * deltas[i] + (1 - rho) * delta * delta;
    p[i] -= lr * delta;
  }
}

/** Stochastic gradient descent with momentum, PyTorch's form. */
export interface SgdStep {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
}

/**
 * b = momentum · b + (1 − dampening)g (b = g in the first step); p −= lr · (g + momentum · b with Nesterov, else b).
 * @param buffer b, or null without momentum
 */
export function sgd(
  p: FloatArray,
  buffer: FloatArray | null,
  grad: FloatArray,
  first: boolean,
  { lr, momentum, dampening, weightDecay, nesterov }: SgdStep,
): void {
  for (let i = 0; i < p.length; i++) {
    let g = grad[i] + weightDecay * p[i];
    if (buffer !== null) {
      const b = first ? g : momentum * buffer[i] + (1 - dampening) * g;
      buffer[i] = b;
      g = nesterov ? g + momentum * b : b;
    }
    p[i] -= lr * g;
  }
}

/** D. Kingma and J. Ba, "Adam" (2015); decoupled decay: I. Loshchilov and F. Hutter (2019). */
export interface AdamStep {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** Whether the decay shrinks the parameter itself (AdamW) rather than joining the gradient (Adam). */
  readonly decoupled: boolean;
  /** Which step this is, from 1: for the correction of the bias towards the zeros at the start. */
  readonly step: number;
}

/**
 * m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; p −= lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).
 * @param largest the largest v so far, used in place of v (AMSGrad), or null
 */
export function adam(
  p: FloatArray,
  mean: FloatArray,
  squares: FloatArray,
  largest: FloatArray | null,
  grad: FloatArray,
  { lr, beta1, beta2, eps, weightDecay, decoupled, step }: AdamStep,
): void {
  const size = lr / (1 - beta1 ** step);
  const rootCorrection = Math.sqrt(1 - beta2 ** step);
  for (let i = 0; i < p.length; i++) {
    const start = decoupled ? p[i] * (1 - lr * weightDecay) : p[i];
    const g = decoupled ? grad[i] : grad[i] + weightDecay * p[i];
    const m = mean[i] + (1 - beta1) * (g - mean[i]);
    let v = beta2 * squares[i] + (1 - beta2) * g * g;
    mean[i] = m;
    squares[i] = v;
    if (largest !== null) v = largest[i] = Math.max(largest[i], v);
    p[i] = start - (size * m) / (Math.sqrt(v) / rootCorrection + eps);
  }
}
