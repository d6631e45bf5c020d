/**
 * @module
 * What runs inside of the page: candil's main entry and the embedded weights, behind a few functions that take and return
 * plain values. Bundled by ./chromium.ts.
 */

import { availableKernels, kernelFamily, loadModel, vision } from "../../src/index.ts";
import type { Model, Tensor } from "../../src/index.ts";

/** What the page found when it opened. */
export interface PageFacts {
  readonly family: string;
  readonly available: readonly string[];
  /** Whether the page's policy forbids eval and new Function, as it should. */
  readonly evalForbidden: boolean;
  /** From the start of the page's script to a loaded model, in milliseconds. */
  readonly loadMs: number;
}

/** One kind of work on one digit. */
export type PageWork = { readonly kind: "predict" } | { readonly kind: "explain"; readonly nSteps: number };

/** The functions that the page offers as `candilPage`. */
export interface CandilPage {
  open(): Promise<PageFacts>;
  predict(pixels: readonly number[]): { prediction: number; scores: number[] };
  /** The map of one digit, 784 values. */
  explain(pixels: readonly number[], target: number, nSteps: number): number[];
  /** Milliseconds of one run, measured `groups` times as the mean of `runs` runs: a page's clock is coarse. */
  time(work: PageWork, pixels: readonly number[], target: number, groups: number, runs: number): number[];
}

let mnist: Model | null = null;

function model(): Model {
  if (mnist === null) throw new Error("open() comes first");
  return mnist;
}

function digit(pixels: readonly number[]): Tensor {
  return model().transform(new vision.Image(28, 28, "L", Uint8Array.from(pixels)));
}

const page: CandilPage = {
  async open() {
    const start = performance.now();
    const response = await fetch("/mnist.safetensors");
    mnist = await loadModel(new Uint8Array(await response.arrayBuffer()));
    const family = kernelFamily();
    return {
      family,
      available: availableKernels(),
      evalForbidden: evalIsForbidden(),
      loadMs: performance.now() - start,
    };
  },
  predict(pixels) {
    const [{ prediction, scores }] = model().predict(digit(pixels));
    return { prediction, scores: [...scores] };
  },
  explain(pixels, target, nSteps) {
    const [map] = model().attribute(digit(pixels), { target, nSteps });
    return Array.from(map.data);
  },
  time(work, pixels, target, groups, runs) {
    const x = digit(pixels);
    const once = (): unknown =>
      work.kind === "predict" ? model().predict(x) : model().attribute(x, { target, nSteps: work.nSteps });
    return Array.from({ length: groups }, () => {
      const start = performance.now();
      for (let i = 0; i < runs; i++) once();
      return (performance.now() - start) / runs;
    });
  },
};

function evalIsForbidden(): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- whether it throws is the question
    return typeof new Function("") !== "function";
  } catch {
    return true;
  }
}

Object.assign(globalThis, { candilPage: page });
