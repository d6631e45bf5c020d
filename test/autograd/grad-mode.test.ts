import { expect } from "chai";
import { enableGrad, isGradEnabled, noGrad } from "../../src/autograd/grad-mode.ts";
import { mul, reshape } from "../../src/ops/index.ts";
import { tensor } from "../../src/tensor/creation.ts";

describe("noGrad", () => {
  const x = tensor([1, 2], { requiresGrad: true });

  it("records nothing, and returns what its body returns", () => {
    const y = noGrad(() => mul(x, 2));
    expect(y.requiresGrad).to.equal(false);
    expect(y.gradFn).to.equal(null);
    expect(y.toArray()).to.deep.equal([2, 4]);
  });

  it("does not record changes of shape either", () => {
    expect(noGrad(() => reshape(x, [2, 1])).requiresGrad).to.equal(false);
  });

  it("ends with its body, also when that throws", () => {
    expect(() =>
      noGrad(() => {
        throw new Error("on the way");
      }),
    ).to.throw("on the way");
    expect(isGradEnabled()).to.equal(true);
    expect(mul(x, 2).requiresGrad).to.equal(true);
  });

  it("nests, with enableGrad inside", () => {
    const seen = noGrad(() => [
      isGradEnabled(),
      enableGrad(() => [isGradEnabled(), noGrad(isGradEnabled), isGradEnabled()]),
      isGradEnabled(),
    ]);
    expect(seen.flat()).to.deep.equal([false, true, false, true, false]);
  });
});
