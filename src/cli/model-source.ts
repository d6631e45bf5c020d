/**
 * @module
 * The `--model` and `--net` options: which model a command works with.
 */

import { Option } from "commander";
import type { Command } from "commander";
import { nearestName } from "../errors.ts";
import { netNames } from "../model/net-names.ts";
import type { MnistNetName } from "../model/mnist-net.ts";
import type { Model } from "../model/model.ts";
import { embeddedNames, isEmbedded, nameOfFile } from "../server/store/file-names.ts";
import { UsageError } from "./usage-error.ts";
import { aboutFile, isMissingFile, readWeightsFile } from "./weights-file.ts";
import type { WeightsFile } from "./weights-file.ts";

/** What {@link modelOptions} adds to a command. */
export interface ModelOptions {
  readonly model: string;
  readonly net: MnistNetName;
}

/** Adds `--model` and `--net`. */
export function modelOptions(command: Command): Command {
  return command
    .option("-m, --model <file|name>", "weights (.pt, .safetensors, .json), or the embedded mnist", "mnist")
    .addOption(netOption());
}

/** `--net`: state dicts of the two MNIST nets look alike, so the net has to be named. */
export function netOption(): Option {
  return new Option("--net <net>", "the net that a file's weights belong to")
    .choices([...netNames])
    .default("torchserve");
}

/**
 * Opens the model that the options name.
 * @throws UsageError when there is neither such a file nor such an embedded model
 * @throws FormatError, StateDictError naming the file when it does not hold the net's weights
 */
export async function openModel({ model: source, net }: ModelOptions, name?: string): Promise<Model> {
  if (isEmbedded(source)) {
    const { embeddedMnist } = await import("../node/embedded-mnist.ts");
    return embeddedMnist(name === undefined ? {} : { name });
  }
  const { bytes, bin } = await readWeights(source);
  const { loadModel } = await import("../model/load.ts");
  return aboutFile(source, () => loadModel(bytes, { net, bin, name: name ?? nameOfFile(source) }));
}

/** A missing file as wrong usage, with the names that would have been possible; any other error as it is. */
export function explainMissing(error: unknown, source: string): unknown {
  if (!isMissingFile(error)) return error;
  const near = nearestName(source, embeddedNames);
  return new UsageError(
    `no file "${source}", and no embedded model of that name; embedded: ${embeddedNames.join(", ")}` +
      (near === null ? "" : `; did you mean "${near}"?`),
  );
}

async function readWeights(source: string): Promise<WeightsFile> {
  try {
    return await readWeightsFile(source);
  } catch (error) {
    throw explainMissing(error, source);
  }
}
