import { expect } from "chai";
import { grad } from "../../src/autograd/grad.ts";
import { AutogradError, ShapeError } from "../../src/errors.ts";
import { add, mul, sum } from "../../src/ops/index.ts";
import { ones, tensor, zeros } from "../../src/tensor/creation.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

function leaf(...values: number[]): Tensor {
  return tensor(values, { requiresGrad: true });
}

describe("grad", () => {
  it("returns the gradients of chosen leaves and touches nobody's grad", () => {
    const a = leaf(2);
    const b = leaf(5);
    const [da, db] = grad([mul(a, b)], [a, b]);
    expect([da.item(), db.item()]).to.deep.equal([5, 2]);
    expect(a.grad).to.equal(null);
    expect(b.grad).to.equal(null);
  });

  it("returns the gradient of a result on the way", () => {
    const x = leaf(3);
    const middle = mul(x, x);
    const [dmiddle, dx] = grad([mul(middle, middle)], [middle, x]);
    expect(dmiddle.item()).to.equal(18);
    expect(dx.item()).to.equal(108);
  });

  it("returns the gradient of an output by itself", () => {
    const y = mul(leaf(3), 2);
    expect(grad([y], [y])[0].item()).to.equal(1);
  });

  it("adds up several outputs", () => {
    const x = leaf(2);
    expect(grad([mul(x, 3), mul(x, x)], [x])[0].item()).to.equal(7);
  });

  it("counts an output once for each time that it is given", () => {
    const y = mul(leaf(2), 3);
    expect(grad([y, y], [y])[0].item()).to.equal(2);
  });

  it("weighs the outputs by gradOutputs", () => {
    const x = leaf(1, 2);
    const [dx] = grad([mul(x, x)], [x], { gradOutputs: [tensor([10, 1])] });
    expect(dx.toArray()).to.deep.equal([20, 4]);
  });

  it("does no work for what lies outside of the way to the inputs", () => {
    const weight = leaf(4);
    const x = leaf(2);
    const hidden = mul(weight, 10);
    grad([mul(hidden, x)], [x]);
    expect(weight.grad).to.equal(null);
  });

  it("gives zeros to an unused input when that is allowed", () => {
    const unused = zeros([2, 3], { dtype: "float64", requiresGrad: true });
    const x = leaf(1);
    const [dx, dunused] = grad([mul(x, 2)], [x, unused], { allowUnused: true });
    expect(dx.item()).to.equal(2);
    expect(dunused.toArray()).to.deep.equal([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(dunused.dtype).to.equal("float64");
  });

  it("returns tensors without history", () => {
    const x = leaf(1);
    expect(grad([mul(x, 2)], [x])[0].requiresGrad).to.equal(false);
  });
});

describe("grad refuses", () => {
  it("an unused input unless that is allowed", () => {
    expect(() => grad([mul(leaf(1), 2)], [leaf(1, 2)])).to.throw(
      AutogradError,
      "no output depends on input 0 of shape [2]",
    );
  });

  it("an input that requires no gradient", () => {
    const x = tensor([1]);
    expect(() => grad([mul(leaf(1), x)], [x])).to.throw(
      AutogradError,
      "input 0 of shape [1] does not require",
    );
  });

  it("an output without history", () => {
    expect(() => grad([tensor([1])], [leaf(1)])).to.throw(AutogradError, "an output has no recorded history");
  });

  it("an output of several elements without gradOutputs, or with one of another shape", () => {
    const x = leaf(1, 2);
    expect(() => grad([add(x, 1)], [x])).to.throw(
      ShapeError,
      "an output of shape [2] needs an entry in gradOutputs",
    );
    expect(() => grad([add(x, 1)], [x], { gradOutputs: [ones([1])] })).to.throw(
      ShapeError,
      "expected a gradient of shape [2], got [1]",
    );
  });
});

describe("backward and grad", () => {
  it("agree on a graph with shared parts", () => {
    const x = leaf(0.5, -1.5);
    const build = (): Tensor => {
      const a = mul(x, x);
      return sum(add(mul(a, x), add(a, a)));
    };
    const [dx] = grad([build()], [x]);
    build().backward();
    expect(x.grad?.toArray()).to.deep.equal(dx.toArray());
  });
});
