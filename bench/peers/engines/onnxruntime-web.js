/** onnxruntime-web: WebAssembly with SIMD, on one thread: what a page that is not cross-origin isolated gets. */

import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { versionOf } from "../shared-files.ts";
import { answerWithOnnxruntime } from "./onnxruntime.js";

ort.env.wasm.numThreads = 1;
const open = (path) => ort.InferenceSession.create(readFileSync(path), { executionProviders: ["wasm"] });
await answerWithOnnxruntime("onnxruntime-web", versionOf("onnxruntime-web"), ort, open, 1);
