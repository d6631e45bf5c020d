/** onnxruntime for JavaScript: the same programming interface in front of native code and of WebAssembly. */

import { join } from "node:path";
import { answerQuestions } from "../answer.ts";
import { engineArguments, readDigits, readFacts } from "../shared-files.ts";

/**
 * Runs the ONNX file with either of the two packages.
 * @param {string} engine its name
 * @param {string} version of the package
 * @param {typeof import("onnxruntime-node")} ort the package
 * @param {(path: string, threads: number) => Promise<import("onnxruntime-node").InferenceSession>} open a session
 * @param {number} threads that it uses
 */
export async function answerWithOnnxruntime(engine, version, ort, open, threads) {
  const { folder } = engineArguments();
  const { singles } = readFacts(folder);
  const pixels = readDigits(folder);
  const session = await open(join(folder, "mnist.onnx"), threads);
  const tensor = (count, first = 0) => new ort.Tensor("float32", pixels(count, first), [count, 1, 28, 28]);
  const single = Array.from({ length: singles }, (_, i) => tensor(1, i));

  function forward(count) {
    const batch = tensor(count);
    const run = async (turn) => {
      const answers = await session.run({ x: count === 1 ? single[turn % singles] : batch });
      return answers.log_probabilities.data;
    };
    return { run, check: () => run(0) };
  }

  await answerQuestions({
    engine,
    versions: { [engine]: version, Node: process.versions.node },
    threads,
    jobs: { "forward-1": forward(1), "forward-15": forward(15), "forward-64": forward(64) },
  });
}
