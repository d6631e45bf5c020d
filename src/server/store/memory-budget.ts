/**
 * @module
 * How much memory models take together, and how much they may.
 */

import { CandilError } from "../../errors.ts";
import type { ServedModel } from "../served-model.ts";

/** Bytes that the workers of models say they take. */
export function bytesTaken(models: readonly ServedModel[]): number {
  return models.reduce((sum, model) => sum + model.workers().reduce((own, { memory }) => own + memory, 0), 0);
}

/** Bytes for people, in MiB. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** What each model takes: "a 1.5 MiB, b 2.0 MiB". */
export function listOfTaken(models: readonly ServedModel[]): string {
  return models.map((model) => `${model.name} ${mebibytes(bytesTaken([model]))}`).join(", ") || "nothing";
}

/**
 * Holds the models of the start against the budget.
 * @param budget bytes for all of them; null is no bound
 * @throws CandilError with what each takes
 */
export function checkBudget(models: readonly ServedModel[], budget: number | null): void {
  if (budget === null || bytesTaken(models) <= budget) return;
  throw new CandilError(
    `the models take ${mebibytes(bytesTaken(models))}, more than the --memory_budget of ${mebibytes(budget)}: ` +
      `${listOfTaken(models)}. Serve fewer of them, or raise it.`,
  );
}
