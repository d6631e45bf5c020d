import { expect } from "chai";
import {
  FeatureAblation,
  InputXGradient,
  IntegratedGradients,
  Occlusion,
  Saliency,
} from "../../src/attribution/index.ts";
import type { Forward, Target } from "../../src/attribution/index.ts";
import { noGrad } from "../../src/autograd/grad-mode.ts";
import { ArgumentError, AutogradError, DTypeError, IndexRangeError, ShapeError } from "../../src/errors.ts";
import { add, linear, mul, reshape, sum } from "../../src/ops/index.ts";
import { ones, tensor, zeros } from "../../src/tensor/creation.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";

/** Ten classes of three features. */
const classify = (x: Tensor): Tensor => linear(x, ones([10, 3]));
const pair = ones([2, 3]);

function explain(target?: Target, forward: Forward = classify, x: AnyTensor = pair): Tensor {
  return new IntegratedGradients(forward).attribute(x, {
    nSteps: 2,
    ...(target !== undefined && { target }),
  });
}

describe("what attribute returns", () => {
  const ig = new IntegratedGradients((a: Tensor, b: Tensor = zeros([1])) => sum(add(a, b), 1));

  it("is a tensor for a tensor, and a list for a list", () => {
    const one: Tensor = ig.attribute(pair);
    const listed: Tensor[] = ig.attribute([pair]);
    const [a, b]: [Tensor, Tensor] = ig.attribute([pair, pair] as const);
    expect(one.shape).to.deep.equal([2, 3]);
    expect(listed.map(({ shape }) => shape)).to.deep.equal([[2, 3]]);
    expect([a.shape, b.shape]).to.deep.equal([
      [2, 3],
      [2, 3],
    ]);
  });

  it("comes with the delta of each example when that is asked for", () => {
    const { attributions, delta } = ig.attribute(pair, { returnConvergenceDelta: true });
    expect(attributions.shape).to.deep.equal([2, 3]);
    expect(delta.shape).to.deep.equal([2]);
    const listed = ig.attribute([pair, pair], { returnConvergenceDelta: true });
    expect(listed.attributions).to.have.length(2);
  });

  it("is a plain tensor or an object when only the program knows which was asked", () => {
    const returnConvergenceDelta: boolean = pair.numel() > 0;
    expect(ig.attribute(pair, { returnConvergenceDelta })).to.have.property("delta");
  });

  it("is of the input's floating-point type, float32 for integers", () => {
    const squares = new IntegratedGradients((x: Tensor) => sum(mul(x, x), 1));
    expect(squares.attribute(tensor([[1, 2]], { dtype: "float64" })).dtype).to.equal("float64");
    expect(squares.attribute(tensor([[1, 2]], { dtype: "int32" })).dtype).to.equal("float32");
  });

  it("has no delta for methods without one, and says so", () => {
    const saliency: { attribute(x: Tensor, o: object): object } = new Saliency(classify);
    const ask = (): object => saliency.attribute(pair, { target: 0, returnConvergenceDelta: true });
    expect(ask).to.throw(ArgumentError, "Saliency has no convergence delta");
  });
});

describe("targets", () => {
  it("may be a class, also from the end, a list, or a tensor of integers", () => {
    const forward = (x: Tensor): Tensor =>
      linear(
        x,
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      );
    const rows = (target: Target): number[] => [...explain(target, forward).data].map(Math.round);
    expect(rows(1)).to.deep.equal([4, 5, 6, 4, 5, 6]);
    expect(rows(-2)).to.deep.equal([1, 2, 3, 1, 2, 3]);
    expect(rows([1, -2])).to.deep.equal([4, 5, 6, 1, 2, 3]);
    expect(rows(tensor([0, 1], { dtype: "int64" }))).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(rows(tensor(1, { dtype: "uint8" }))).to.deep.equal([4, 5, 6, 4, 5, 6]);
    expect(rows({ index: [1] })).to.deep.equal([4, 5, 6, 4, 5, 6]);
    expect(rows([[0], [1]])).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it("may be left out, or be null, when there is one scalar for each example", () => {
    const scalar = (x: Tensor): Tensor => sum(x, 1);
    expect([...explain(null, scalar).data].map(Math.round)).to.deep.equal([1, 1, 1, 1, 1, 1]);
    expect(explain(undefined, (x: Tensor) => sum(x, 1, { keepdim: true })).shape).to.deep.equal([2, 3]);
  });

  it("outside of the classes are refused with the number of classes", () => {
    expect(() => explain(10)).to.throw(
      IndexRangeError,
      "10 is out of range; the output [N, 10] has 10 classes: expected -10 to 9",
    );
    expect(() => explain(-11)).to.throw(IndexRangeError, "expected -10 to 9");
    expect(() => explain([0, 12])).to.throw(IndexRangeError, "12 is out of range");
    expect(() => explain(1.5)).to.throw(ArgumentError, "expected an integer, got 1.5");
    expect(() => explain(NaN)).to.throw(ArgumentError, "expected an integer, got NaN");
  });

  it("are needed for an output of several values", () => {
    expect(() => explain()).to.throw(
      ShapeError,
      "none was given, and the output [N, 10] leaves 10 values per example",
    );
    expect(() => explain()).to.throw(ShapeError, "choose a class from 0 to 9");
  });

  it("are refused for an output that is one scalar per example", () => {
    expect(() => explain(3, (x: Tensor) => sum(x, 1))).to.throw(ShapeError, "leave the target out");
  });

  it("are refused before forward runs when there are not as many as examples", () => {
    const never = (): never => expect.fail("forward ran");
    expect(() => explain([1, 2, 3], never)).to.throw(ArgumentError, "one for each of the 2 examples, got 3");
    const three = tensor([1, 2, 3], { dtype: "int64" });
    expect(() => explain(three, never)).to.throw(ArgumentError, "one for each of the 2 examples, got 3");
    expect(() => explain(ones([2, 2], { dtype: "float32" }).to("int64"), never)).to.throw(
      ShapeError,
      "got [2, 2]",
    );
  });

  it("must fit the rank of the output", () => {
    const square = (x: Tensor): Tensor => reshape(classify(x), [-1, 2, 5]);
    expect(() => explain([1, 2], square)).to.throw(ShapeError, "needs an output [N, classes], got [N, 2, 5]");
    expect(() => explain(1, square)).to.throw(ShapeError, "the output [N, 2, 5] leaves 5 values per example");
    expect(() => explain({ index: [1, 2, 3] }, square)).to.throw(
      ShapeError,
      "cannot choose [1, 2, 3] from an output [N, 2, 5]",
    );
    expect(() => explain({ index: [1, 5] }, square)).to.throw(IndexRangeError, "has size 5 in dimension 2");
    expect(explain({ index: [1, -1] }, square).shape).to.deep.equal([2, 3]);
  });

  it("of another type are refused by name, also those that TypeScript would not let through", () => {
    const untyped = (target: unknown): void => void explain(target as Target);
    expect(() => untyped("3")).to.throw(ArgumentError, "expected a number, a list or a tensor, got string");
    expect(() => untyped({})).to.throw(ArgumentError, "an object without an index");
    expect(() => untyped([1, [2]])).to.throw(ArgumentError, "got both in one");
    expect(() => untyped(ones([2]))).to.throw(DTypeError, "expected a tensor of integers, got float32");
  });
});

describe("inputs and baselines", () => {
  const ig = new IntegratedGradients((x: Tensor) => sum(x, 1));

  it("must have their examples along dimension 0, equally many", () => {
    expect(() => ig.attribute([])).to.throw(ArgumentError, "at least one input");
    expect(() => ig.attribute(tensor(1))).to.throw(ShapeError, "input 0 is a scalar");
    expect(() => ig.attribute([pair, ones([3, 3])])).to.throw(
      ShapeError,
      "input 0 is [2, 3], input 1 is [3, 3]",
    );
  });

  it("that have no gradient are refused by the gradient methods, and booleans by all that scale", () => {
    const whole = tensor([[1, 2, 3]], { dtype: "int64" });
    expect(() => new Saliency(classify).attribute(whole, { target: 0 })).to.throw(
      DTypeError,
      "int64, which has no gradient",
    );
    expect(() => new InputXGradient(classify).attribute(whole, { target: 0 })).to.throw(DTypeError, "int64");
    expect(() => ig.attribute(tensor([[true]], { dtype: "bool" }))).to.throw(
      DTypeError,
      "no path between booleans",
    );
  });

  it("must fit each other in number and shape", () => {
    expect(() => ig.attribute(pair, { baselines: [0, 0] })).to.throw(
      ArgumentError,
      "each of the 1 inputs, got 2",
    );
    expect(() => ig.attribute([pair, pair], { baselines: 0 })).to.throw(
      ArgumentError,
      "each of the 2 inputs, got 1",
    );
    expect(() => ig.attribute(pair, { baselines: ones([1, 4]) })).to.throw(
      ShapeError,
      "expected shape [2, 3] or [1, 3] for input 0, got [1, 4]",
    );
    expect(() => ig.attribute(pair, { baselines: ones([3]) })).to.throw(ShapeError, "got [3]");
    expect(() => ig.attribute(pair, { baselines: ones([3, 3]) })).to.throw(ShapeError, "got [3, 3]");
    expect(() => ig.attribute(pair, { baselines: ones([2, 3], { dtype: "float64" }) })).to.throw(
      DTypeError,
      "input 0 is float32, its baseline float64",
    );
  });

  it("and additional tensors have one row for each example", () => {
    const additionalForwardArgs = ones([3, 3]);
    expect(() => ig.attribute(pair, { additionalForwardArgs })).to.throw(ShapeError, "number of examples, 2");
  });
});

describe("forward functions", () => {
  const request = { nSteps: 3 };
  const attribute = (forward: Forward, x: AnyTensor | AnyTensor[] = pair): void =>
    void new IntegratedGradients(forward).attribute(x, request);

  it("must return a tensor of floats, at once", () => {
    const returning =
      (result: unknown): Forward =>
      () =>
        result as Tensor;
    expect(() => attribute(returning(3))).to.throw(
      ArgumentError,
      "forward returned number; expected a tensor",
    );
    expect(() => attribute(returning(Promise.resolve(pair)))).to.throw(ArgumentError, "returned a promise");
    expect(() => attribute(returning(tensor([1], { dtype: "int64" })))).to.throw(
      DTypeError,
      "a tensor of int64",
    );
  });

  it("must return one entry for each row", () => {
    expect(() => attribute((x: Tensor) => sum(x))).to.throw(ShapeError, "forward returned [] for 6 rows");
    expect(() => attribute((x: Tensor) => reshape(sum(x), [1]))).to.throw(
      ShapeError,
      "forward returned [1] for 6 rows",
    );
  });

  it("must depend on the inputs by recorded operations", () => {
    expect(() => attribute((x: Tensor) => noGrad(() => sum(x, 1)))).to.throw(AutogradError, "has no history");
    expect(() => attribute((x: Tensor) => sum(x.detach(), 1))).to.throw(AutogradError, "has no history");
    expect(() => attribute((x: Tensor) => sum(mul(x, 2), 1), [pair, pair])).to.throw(
      AutogradError,
      "input 1",
    );
  });

  it("may throw, and their error is passed on", () => {
    const broken = (): never => {
      throw new RangeError("mine");
    };
    expect(() => attribute(broken)).to.throw(RangeError, "mine");
  });
});

describe("options", () => {
  it("of the path are checked: steps, method, chunk size", () => {
    const ig = new IntegratedGradients((x: Tensor) => sum(x, 1));
    expect(() => ig.attribute(pair, { nSteps: 0 })).to.throw(ArgumentError, "an integer >= 1, got 0");
    expect(() => ig.attribute(pair, { nSteps: 1, method: "riemann_left" })).to.throw(
      ArgumentError,
      "an integer >= 2",
    );
    expect(() => ig.attribute(pair, { internalBatchSize: 0 })).to.throw(
      ArgumentError,
      "internalBatchSize: expected an integer >= 1",
    );
    const method = "gaussLegendre" as "gausslegendre";
    expect(() => ig.attribute(pair, { method })).to.throw(ArgumentError, 'did you mean "gausslegendre"?');
  });

  it("of windows are checked: presence, rank, size, stride", () => {
    const occlusion = new Occlusion(classify);
    const target = 0;
    expect(() => occlusion.attribute(pair, { target })).to.throw(
      ArgumentError,
      "slidingWindowShapes is missing",
    );
    expect(() => occlusion.attribute(pair, { target, slidingWindowShapes: [2, 3] })).to.throw(
      ShapeError,
      "got [2, 3]",
    );
    expect(() => occlusion.attribute(pair, { target, slidingWindowShapes: [4] })).to.throw(
      ShapeError,
      "those of input 0, [3]",
    );
    expect(() => occlusion.attribute(pair, { target, slidingWindowShapes: [1], strides: 2 })).to.throw(
      ArgumentError,
      "a stride of 2 skips elements between windows of 1",
    );
    expect(() => occlusion.attribute(pair, { target, slidingWindowShapes: [3], strides: 5 })).not.to.throw();
    expect(() => occlusion.attribute(pair, { target, slidingWindowShapes: [1], strides: [1, 1] })).to.throw(
      ShapeError,
      "1 strides",
    );
  });

  it("of masks are checked: number, type, shape", () => {
    const ablation = new FeatureAblation(classify);
    const mask = (...shape: number[]): AnyTensor => zeros(shape, { dtype: "int64" });
    expect(() => ablation.attribute(pair, { target: 0, featureMask: [mask(1, 3), mask(1, 3)] })).to.throw(
      ArgumentError,
      "got 2",
    );
    expect(() => ablation.attribute(pair, { target: 0, featureMask: mask(3) })).to.throw(
      ShapeError,
      "got [3]",
    );
    expect(() => ablation.attribute(pair, { target: 0, featureMask: zeros([1, 3]) })).to.throw(
      DTypeError,
      "float32",
    );
    expect(() => ablation.attribute(pair, { target: 0, perturbationsPerEval: 0 })).to.throw(
      ArgumentError,
      ">= 1, got 0",
    );
  });
});
