import { expect } from "chai";
import { ArgumentError } from "../../src/errors.ts";
import { getNumThreads, setNumThreads } from "../../src/node/index.ts";

describe("The number of threads", () => {
  it("is one unless set, and any from 1 to 64", async () => {
    expect(getNumThreads()).to.equal(1);
    for (const count of [0, 65, 1.5, NaN]) {
      const refusal: unknown = await setNumThreads(count).catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(ArgumentError);
      expect(String(refusal)).to.include(`an integer from 1 to 64, got ${count}`);
    }
    expect(getNumThreads()).to.equal(1);
  });
});
