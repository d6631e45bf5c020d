/** @module A thread that inflates over and over, until it is ended; 800 zeros stand in the place of its model. */

import { parentPort, workerData } from "node:worker_threads";
import { inflateSync } from "node:zlib";
import { uninterrupted, useHold } from "../../src/node/uninterrupted.ts";
import type { Hold } from "../../src/node/uninterrupted.ts";

const { hold, source } = workerData as {
  readonly hold: Hold;
  readonly source: { readonly bytes: Uint8Array };
};
useHold(hold);
for (let done = 0; ; done++) {
  // Of a short output most of the time goes into making streams.
  uninterrupted(() => inflateSync(source.bytes, { chunkSize: 801 }));
  if (done === 1000) parentPort?.postMessage("inflating");
}
