/**
 * @module
 * A training run that can be put away and taken up again: all that later steps depend on.
 */

import type { CheckpointKey, CheckpointValue } from "../checkpoint/value.ts";
import type { MnistDigits } from "../data/mnist.ts";
import { ArgumentError, FormatError } from "../errors.ts";
import { createMnistNet } from "../model/mnist-net.ts";
import type { MnistNetName } from "../model/mnist-net.ts";
import { Adadelta, StepLR } from "../optim/index.ts";
import { defaultGenerator, manualSeed } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { startPass, trainEpoch } from "./train.ts";
import type { Pass, Progress } from "./train.ts";

/** Choices that the numbers of a run depend on. */
export interface TrainingSettings {
  readonly net: MnistNetName;
  readonly seed: number;
  readonly batchSize: number;
  readonly testBatchSize: number;
  readonly lr: number;
  readonly gamma: number;
  readonly shuffle: boolean;
  /** How many of the training digits are used; null for all. */
  readonly limit: number | null;
}

/** Model, optimizer, schedule and random numbers of a run of the MNIST example. */
export class TrainingSession {
  readonly settings: TrainingSettings;
  readonly model: ReturnType<typeof createMnistNet>;
  readonly optimizer: Adadelta;
  readonly scheduler: StepLR;
  /** Epochs that are complete. */
  epoch = 0;
  /** Where the epoch in progress is; null between epochs. */
  #pass: Pass | null = null;

  /** Seeds the default generator, then makes a fresh net. */
  constructor(settings: TrainingSettings) {
    this.settings = settings;
    manualSeed(settings.seed);
    this.model = createMnistNet(settings.net);
    this.optimizer = new Adadelta(this.model.parameters(), { lr: settings.lr });
    this.scheduler = new StepLR(this.optimizer, 1, { gamma: settings.gamma });
  }

  /**
   * Trains an epoch, or what is left of one. Yields after each batch; whoever leaves the loop early can save the session and
   * go on later.
   * @param digits of which the first {@link TrainingSettings.limit} are used
   */
  *trainEpoch(digits: MnistDigits): Generator<Progress, void, void> {
    const used = digits.first(this.settings.limit ?? digits.length);
    const from = this.#pass ?? startPass(used, this.settings.shuffle);
    if (from.order.length !== used.length) {
      throw new ArgumentError(
        `trainEpoch: the epoch in progress has ${from.order.length} digits, got ${used.length}; give the same digits`,
      );
    }
    const { model, optimizer, settings } = this;
    for (const progress of trainEpoch({ model, optimizer, digits: used, ...settings, from })) {
      this.#pass = { order: from.order, batches: progress.batch + 1 };
      yield progress;
    }
  }

  /** Marks an epoch as complete and lets the learning rate fall. */
  finishEpoch(): void {
    this.epoch++;
    this.#pass = null;
    this.scheduler.step();
  }

  /** Everything that later epochs depend on, as a `.pt` file can hold it. */
  toCheckpoint(): Map<string, CheckpointValue> {
    const generator = defaultGenerator.getState();
    return new Map<string, CheckpointValue>([
      ["settings", new Map<CheckpointKey, CheckpointValue>(Object.entries(this.settings))],
      ["epoch", this.epoch],
      ["batches", this.#pass?.batches ?? 0],
      [
        "order",
        this.#pass === null ? null : new Tensor(this.#pass.order, [this.#pass.order.length], "int32"),
      ],
      ["model", new Map<CheckpointKey, CheckpointValue>(this.model.stateDict())],
      ["optimizer", this.optimizer.stateDict()],
      ["scheduler", this.scheduler.stateDict()],
      ["generator", new Tensor(generator.words, [generator.words.length], "uint32").to("int64")],
      ["next_normal", generator.nextNormal],
    ]);
  }

  /**
   * Takes up a run where {@link toCheckpoint} left it; it goes on with the same numbers.
   * @throws FormatError when the value is not such a checkpoint
   */
  static fromCheckpoint(value: CheckpointValue): TrainingSession {
    const root = dict(value, "the file");
    const session = new TrainingSession(settingsFrom(dict(root.get("settings"), "settings")));
    const model = [...dict(root.get("model"), "model")].map(([name, x]): [string, AnyTensor] => [
      String(name),
      tensorOf(x, String(name)),
    ]);
    session.model.loadStateDict(new Map(model));
    session.optimizer.loadStateDict(dict(root.get("optimizer"), "optimizer"));
    session.scheduler.loadStateDict(dict(root.get("scheduler"), "scheduler"));
    session.epoch = numberOf(root.get("epoch"), "epoch");
    const order = root.get("order");
    if (order !== null) {
      const batches = numberOf(root.get("batches"), "batches");
      session.#pass = { order: tensorOf(order, "order").to("int32").data, batches };
    }
    const words = tensorOf(root.get("generator"), "generator").to("uint32").data;
    const nextNormal = root.get("next_normal");
    defaultGenerator.setState({ words, nextNormal: typeof nextNormal === "number" ? nextNormal : null });
    return session;
  }
}

function settingsFrom(saved: ReadonlyMap<CheckpointKey, CheckpointValue>): TrainingSettings {
  const net = saved.get("net");
  if (net !== "torchserve" && net !== "examples") throw damaged("settings.net");
  return {
    net,
    seed: numberOf(saved.get("seed"), "settings.seed"),
    batchSize: numberOf(saved.get("batchSize"), "settings.batchSize"),
    testBatchSize: numberOf(saved.get("testBatchSize"), "settings.testBatchSize"),
    lr: numberOf(saved.get("lr"), "settings.lr"),
    gamma: numberOf(saved.get("gamma"), "settings.gamma"),
    shuffle: saved.get("shuffle") === true,
    limit: saved.get("limit") === null ? null : numberOf(saved.get("limit"), "settings.limit"),
  };
}

function dict(value: CheckpointValue | undefined, where: string): Map<CheckpointKey, CheckpointValue> {
  if (value instanceof Map) return value;
  throw damaged(where);
}

function tensorOf(value: CheckpointValue | undefined, where: string): AnyTensor {
  if (value instanceof Tensor) return value;
  throw damaged(where);
}

function numberOf(value: CheckpointValue | undefined, where: string): number {
  if (typeof value === "number") return value;
  throw damaged(where);
}

function damaged(where: string): FormatError {
  return new FormatError(`not a training checkpoint of candil: ${where} is missing or of another kind`);
}
