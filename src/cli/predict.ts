/**
 * @module
 * `candil predict`: which class is in the picture.
 */

import { Command } from "commander";
import type { Classification, Model } from "../model/model.ts";
import { modelOptions, openModel } from "./model-source.ts";
import type { ModelOptions } from "./model-source.ts";
import { readPicture } from "./picture-source.ts";
import { topScores } from "./scores.ts";
import type { Terminal } from "./terminal.ts";

interface PredictOptions extends ModelOptions {
  readonly json?: boolean;
}

interface NamedPrediction extends Classification {
  readonly file: string;
}

/** The command, which reads pictures and prints classes. */
export function predictCommand(terminal: Terminal): Command {
  return modelOptions(new Command("predict"))
    .description("say which class is in a picture")
    .argument("<image...>", "PNG or JPEG files; - reads standard input")
    .option("--json", "print one JSON document: [{file, prediction, scores}]")
    .addHelpText(
      "after",
      "\nExamples:\n  candil predict 0.png\n  candil predict *.png --json\n  cat 0.png | candil predict -",
    )
    .action(async (files: string[], options: PredictOptions) => {
      const model = await openModel(options);
      const predictions: NamedPrediction[] = [];
      for (const file of files) predictions.push(await predictFile(model, file, terminal));
      const text =
        options.json === true
          ? JSON.stringify(predictions)
          : predictions.map((p) => sheet(p, model)).join("\n\n");
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
