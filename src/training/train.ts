/**
 * @module
 * Training and testing a classifier on MNIST, as `train` and `test` of PyTorch's example do. Runs in a browser too.
 */

import { noGrad } from "../autograd/grad-mode.ts";
import { loaderOrder } from "../data/loader.ts";
import type { MnistDigits } from "../data/mnist.ts";
import type { Module } from "../nn/module.ts";
import { nllLoss } from "../ops/index.ts";
import { capture, captureTraining, keepsTrainingLosses } from "../runtime/index.ts";
import type { BaseSettings, Optimizer } from "../optim/index.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** How far an epoch has come. */
export interface Progress {
  /** Batches done, and in all. */
  readonly batch: number;
  readonly batches: number;
  /** Digits done, and in all. */
  readonly digits: number;
  readonly total: number;
  /** Mean loss of the batch just done. */
  readonly loss: number;
}

/** A place within an epoch. */
export interface Pass {
  /** The digits in the order in which they are visited. */
  readonly order: Int32Array;
  /** How many batches are done. */
  readonly batches: number;
}

/** What training an epoch needs. */
export interface EpochOptions {
  readonly model: Module;
  readonly optimizer: Optimizer<BaseSettings>;
  readonly digits: MnistDigits;
  readonly batchSize: number;
  /** Whether the digits come in random order. */
  readonly shuffle: boolean;
  /** Where to go on in an epoch that was interrupted; at the start of a new one unless said. */
  readonly from?: Pass;
}

/**
 * One pass over the digits, a step for each batch; the last batch may be smaller. Order and dropout draw from the default
 * generator as PyTorch's do.
 *
 * Steps run by a plan where the model and the kernels allow it (see `captureTraining`), else eagerly.
 *
 * It yields after each batch, so that the caller can report, save, stop, or let other work run.
 */
export function* trainEpoch(options: EpochOptions): Generator<Progress, void, void> {
  const { model, optimizer, digits, batchSize } = options;
  const { order, batches: done } = options.from ?? startPass(digits, options.shuffle);
  const batches = Math.ceil(order.length / batchSize);
  model.train();
  const forward = trainingForward(model);
  for (let batch = done; batch < batches; batch++) {
    const indices = order.subarray(batch * batchSize, (batch + 1) * batchSize);
    const { images, labels } = digits.batch(indices);
    optimizer.zeroGrad();
    const loss = nllLoss(forward(images), labels);
    loss.backward();
    optimizer.step();
    yield {
      batch,
      batches,
      digits: batch * batchSize + indices.length,
      total: order.length,
      loss: loss.item(),
    };
  }
}

/**
 * A module's forward pass for training steps: by a plan (see `captureTraining`) where it keeps PyTorch's losses to 1e-5 on the active
 * kernels, else eager. To be asked for anew after `train()` or `eval()`.
 */
export function trainingForward(model: Module): (x: Tensor) => Tensor {
  const eager = (x: Tensor): Tensor => model.forward(x);
  return keepsTrainingLosses() ? captureTraining(eager) : eager;
}

/** The beginning of an epoch over `digits`. */
export function startPass(digits: MnistDigits, shuffle: boolean): Pass {
  return { order: loaderOrder(digits.length, shuffle), batches: 0 };
}

/** How well a model does. */
export interface Score {
  /** Mean negative log-likelihood over the digits. */
  readonly loss: number;
  readonly correct: number;
  readonly total: number;
}

/** Digits that a plan computes at once in a test: enough for full speed, few enough that its buffers stay small. */
const PLAN_ROWS = 125;

/**
 * Loss and accuracy of a model that gives log-probabilities, in evaluation mode, batch by batch. Takes from the default
 * generator what PyTorch's DataLoader takes. Forward passes run by plans where the model allows it (see `capture`), large
 * batches in parts.
 */
export function evaluate(model: Module, digits: MnistDigits, batchSize: number): Score {
  const training = model.training;
  model.eval();
  const forward = capture((images) => model.forward(images));
  const rows = Math.min(batchSize, PLAN_ROWS);
  let loss = 0;
  let correct = 0;
  const order = loaderOrder(digits.length, false);
  for (let start = 0; start < order.length; start += rows) {
    const { images, labels } = digits.batch(order.subarray(start, start + rows));
    const logProbs = noGrad(() => forward(images));
    loss += nllLoss(logProbs, labels, { reduction: "sum" }).item();
    const classes = logProbs.size(1);
    labels.data.forEach((label, i) => {
      const row = logProbs.data.subarray(i * classes, (i + 1) * classes);
      if (row.indexOf(Math.max(...row)) === label) correct++;
    });
  }
  model.train(training);
  return { loss: loss / digits.length, correct, total: digits.length };
}
