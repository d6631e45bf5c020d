/** onnxruntime-node: native code behind Node's interface. */

import ort from "onnxruntime-node";
import { engineArguments, versionOf } from "../shared-files.ts";
import { answerWithOnnxruntime } from "./onnxruntime.js";

const { threads } = engineArguments();
const open = (path) =>
  ort.InferenceSession.create(path, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
await answerWithOnnxruntime("onnxruntime-node", versionOf("onnxruntime-node"), ort, open, threads);
