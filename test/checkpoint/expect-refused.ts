import { expect } from "chai";
import { describeCheckpoint, readPt } from "../../src/checkpoint/index.ts";
import { FormatError } from "../../src/errors.ts";

/** A FormatError with this text, in bounded time, for reading; and for describing too, or a description. */
export function expectRefused(file: Uint8Array, says: string | RegExp): void {
  const start = performance.now();
  expect(() => readPt(file)).to.throw(FormatError, says);
  try {
    describeCheckpoint(file);
  } catch (error) {
    expect(error).to.be.instanceOf(FormatError);
  }
  expect(performance.now() - start).to.be.below(5000);
}
