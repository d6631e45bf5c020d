/**
 * @module
 * The kernels that dominate a convolutional net and therefore exist more than once: as the reference
 * (plain TypeScript, the definition of what is right) and as WebAssembly SIMD. Everything else has a reference only.
 *
 * Form of a kernel: outputs first, then inputs, then a geometry that was checked before. Forward kernels overwrite
 * their output; backward kernels, and matmul, **add** into it. A kernel allocates nothing that outlives it and never
 * throws. Arrays of one call share one element type; a family that is only written for float32 passes float64 on to
 * the reference.
 */

import type { Conv2dGeometry, FloatArray, MatmulGeometry, Pool2dGeometry } from "./geometry.ts";
import type { AdadeltaStep } from "./reference/optim.ts";

/** Names of the kernel families, slowest first. */
export type KernelFamily = "reference" | "simd" | "relaxed-simd";

/** One family of them: every kernel that exists more than once. */
export interface Kernels {
  readonly family: KernelFamily;

  /** y = x ⋆ weight + bias (cross-correlation). */
  conv2dForward(
    y: FloatArray,
    x: FloatArray,
    weight: FloatArray,
    bias: FloatArray | null,
    g: Conv2dGeometry,
  ): void;
  /** dx += the adjoint of `x -> x ⋆ weight` applied to dy. */
  conv2dBackwardInput(dx: FloatArray, dy: FloatArray, weight: FloatArray, g: Conv2dGeometry): void;
  /** dweight += the adjoint of `weight -> x ⋆ weight` applied to dy. */
  conv2dBackwardWeight(dweight: FloatArray, dy: FloatArray, x: FloatArray, g: Conv2dGeometry): void;

  /** c += op(a) · op(b), batch by batch. */
  matmul(c: FloatArray, a: FloatArray, b: FloatArray, g: MatmulGeometry): void;

  /**
   * y = the largest value of each window, argmax = its flat index in the unpadded inHeight × inWidth plane. The first
   * maximum in row-major order wins; a NaN wins over every number, and the last NaN is the index (PyTorch's rules).
   */
  maxPool2dForward(y: FloatArray, argmax: Int32Array, x: FloatArray, g: Pool2dGeometry): void;
  /** dx[argmax] += dy, plane by plane. */
  maxPool2dBackward(dx: FloatArray, dy: FloatArray, argmax: Int32Array, g: Pool2dGeometry): void;

  /** y = max(x, 0); NaN stays NaN. */
  reluForward(y: FloatArray, x: FloatArray): void;
  /** dx += dy where not (x <= 0): zero at 0, passed on at NaN (PyTorch's threshold_backward). */
  reluBackward(dx: FloatArray, dy: FloatArray, x: FloatArray): void;

  /** y = a + b, element by element, equal lengths. */
  add(y: FloatArray, a: FloatArray, b: FloatArray): void;

  /** One step of Adadelta over flat arrays of equal lengths, all but the gradient in place; see {@link AdadeltaStep}. */
  adadelta(
    p: FloatArray,
    squares: FloatArray,
    deltas: FloatArray,
    grad: FloatArray,
    step: AdadeltaStep,
  ): void;
}
