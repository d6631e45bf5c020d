/**
 * @module
 * Every model of the case table by name.
 */

import type { ForwardFunction } from "../../src/attribution/index.ts";
import { formulaMnist, publishedSizes, smallSizes } from "../support/formula-mnist.ts";
import { toyModels } from "../support/toy-models.ts";

const models = {
  ...toyModels,
  "small torchserve net": formulaMnist(smallSizes, false),
  "small examples net": formulaMnist(smallSizes, true),
  "torchserve net": formulaMnist(publishedSizes, false),
  "examples net": formulaMnist(publishedSizes, true),
} as const satisfies Record<string, ForwardFunction>;

/** Names of the models, on both sides. */
export type ModelName = keyof typeof models;

/** The model of that name. */
export function model(name: ModelName): ForwardFunction {
  return models[name];
}
