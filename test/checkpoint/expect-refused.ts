import { expect } from "chai";
import { describeCheckpoint, readPt } from "../../src/checkpoint/index.ts";
import { FormatError } from "../../src/errors.ts";

/** A FormatError with this text for reading; and for describing too, or a description. A hang ends at mocha's timeout. */
export function expectRefused(file: Uint8Array, says: string | RegExp): void {
  expect(() => readPt(file)).to.throw(FormatError, says);
  try {
    describeCheckpoint(file);
  } catch (error) {
    expect(error).to.be.instanceOf(FormatError);
  }
}
