/** @module The reference family: plain loops over float32 or float64, the definition of what is right. */

import type { Kernels } from "../kernels.ts";
import { add } from "./add.ts";
import { conv2dBackwardInput, conv2dBackwardWeight, conv2dForward } from "./conv2d.ts";
import { matmul } from "./matmul.ts";
import { adadelta } from "./optim.ts";
import { maxPool2dBackward, maxPool2dForward } from "./pool2d.ts";
import { reluBackward, reluForward } from "./relu.ts";

/** The kernels as plain TypeScript. Every other family is tested against this one. */
export const reference: Kernels = {
  family: "reference",
  conv2dForward,
  conv2dBackwardInput,
  conv2dBackwardWeight,
  matmul,
  maxPool2dForward,
  maxPool2dBackward,
  reluForward,
  reluBackward,
  add,
  adadelta,
};
