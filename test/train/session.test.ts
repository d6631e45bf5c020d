import { expect } from "chai";
import { loadCheckpoint, writePt } from "../../src/checkpoint/index.ts";
import { FormatError } from "../../src/errors.ts";
import { TrainingSession } from "../../src/training/session.ts";
import { digitPatterns } from "../support/digit-patterns.ts";

const settings = {
  net: "torchserve",
  seed: 3,
  batchSize: 8,
  testBatchSize: 16,
  lr: 1,
  gamma: 0.7,
  shuffle: true,
  limit: null,
} as const;

const digits = digitPatterns(24);

function runEpoch(session: TrainingSession): void {
  for (const { loss } of session.trainEpoch(digits)) expect(loss).to.be.finite;
  session.finishEpoch();
}

function weights(session: TrainingSession): Record<string, number[]> {
  return Object.fromEntries(
    [...session.model.stateDict()].map(([name, x]) => [name, Array.from(x.data, Number)]),
  );
}

describe("a training session", () => {
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

  it("goes on in the middle of an epoch with the same bits", () => {
    const straight = new TrainingSession(settings);
    for (const { batch } of straight.trainEpoch(digits)) if (batch === 0) break;
    const saved = writePt(straight.toCheckpoint());
    runEpoch(straight);
    const expected = weights(straight);

    const resumed = TrainingSession.fromCheckpoint(loadCheckpoint(saved).value);
    expect(Array.from(resumed.trainEpoch(digits), ({ batch }) => batch)).to.deep.equal([1, 2]);
    expect(weights(resumed)).to.deep.equal(expected);
  });

  it("does not go on in an epoch with other digits", () => {
    const session = new TrainingSession(settings);
    for (const { batch } of session.trainEpoch(digits)) if (batch === 0) break;
    expect(() => [...session.trainEpoch(digits.first(8))]).to.throw("has 24 digits, got 8");
  });

  it("uses as many digits as it is limited to", () => {
    const session = new TrainingSession({ ...settings, limit: 10 });
    expect(Array.from(session.trainEpoch(digits), ({ total }) => total)).to.deep.equal([10, 10]);
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
