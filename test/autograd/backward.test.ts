import { expect } from "chai";
import { AutogradError, DTypeError, ShapeError } from "../../src/errors.ts";
import { add, exp, mean, mul, relu, reshape, sub, sum } from "../../src/ops/index.ts";
import { ones, tensor, zeros } from "../../src/tensor/creation.ts";
import type { NestedArray, Tensor } from "../../src/tensor/tensor.ts";

function leaf(...values: number[]): Tensor {
  return tensor(values, { requiresGrad: true });
}

/** Read in a function, so that the compiler does not remember that it was set to null. */
function gradOf(x: Tensor): NestedArray | undefined {
  return x.grad?.toArray();
}

describe("backward", () => {
  it("fills grad of the leaves with the chain rule's product", () => {
    const x = leaf(1, 2, 3);
    sum(mul(mul(x, x), 2)).backward();
    expect(x.grad?.toArray()).to.deep.equal([4, 8, 12]);
    expect(x.grad?.dtype).to.equal("float32");
  });

  it("adds to the grad that is there", () => {
    const x = leaf(1, 2);
    sum(mul(x, 3)).backward();
    sum(mul(x, 4)).backward();
    expect(x.grad?.toArray()).to.deep.equal([7, 7]);
  });

  it("can run twice over one graph", () => {
    const x = leaf(1, 2);
    const y = sum(mul(x, x));
    y.backward();
    y.backward();
    expect(x.grad?.toArray()).to.deep.equal([4, 8]);
  });

  it("starts anew once grad is null", () => {
    const x = leaf(1, 2);
    sum(x).backward();
    x.grad = null;
    sum(x).backward();
    expect(gradOf(x)).to.deep.equal([1, 1]);
  });

  it("gives no grad to results, nor to leaves that require none", () => {
    const x = leaf(1, 2);
    const constant = tensor([3, 4]);
    const y = mul(x, constant);
    sum(y).backward();
    expect(y.grad).to.equal(null);
    expect(constant.grad).to.equal(null);
    expect(x.grad?.toArray()).to.deep.equal([3, 4]);
  });

  it("sums over the uses of one tensor, also as both operands", () => {
    const x = leaf(3);
    sum(add(mul(x, x), x)).backward();
    expect(x.grad?.toArray()).to.deep.equal([7]);
  });

  it("sums over both arms of a diamond and enters what is behind it once", () => {
    const x = leaf(0.5);
    const middle = exp(x);
    const left = mul(middle, 2);
    const right = mul(middle, middle);
    sum(add(left, right)).backward();
    // d/dx (2 eˣ + e²ˣ) = 2 eˣ + 2 e²ˣ
    expect(x.grad?.item()).to.be.closeTo(2 * Math.exp(0.5) + 2 * Math.exp(1), 1e-6);
  });

  it("visits a ladder of diamonds once per operation, not once per path", () => {
    const x = leaf(1);
    let y: Tensor = x;
    // 2⁶⁰ paths lead from top to bottom.
    for (let i = 0; i < 60; i++) y = mul(add(y, y), 0.5);
    y.backward();
    expect(x.grad?.item()).to.equal(1);
  });

  it("walks 20000 operations without exhausting the stack", () => {
    const x = leaf(1);
    let y: Tensor = x;
    for (let i = 0; i < 20_000; i++) y = add(y, 1);
    y.backward();
    expect(y.item()).to.equal(20_001);
    expect(x.grad?.item()).to.equal(1);
  });

  it("takes a gradient for a result of several elements", () => {
    const x = leaf(1, 2);
    mul(x, x).backward(tensor([1, 10]));
    expect(x.grad?.toArray()).to.deep.equal([2, 40]);
  });

  it("leaves the gradient that it was given alone", () => {
    const x = leaf(1, 2);
    const seed = tensor([1, 10]);
    x.backward(seed);
    x.backward(seed);
    expect(x.grad?.toArray()).to.deep.equal([2, 20]);
    expect(seed.toArray()).to.deep.equal([1, 10]);
  });

  it("passes through changes of shape, which share the array", () => {
    const x = leaf(1, 2, 3, 4);
    const square = reshape(x, [2, 2]);
    sum(
      mul(
        square,
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).backward();
    expect(x.grad?.toArray()).to.deep.equal([1, 2, 3, 4]);
    expect(x.toArray()).to.deep.equal([1, 2, 3, 4]);
  });

  it("gives zeros where no gradient arrives", () => {
    const x = leaf(-1, -2);
    sum(relu(x)).backward();
    expect(x.grad?.toArray()).to.deep.equal([0, 0]);
  });

  it("works in float64", () => {
    const x = tensor([0.1], { dtype: "float64", requiresGrad: true });
    mul(x, x).backward();
    expect(x.grad?.dtype).to.equal("float64");
    expect(x.grad?.item()).to.equal(0.2);
  });

  it("takes empty tensors", () => {
    const x = zeros([0, 3], { requiresGrad: true });
    sum(x).backward();
    expect(x.grad?.shape).to.deep.equal([0, 3]);
  });
});

describe("backward refuses", () => {
  it("a result of several elements without a gradient", () => {
    expect(() => leaf(1, 2).backward()).to.throw(
      ShapeError,
      "a gradient is needed for a tensor of shape [2]",
    );
  });

  it("a gradient of another shape, naming both", () => {
    const y = mul(leaf(1, 2), 2);
    expect(() => y.backward(ones([3]))).to.throw(ShapeError, "expected a gradient of shape [2], got [3]");
  });

  it("a tensor without history, naming the remedy", () => {
    expect(() => mean(tensor([1, 2])).backward()).to.throw(AutogradError, "set requiresGrad on an input");
  });
});

describe("requiresGrad", () => {
  it("spreads from any input to the result", () => {
    expect(add(leaf(1), tensor([2])).requiresGrad).to.equal(true);
    expect(add(tensor([1]), tensor([2])).requiresGrad).to.equal(false);
  });

  it("makes leaves of what the user makes, and of nothing else", () => {
    const x = leaf(1);
    expect(x.isLeaf).to.equal(true);
    expect(mul(x, 2).isLeaf).to.equal(false);
    expect(mul(tensor([1]), 2).isLeaf).to.equal(true);
    expect(mul(x, 2).gradFn?.name).to.equal("mul");
  });

  it("cannot be switched off on a result", () => {
    const y = sub(leaf(1), 1);
    expect(() => {
      y.requiresGrad = false;
    }).to.throw(AutogradError, "the result of sub; use detach()");
  });

  it("can be switched on and off on a leaf", () => {
    const x = tensor([1]);
    x.requiresGrad = true;
    expect(mul(x, 2).requiresGrad).to.equal(true);
    x.requiresGrad = false;
    expect(mul(x, 2).requiresGrad).to.equal(false);
  });

  it("is refused on integers", () => {
    expect(() => tensor([1], { dtype: "int64", requiresGrad: true })).to.throw(
      DTypeError,
      "this one is int64",
    );
  });
});

describe("detach", () => {
  it("cuts the history and shares the array", () => {
    const x = leaf(3);
    const y = mul(x, x);
    const cut = y.detach();
    expect(cut.data).to.equal(y.data);
    expect(cut.requiresGrad).to.equal(false);
    // y·cut: only the first factor leads back, so the gradient is 2x·cut = 54 rather than 4x³ = 108.
    sum(mul(y, cut)).backward();
    expect(x.grad?.toArray()).to.deep.equal([54]);
  });
});
