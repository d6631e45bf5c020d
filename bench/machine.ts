/** @module What a measurement was taken on: without it, a figure says nothing. */

import { availableParallelism, cpus } from "node:os";
import { availableKernels, kernels } from "../src/kernels/index.ts";

/** The machine and the engine, as lines for the head of a report. */
export function describeMachine(): string[] {
  const [processor] = cpus();
  const model = processor === undefined ? "unknown processor" : processor.model.trim();
  return [
    `machine  ${model}, ${availableParallelism()} cores, ${process.platform} ${process.arch}`,
    `engine   Node ${process.versions.node}, V8 ${process.versions.v8}`,
    `kernels  ${kernels().family} in use; available: ${availableKernels().join(", ")}`,
  ];
}
