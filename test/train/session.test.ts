import { expect } from "chai";
import { loadCheckpoint, writePt } from "../../src/checkpoint/index.ts";
import { FormatError } from "../../src/errors.ts";
import { TrainingSession } from "../../src/training/session.ts";
import { trainEpoch } from "../../src/training/train.ts";
import { digitPatterns } from "../support/digit-patterns.ts";

const settings = {
  net: "torchserve",
  seed: 3,
  batchSize: 8,
  testBatchSize: 16,
  lr: 1,
  gamma: 0.7,
  shuffle: true,
} as const;

const digits = digitPatterns(24);

function runEpoch(session: TrainingSession): void {
  const { model, optimizer } = session;
  for (const { loss } of trainEpoch({ model, optimizer, digits, ...settings })) expect(loss).to.be.finite;
  session.finishEpoch();
}

function weights(session: TrainingSession): Record<string, number[]> {
  return Object.fromEntries(
    [...session.model.stateDict()].map(([name, x]) => [name, Array.from(x.data, Number)]),
  );
}

describe("a training session", function () {
  this.timeout(60_000);

  it("goes on after a checkpoint with the weights, bit for bit, of a run without a pause", () => {
    const straight = new TrainingSession(settings);
    runEpoch(straight);
    const saved = writePt(straight.toCheckpoint());
    runEpoch(straight);
    const expected = weights(straight);

    const resumed = TrainingSession.fromCheckpoint(loadCheckpoint(saved).value);
    expect(resumed.epoch).to.equal(1);
    expect(resumed.scheduler.getLastLr()).to.deep.equal([0.7]);
    runEpoch(resumed);
    expect(weights(resumed)).to.deep.equal(expected);
  });

  it("refuses a file that is no training checkpoint, and says what is missing", () => {
    const session = new TrainingSession(settings);
    expect(() => TrainingSession.fromCheckpoint(session.model.stateDict())).to.throw(
      FormatError,
      "settings is missing",
    );
    const damaged = session.toCheckpoint();
    damaged.delete("generator");
    expect(() => TrainingSession.fromCheckpoint(damaged)).to.throw(FormatError, "generator is missing");
  });
});
