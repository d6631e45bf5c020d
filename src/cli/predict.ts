/**
 * @module
 * `candil predict`: which class is in the picture.
 */

import { Command } from "commander";
import type { Model, Prediction } from "../model/model.ts";
import { modelOptions, openModel } from "./model-source.ts";
import type { ModelOptions } from "./model-source.ts";
import { readPicture } from "./picture-source.ts";
import type { Terminal } from "./terminal.ts";

interface PredictOptions extends ModelOptions {
  readonly json?: boolean;
}

interface NamedPrediction extends Prediction {
  readonly file: string;
}

/** Classes shown to people. */
const SHOWN = 3;
/** Columns of the longest bar. */
const BAR = 30;

/** The command, which reads pictures and prints classes. */
export function predictCommand(terminal: Terminal): Command {
  return modelOptions(new Command("predict"))
    .description("say which class is in a picture")
    .argument("<image...>", "PNG or JPEG files; - reads standard input")
    .option("--json", "print one JSON document: [{file, prediction, scores}]")
    .addHelpText("after", "\nExamples:\n  candil predict 0.png\n  candil predict *.png --json\n  cat 0.png | candil predict -")
    .action(async (files: string[], options: PredictOptions) => {
      const model = await openModel(options);
      const predictions: NamedPrediction[] = [];
      for (const file of files) predictions.push(await predictFile(model, file, terminal));
      const text = options.json === true ? JSON.stringify(predictions) : predictions.map((p) => sheet(p, model)).join("\n\n");
      terminal.stdout.write(`${text}\n`);
    });
}

async function predictFile(model: Model, file: string, terminal: Terminal): Promise<NamedPrediction> {
  const picture = await readPicture(file, terminal, model);
  const [{ prediction, scores }] = model.predict(picture.input);
  return { file, prediction, scores };
}

/** `0.png: 0`, then the likeliest classes with bars. */
function sheet({ file, prediction, scores }: NamedPrediction, model: Model): string {
  return [`${file}: ${model.classes[prediction]}`, ...topScores(scores, model.classes)].join("\n");
}

/** Lines of the likeliest classes, the first of equals first. */
export function topScores(scores: readonly number[], classes: readonly string[]): string[] {
  const width = Math.max(...classes.map((name) => name.length));
  return scores
    .map((score, index) => ({ score, name: classes[index] }))
    .sort((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ score, name }) =>
      `  ${name.padEnd(width)}  ${percent(score).padStart(8)}  ${"█".repeat(Math.round(score * BAR))}`.trimEnd(),
    );
}

/** A probability for people: `99.98 %`. */
export function percent(probability: number): string {
  return `${(probability * 100).toFixed(2)} %`;
}
