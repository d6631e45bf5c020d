import type { Case } from "../case.ts";
import { conv2dCases } from "./conv2d.ts";
import { elementwiseCases } from "./elementwise.ts";
import { reductionCases } from "./reductions.ts";

/** Every row of the case table. */
export const cases: readonly Case[] = [...elementwiseCases, ...conv2dCases, ...reductionCases];
