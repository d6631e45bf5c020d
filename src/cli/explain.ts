/**
 * @module
 * `candil explain`: which pixels speak for a class, and which against it.
 */

import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_STEPS, explainMethods, explainOutputs, MAX_STEPS } from "../model/explain-options.ts";
import type { ExplainBaseline, ExplainMethod, ExplainOutput, Target } from "../model/explain-options.ts";
import type { Explanation, Model } from "../model/model.ts";
import { completeness } from "./completeness.ts";
import { modelOptions, openModel } from "./model-source.ts";
import type { ModelOptions } from "./model-source.ts";
import { integerOption } from "./number-option.ts";
import { readPicture } from "./picture-source.ts";
import type { Picture } from "./picture-source.ts";
import { percent, topScores } from "./scores.ts";
import { WorkLine } from "./work-line.ts";
import { wantsColor } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface ExplainCommandOptions extends ModelOptions {
  readonly target: Target;
  readonly method?: ExplainMethod;
  readonly nSteps?: number;
  readonly baseline?: ExplainBaseline;
  readonly output?: ExplainOutput;
  readonly out?: string;
  readonly json?: boolean;
}

/** A square in the heat map's file for each pixel of the picture. */
const HEAT_MAP_SCALE = 10;

/** The command, which explains one picture. */
export function explainCommand(terminal: Terminal): Command {
  return modelOptions(new Command("explain"))
    .description("show which pixels speak for a class, and which against it")
    .argument("<image>", "a PNG or JPEG file; - reads standard input")
    .option("-t, --target <class>", 'class to explain: its index, or "predicted"', parseTarget, "predicted")
    .addOption(
      new Option("--method <method>", "how to explain (default: integrated_gradients)").choices([
        ...explainMethods,
      ]),
    )
    .option(
      "--n-steps <n>",
      `points on the path of Integrated Gradients (default: ${DEFAULT_STEPS})`,
      integerOption(1, MAX_STEPS),
    )
    .option(
      "--baseline <value>",
      "where the path begins: zero, black, or a number (default: zero)",
      parseBaseline,
    )
    .addOption(
      new Option("--output <which>", "number to explain (default: forward, the log-probability)").choices([
        ...explainOutputs,
      ]),
    )
    .option("-o, --out <file>", "write the heat map over the picture as a PNG")
    .option("--json", "print one JSON document with the attributions")
    .addHelpText(
      "after",
      "\nTorchServe explains class 0 unless a request names another one; this command explains the predicted class.\n" +
        "\nExamples:\n  candil explain 0.png\n  candil explain 0.png --target 8 --n-steps 50 -o heat.png",
    )
    .action(async (file: string, options: ExplainCommandOptions) => {
      const model = await openModel(options);
      const picture = await readPicture(file, terminal, model);
      const explanation = explain(model, picture, options, terminal);
      if (options.out !== undefined) await writeHeatMap(options.out, explanation, picture);
      const text =
        options.json === true
          ? document(file, explanation)
          : await sheet(file, model, picture, explanation, terminal);
      terminal.stdout.write(`${text}\n`);
      if (options.out !== undefined) terminal.stderr.write(`Heat map written to ${options.out}\n`);
    });
}

function explain(
  model: Model,
  { input }: Picture,
  options: ExplainCommandOptions,
  terminal: Terminal,
): Explanation {
  const { target, method, nSteps, baseline, output } = options;
  const progress = new WorkLine(terminal, "explaining");
  try {
    const [explanation] = model.explain(input, {
      target,
      ...(method === undefined ? {} : { method }),
      ...(nSteps === undefined ? {} : { nSteps }),
      ...(baseline === undefined ? {} : { baseline }),
      ...(output === undefined ? {} : { output }),
      onProgress: (done, inAll) => progress.show(done / inAll),
    });
    return explanation;
  } finally {
    progress.end();
  }
}

/** The JSON of the outward contract. */
function document(file: string, e: Explanation): string {
  return JSON.stringify({
    file,
    prediction: e.prediction,
    target: e.target,
    method: e.method,
    n_steps: e.nSteps,
    convergence_delta: e.convergenceDelta,
    attributions: e.attributions.toArray(),
  });
}

/** The picture beside its heat map, and what they say in words. */
async function sheet(
  file: string,
  model: Model,
  { image }: Picture,
  explanation: Explanation,
  terminal: Terminal,
): Promise<string> {
  const { terminalColors, terminalPicture } = await import("./terminal-picture.ts");
  const colors = terminalColors(terminal.env, wantsColor(terminal, terminal.stdout));
  const drawing = terminalPicture(image, explanation.attributions, {
    colors,
    columns: terminal.stdout.columns ?? 80,
  });
  const { prediction, scores, target } = explanation;
  const chosen = target === prediction ? "the predicted class" : "not the predicted class";
  return [
    drawing,
    "",
    `${file}: ${model.classes[prediction]}`,
    ...topScores(scores, model.classes),
    "",
    `Explained is class ${model.classes[target]}, ${chosen} (${percent(scores[target])}); --target chooses another one.`,
    completeness(explanation),
  ].join("\n");
}

async function writeHeatMap(file: string, { attributions }: Explanation, { image }: Picture): Promise<void> {
  const { encodePng } = await import("../node/image.ts");
  const { heatMap } = await import("../vision/index.ts");
  await writeFile(
    file,
    encodePng(heatMap(attributions, { sign: "all", scale: HEAT_MAP_SCALE, overlay: image })),
  );
}

function parseTarget(text: string): Target {
  if (text === "predicted") return text;
  if (/^[+-]?\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected the index of a class, or "predicted".');
}

function parseBaseline(text: string): ExplainBaseline {
  if (text === "zero" || text === "black") return text;
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Expected zero, black, or a number.");
}
