import { expect } from "chai";
import { RequestError } from "../../src/server/index.ts";
import type { PooledModel, Question, Reply } from "../../src/server/index.ts";
import { batchKey } from "../../src/server/pool/batch-key.ts";
import { JobQueue, Ticket } from "../../src/server/pool/job-queue.ts";
import { traps } from "../support/pool-model.ts";
import { forEver, job, numbers, pooledModel, Traps } from "../support/pool.ts";

/** How a promise ended, for errors in lists. */
async function ending(reply: Promise<Reply>): Promise<string> {
  try {
    const { as } = await reply;
    return as;
  } catch (error) {
    return error instanceof RequestError ? `${error.failure}: ${error.message}` : String(error);
  }
}

describe("Workers", () => {
  let files: Traps;
  let model: PooledModel;
  const lost: (number | null)[] = [];
  const sizes: number[] = [];
  before(async () => {
    files = new Traps();
    const observer = {
      workerLost: ({ restartMs }: { restartMs: number | null }) => lost.push(restartMs),
      batchDone: ({ queueMs }: { queueMs: readonly number[] }) => sizes.push(queueMs.length),
    };
    model = await pooledModel({ batchSize: 4, jobQueueSize: 6 }, { observer });
    await model.scale(1, 1);
  });
  after(async () => {
    files.openGate();
    await model.close(0);
    files.remove();
  });

  const run = (first: number, question?: Question, signal = forEver): Promise<Reply> =>
    model.run(job(numbers(first), question), signal);
  /** Resolves when the worker holds a job of its own, and whatever comes next waits. */
  const occupied = async (): Promise<{ readonly held: Promise<Reply> }> => {
    files.shutGate();
    const held = run(traps.wait);
    held.catch(() => undefined);
    while (model.waiting > 0) await new Promise((resolve) => setImmediate(resolve));
    return { held };
  };

  it("tell what they know of their model and how they are", () => {
    expect(model.info?.classes).to.have.length(10);
    const [{ id, ready, memory }] = model.workers();
    expect([id, ready]).to.deep.equal(["9000", true]);
    expect(memory).to.be.greaterThan(1_000_000);
  });

  it("start from TypeScript as well, where candil is not built", async () => {
    const unbuilt = await pooledModel({}, { fromSource: true });
    await unbuilt.scale(1, 1);
    expect(await ending(unbuilt.run(job(numbers(0.5)), forEver))).to.equal("answer");
    await unbuilt.close(0);
  });

  it("answer a job that outlives one worker", async () => {
    files.layFuse();
    const before = lost.length;
    expect(await ending(run(traps.exitOnce))).to.equal("answer");
    expect(files.fuseIsGone).to.equal(true);
    expect(lost.length - before).to.equal(1);
  });

  it("give up a job that two of them died of, and say so", async () => {
    const before = lost.length;
    expect(await ending(run(traps.exit))).to.match(
      /^unavailable: .*2 workers died while they computed this request/,
    );
    expect(lost.length - before).to.equal(2);
    expect(await ending(run(0))).to.equal("answer");
  });

  it("survive a defect of the model, which is told to nobody but the log", async () => {
    const before = lost.length;
    expect(await ending(run(traps.throw))).to.match(/a defect of the model/);
    expect(lost.length).to.equal(before);
  });

  it("share runs among jobs of one kind, and never among others", async () => {
    const { held } = await occupied();
    sizes.length = 0;
    const explain = (target: number, nSteps = 3): Question => ({
      kind: "attribute",
      options: { target, nSteps },
    });
    const waiting = [run(0), run(0, explain(1)), run(1), run(0, explain(2)), run(0, explain(2, 4)), run(2)];
    expect(model.waiting).to.equal(6);
    files.openGate();
    await Promise.all([held, ...waiting]);
    expect(sizes).to.deep.equal([1, 3, 2, 1]);
  });

  it("refuse what is more than may wait, and say when to come again", async () => {
    const { held } = await occupied();
    const waiting = Array.from({ length: 6 }, () => run(0));
    try {
      await run(0);
      expect.fail("a seventh job was accepted");
    } catch (error) {
      expect(error).to.be.instanceOf(RequestError).with.property("failure", "unavailable");
      expect(String(error)).to.match(/6 requests wait already \(job_queue_size\)/);
      expect(error).to.have.property("retryAfter").that.is.at.least(1);
    }
    files.openGate();
    await Promise.all([held, ...waiting]);
  });

  it("do not compute for a client that left, waiting or running", async () => {
    const leaving = new AbortController();
    const { held } = await occupied();
    const waiting = run(traps.throw, undefined, leaving.signal);
    const ended = ending(waiting);
    leaving.abort();
    expect(await ended).to.match(/the client left/);
    expect(model.waiting).to.equal(0);
    files.openGate();
    await held;

    const gone = new AbortController();
    files.shutGate();
    const running = run(traps.wait, undefined, gone.signal);
    const runningEnded = ending(running);
    while (model.waiting > 0) await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    expect(await runningEnded).to.match(/the client left/);
    files.openGate();
    expect(await ending(run(0))).to.equal("answer");
  });

  it("grow and shrink, and at 0 are missed in TorchServe's words", async () => {
    await model.scale(2, 2);
    expect(model.workers().map(({ ready }) => ready)).to.deep.equal([true, true]);
    await model.scale(0, 0);
    expect(model.workers()).to.have.length(0);
    expect(await ending(run(0))).to.match(
      /^unavailable: Model "mnist" has no worker to serve inference request\. Please use scale workers API to add workers\./,
    );
    await model.scale(1, 3);
    expect(model.settings).to.include({ minWorkers: 1, maxWorkers: 3 });
    expect(await ending(run(0))).to.equal("answer");
  });

  it("finish what was accepted before they end, and take nothing more", async () => {
    const { held } = await occupied();
    const waiting = run(0);
    const closed = model.close(10_000);
    expect(await ending(run(0))).to.match(/takes no more requests/);
    files.openGate();
    expect([(await held).as, (await waiting).as, await closed]).to.deep.equal(["answer", "answer", true]);
    expect(model.workers()).to.have.length(0);
  });
});

describe("A worker that takes too long", () => {
  it("is replaced; its job gets TorchServe's answer, and those beside it in the batch get theirs", async () => {
    const model = await pooledModel({ batchSize: 2, responseTimeout: 0.5 });
    await model.scale(1, 1);
    const run = (first: number): Promise<Reply> => model.run(job(numbers(first)), forEver);
    expect(await Promise.all([run(traps.hang), run(0)].map(ending))).to.deep.equal([
      "workerFailed: Worker died.",
      "answer",
    ]);
    await model.close(0);
  });

  it("keeps nobody waiting beyond the client timeout", async () => {
    const model = await pooledModel({ clientTimeoutInMills: 100 });
    await model.scale(1, 1);
    const reply = model.run(job(numbers(traps.hang)), forEver);
    expect(await ending(reply)).to.match(/did not answer within 100 ms \(clientTimeoutInMills\)/);
    expect(await model.close(0)).to.equal(false);
  });
});

describe("A model that cannot be loaded", () => {
  it("says why, and has no workers then", async () => {
    const model = await pooledModel({}, { name: "unloadable" });
    const scaled = model.scale(1, 1).catch(String);
    const waiting = model.run(job(numbers(0)), forEver).catch(String);
    expect(await scaled).to.include("this model cannot be loaded");
    expect(model.workers()).to.have.length(0);
    // Nobody will come any more for those who waited.
    expect(await waiting).to.match(/RequestError/);
    expect(model.healthy).to.equal(true);
    await model.close(0);
  });

  it("is given up after its startup timeout", async () => {
    const model = await pooledModel({ startupTimeout: 0 });
    const failed = await model.scale(1, 1).catch(String);
    expect(failed).to.match(/not loaded within 0 s/);
    await model.close(0);
  });
});

describe("A queue of jobs", () => {
  const ticket = (question: Question): Ticket => new Ticket(job(numbers(0), question));
  const explain = (target: number | "predicted", method?: "smoothgrad"): Ticket =>
    ticket({ kind: "attribute", options: { target, ...(method === undefined ? {} : { method }) } });

  it("forms batches of what can be run together, in order of arrival", () => {
    const queue = new JobQueue();
    const predictions = [ticket({ kind: "predict" }), ticket({ kind: "predict" })];
    const explanations = [explain(1), explain(2), explain("predicted")];
    for (const one of [predictions[0], explanations[0], predictions[1], ...explanations.slice(1)])
      queue.push(one);
    expect(queue.takeBatch(8)).to.deep.equal(predictions);
    expect(queue.takeBatch(8)).to.deep.equal(explanations.slice(0, 2));
    expect(queue.takeBatch(8)).to.deep.equal(explanations.slice(2));
    expect(queue.takeBatch(8)).to.deep.equal([]);
  });

  it("keeps alone what draws random numbers, and what a worker died with", () => {
    const queue = new JobQueue();
    const random = [explain(1, "smoothgrad"), explain(1, "smoothgrad")];
    const suspects = [explain(1), explain(1)];
    suspects[0].alone = true;
    for (const one of [...random, ...suspects]) queue.push(one);
    for (const one of [...random, ...suspects]) expect(queue.takeBatch(8)).to.deep.equal([one]);
    expect(batchKey(random[0].job.question)).to.equal(null);
  });
});
