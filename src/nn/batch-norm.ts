/**
 * @module
 * Batch normalisation layers: S. Ioffe and C. Szegedy (2015).
 */

import { formatShape, ShapeError } from "../errors.ts";
import { batchNorm } from "../ops/index.ts";
import { ones, zeros } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";
import { pythonBool, pythonFloat } from "./repr.ts";

/** Options of the batch normalisation layers, with PyTorch's defaults. */
export interface BatchNormLayerOptions {
  /** Added to the variance; 1e-5. */
  readonly eps?: number;
  /** Share of a batch in the running statistics; 0.1. Null averages over all batches so far. */
  readonly momentum?: number | null;
  /** Whether a factor and a summand are learned for each channel; true. */
  readonly affine?: boolean;
  /** Whether, when affine, there is a summand at all; true. */
  readonly bias?: boolean;
  /** Whether running statistics are kept, and used in evaluation; true. */
  readonly trackRunningStats?: boolean;
}

abstract class BatchNorm extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  /** `[numFeatures]`, or null when not affine */
  readonly weight: Parameter | null;
  /** `[numFeatures]`, or null when not affine or without bias */
  readonly bias: Parameter | null;
  readonly #running: { readonly mean: Tensor; readonly variance: Tensor } | null;
  readonly #batches = zeros([], { dtype: "int64" });

  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super();
    const affine = options.affine ?? true;
    this.numFeatures = numFeatures;
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum === undefined ? 0.1 : options.momentum;
    this.weight = affine ? new Parameter(ones([numFeatures])) : null;
    this.bias = affine && (options.bias ?? true) ? new Parameter(zeros([numFeatures])) : null;
    if (options.trackRunningStats ?? true) {
      this.#running = { mean: zeros([numFeatures]), variance: ones([numFeatures]) };
      this.registerBuffer("running_mean", this.#running.mean);
      this.registerBuffer("running_var", this.#running.variance);
      this.registerBuffer("num_batches_tracked", this.#batches);
    } else {
      this.#running = null;
    }
  }

  /** Ranks of inputs that this layer takes, and how to write them. */
  protected abstract readonly ranks: { readonly allowed: readonly number[]; readonly form: string };

  forward(x: Tensor): Tensor {
    if (!this.ranks.allowed.includes(x.ndim)) {
      throw new ShapeError(
        `${this.constructor.name}: expected ${this.ranks.form}, got ${formatShape(x.shape)}`,
      );
    }
    return batchNorm(x, {
      runningMean: this.#running?.mean ?? null,
      runningVar: this.#running?.variance ?? null,
      weight: this.weight,
      bias: this.bias,
      training: this.training || this.#running === null,
      momentum: this.#countBatch(),
      eps: this.eps,
    });
  }

  protected override extraRepr(): string {
    return [
      `${this.numFeatures}, eps=${pythonFloat(this.eps)}`,
      `momentum=${this.momentum === null ? "None" : pythonFloat(this.momentum)}`,
      `affine=${pythonBool(this.weight !== null)}, bias=${pythonBool(this.bias !== null)}`,
      `track_running_stats=${pythonBool(this.#running !== null)}`,
    ].join(", ");
  }

  /** Counts a training batch; the share that it has in the running statistics. */
  #countBatch(): number {
    if (this.training && this.#running !== null) this.#batches.data[0] += 1n;
    // The cumulative average gives batch k a share of 1/k.
    return this.momentum ?? 1 / Math.max(1, this.#batches.item());
  }
}

/** Normalises each feature of `[N, C]` or `[N, C, L]`. As `torch.nn.BatchNorm1d`. */
export class BatchNorm1d extends BatchNorm {
  protected readonly ranks = { allowed: [2, 3], form: "[N, C] or [N, C, L]" };
}

/** Normalises each channel of `[N, C, H, W]`. As `torch.nn.BatchNorm2d`. */
export class BatchNorm2d extends BatchNorm {
  protected readonly ranks = { allowed: [4], form: "[N, C, H, W]" };
}
