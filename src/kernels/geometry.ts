/**
 * @module
 * What a kernel is told about shapes. Ops compute these objects once, after all checks; kernels trust them.
 * Every array is contiguous and row-major; images are NCHW.
 */

/** Storage that a kernel computes on: float32 in use, float64 where gradients are checked. */
export type FloatArray = Float32Array | Float64Array;

/** A two-dimensional sliding window over `[batch, channels, inHeight, inWidth]`. */
export interface Window2d {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  /** Rows of padding above; what lies below follows from the sizes. May differ from below ("same"). */
  readonly padTop: number;
  /** Columns of padding on the left. */
  readonly padLeft: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
}

/**
 * conv2d: input `[batch, inChannels, inHeight, inWidth]`, weight
 * `[outChannels, inChannels / groups, kernelHeight, kernelWidth]`, output `[batch, outChannels, outHeight, outWidth]`.
 */
export interface Conv2dGeometry extends Window2d {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
}

/** Pooling: `[batch, channels, inHeight, inWidth]` to `[batch, channels, outHeight, outWidth]`. */
export interface Pool2dGeometry extends Window2d {
  readonly channels: number;
}

/**
 * `C[i] += op(A[i]) · op(B[i])` for `batch` pairs: op(A) is `[m, k]`, op(B) is `[k, n]`, C is `[m, n]`.
 * A transposed operand is stored as `[k, m]` (A) or `[n, k]` (B). A batch stride of 0 uses one matrix for all.
 */
export interface MatmulGeometry {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly batchStrideA: number;
  readonly batchStrideB: number;
  readonly batchStrideC: number;
}
