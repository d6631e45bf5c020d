import { once } from "node:events";
import { deflateSync } from "node:zlib";
import { expect } from "chai";
import { newHold, released, uninterrupted, useHold } from "../../src/node/uninterrupted.ts";
import { PoolWorker } from "../../src/server/pool/pool-worker.ts";
import { RESOURCE_LIMITS } from "../../src/server/pool/worker-thread.ts";
import { workerBundle } from "../support/worker-bundle.ts";

describe("The thread of a worker", () => {
  it("can be ended at any moment while it inflates, and Node does not abort", async () => {
    const { inflating } = await workerBundle();
    const setup = {
      model: { name: "mnist", version: "1.0" },
      source: { kind: "file", bytes: deflateSync(Buffer.alloc(800)) },
      limits: { maxImagePixels: 1 },
    } as const;
    // Without the waiting, one of about twelve ends falls between the making of a zlib stream and its initialisation.
    for (let i = 0; i < 40; i++) {
      const thread = new PoolWorker(inflating, setup, RESOURCE_LIMITS, "inflating");
      await once(thread, "message");
      await thread.terminate();
      expect(thread.threadId).to.equal(-1);
    }
  });

  it("is waited for while it holds on, within another such work too, and in the end no longer", async () => {
    const hold = newHold();
    useHold(hold);
    let before = Promise.resolve();
    let isReleased = false;
    const answer = uninterrupted(() => {
      const inner = uninterrupted(() => 1);
      before = released(hold, 60_000).then(() => {
        isReleased = true;
      });
      return inner + 1;
    });
    expect([answer, isReleased]).to.deep.equal([2, false]);
    await before;
    expect(isReleased).to.equal(true);

    const stuck = newHold();
    Atomics.store(stuck, 0, 1);
    await released(stuck, 5);
    expect(Atomics.load(stuck, 0)).to.equal(1);
    useHold(newHold());
  });
});
