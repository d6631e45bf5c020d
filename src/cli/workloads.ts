/**
 * @module
 * What `candil bench` and the project's own benchmarks time on the MNIST net: predictions, explanations, a training step.
 */

import { createMnistNet, fromData, nllLoss, optim, Tensor, vision } from "../index.ts";
import type { Model } from "../index.ts";
import { trainingForward } from "../training/train.ts";

/** Something to time. */
export interface Workload {
  readonly name: string;
  readonly run: () => void;
}

/** The digit in the pictures that are worked on. */
const DIGIT = 7;

/** Workloads on the embedded model, through the doors that everything else uses, and a training step of its net. */
export function mnistWorkloads(model: Model): Workload[] {
  const one = model.transform(drawnSeven());
  const batch = (count: number): Tensor => repeated(one, count);
  return [
    ...[1, 15, 64].map((count) => {
      const x = batch(count);
      return { name: `forward, batch ${count}`, run: () => void model.predict(x) };
    }),
    ...[15, 50].map((nSteps) => ({
      name: `Integrated Gradients, ${nSteps} steps`,
      run: () => void model.attribute(one, { target: DIGIT, nSteps }),
    })),
    trainingStep(batch(64)),
  ];
}

/** The model's plans for people: predictions of 1, 15 and 64 pictures, and 15 with their gradients. */
export function mnistPlans(model: Model): string[] {
  const one = model.transform(drawnSeven());
  return [
    ...[1, 15, 64].map((count) => model.forward.describe(repeated(one, count))),
    model.forward.describe(repeated(one, 15), { differentiable: true }),
  ];
}

function repeated(one: Tensor, count: number): Tensor {
  const pixels = new Float32Array(count * one.data.length);
  for (let i = 0; i < count; i++) pixels.set(one.data, i * one.data.length);
  return fromData(pixels, [count, ...one.shape.slice(1)]);
}

/** A step as `candil train` does it. */
function trainingStep(x: Tensor): Workload {
  const net = createMnistNet("torchserve");
  const forward = trainingForward(net);
  const optimizer = new optim.Adadelta(net.parameters());
  const labels = new Tensor(new Int32Array(x.shape[0]).fill(DIGIT), [x.shape[0]], "int32");
  return {
    name: `training step, batch ${x.shape[0]}`,
    run: () => {
      optimizer.zeroGrad();
      nllLoss(forward(x), labels).backward();
      optimizer.step();
    },
  };
}

/**
 * A seven of two strokes with soft edges on a black ground, 28 x 28. What an explanation costs depends on the picture: units
 * under a flat ground do not switch along the path, as in every digit, but not in noise.
 */
function drawnSeven(): vision.Image {
  const size = 28;
  const pixels = Uint8Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    const bar = distanceToSegment(x, y, [7, 7], [20, 7]);
    const stem = distanceToSegment(x, y, [20, 7], [12, 23]);
    return Math.round(255 * Math.min(1, Math.max(0, 2 - Math.min(bar, stem))));
  });
  return new vision.Image(size, size, "L", pixels);
}

/** From a point to the nearest point of a segment. */
function distanceToSegment(
  x: number,
  y: number,
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
