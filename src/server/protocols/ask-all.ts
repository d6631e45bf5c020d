/**
 * @module
 * Several examples of one request as several jobs, so that they share batches with those of other requests.
 */

import { RequestError } from "../errors.ts";
import type { JobInput, Question, Subject, Values } from "./subject.ts";

/** One example and what is asked about it. */
export interface Ask {
  readonly input: JobInput;
  readonly question: Question;
}

/** More examples in one request are refused. */
export const MAX_INSTANCES = 1_024;

/** So many jobs of one request wait or run at a time: enough to fill batches, too few to fill the queue of others. */
const IN_FLIGHT = 16;

/**
 * Asks all, and resolves with the replies in order. The first failure ends the rest.
 * @throws RequestError when there are too many
 * @throws what the first failure was
 */
export function askAll(subject: Subject, asks: readonly Ask[], signal: AbortSignal): Promise<Values[]> {
  return askEach(asks, ({ input, question }, own) => subject.ask(input, question, own), signal);
}

/**
 * The same, with any way to ask.
 * @throws RequestError when there are too many
 * @throws what the first failure was
 */
export async function askEach<T>(
  asks: readonly Ask[],
  askOne: (ask: Ask, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T[]> {
  checkInstances(asks.length);
  const rest = new AbortController();
  const replies = new Array<T>(asks.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < asks.length) {
      const i = next++;
      replies[i] = await askOne(asks[i], AbortSignal.any([signal, rest.signal]));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, asks.length) }, lane));
  } catch (error) {
    next = asks.length;
    rest.abort();
    throw error;
  }
  return replies;
}

/** @throws RequestError when one request has too many examples */
export function checkInstances(count: number): void {
  if (count <= MAX_INSTANCES) return;
  throw new RequestError(
    "badRequest",
    `A request may have at most ${MAX_INSTANCES} instances, got ${count}. Send several requests.`,
  );
}
