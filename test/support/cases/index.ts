import type { Case } from "../case.ts";
import { activationCases, extremumCases } from "./activations.ts";
import { avgPool2dCases } from "./avg-pool2d.ts";
import { batchNormCases } from "./batch-norm.ts";
import { compositionCases } from "./compositions.ts";
import { conv2dCases } from "./conv2d.ts";
import { dropoutCases } from "./dropout.ts";
import { elementwiseCases } from "./elementwise.ts";
import { extremeCases } from "./extremes.ts";
import { interpolateCases } from "./interpolate.ts";
import { joinCases, permuteCases, subscriptCases } from "./joins.ts";
import { crossEntropyCases, elementLossCases, nllCases } from "./losses.ts";
import { matmulCases } from "./matmul.ts";
import { maxPool2dCases } from "./max-pool2d.ts";
import { momentCases } from "./moments.ts";
import { padCases } from "./pad.ts";
import { reductionCases } from "./reductions.ts";
import { selectionCases } from "./selections.ts";
import { shapeCases, sliceCases } from "./shapes.ts";
import { softmaxCases } from "./softmax.ts";

/** Every row of the case table. */
export const cases: readonly Case[] = [
  ...elementwiseCases,
  ...conv2dCases,
  ...reductionCases,
  ...matmulCases,
  ...maxPool2dCases,
  ...dropoutCases,
  ...avgPool2dCases,
  ...batchNormCases,
  ...padCases,
  ...interpolateCases,
  ...shapeCases,
  ...sliceCases,
  ...softmaxCases,
  ...nllCases,
  ...crossEntropyCases,
  ...elementLossCases,
  ...activationCases,
  ...extremumCases,
  ...extremeCases,
  ...joinCases,
  ...permuteCases,
  ...subscriptCases,
  ...momentCases,
  ...selectionCases,
  ...compositionCases,
];
