import { expect } from "chai";
import { IntegratedGradients, Occlusion, Saliency } from "../../src/attribution/index.ts";
import { isGradEnabled, noGrad } from "../../src/autograd/grad-mode.ts";
import { kernels, reference, setKernels } from "../../src/kernels/index.ts";
import type { Kernels } from "../../src/kernels/index.ts";
import { conv2d, flatten, linear, relu, sum } from "../../src/ops/index.ts";
import { ones, tensor, zeros } from "../../src/tensor/creation.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

type Counted = "conv2dForward" | "conv2dBackwardInput" | "conv2dBackwardWeight" | "matmul";

/** How often each kernel is called while `body` runs on the reference kernels. */
function countKernels(body: () => void): Record<Counted, number> {
  const counts = { conv2dForward: 0, conv2dBackwardInput: 0, conv2dBackwardWeight: 0, matmul: 0 };
  const originals: Kernels = { ...reference };
  const restore = (): void => void Object.assign(reference, originals);
  reference.conv2dForward = (...args) => void (counts.conv2dForward++, originals.conv2dForward(...args));
  reference.conv2dBackwardInput = (...args) =>
    void (counts.conv2dBackwardInput++, originals.conv2dBackwardInput(...args));
  reference.conv2dBackwardWeight = (...args) =>
    void (counts.conv2dBackwardWeight++, originals.conv2dBackwardWeight(...args));
  reference.matmul = (...args) => void (counts.matmul++, originals.matmul(...args));
  const { family } = kernels();
  setKernels("reference");
  try {
    body();
  } finally {
    restore();
    setKernels(family);
  }
  return counts;
}

/** A net whose weights require gradients, as a module's do. */
function trainableNet(): { forward: (x: Tensor) => Tensor; weights: Tensor[] } {
  const kernel = ones([2, 1, 3, 3], { requiresGrad: true });
  const bias = zeros([2], { requiresGrad: true });
  const matrix = ones([3, 72], { requiresGrad: true });
  const forward = (x: Tensor): Tensor => linear(flatten(relu(conv2d(x, kernel, bias)), 1), matrix);
  return { forward, weights: [kernel, bias, matrix] };
}

describe("the work of an attribution", () => {
  const image = ones([1, 1, 8, 8]);

  it("includes no gradient of a weight", () => {
    const { forward, weights } = trainableNet();
    const counts = countKernels(
      () => void new IntegratedGradients(forward).attribute(image, { target: 1, nSteps: 5 }),
    );
    // Five points are one batch: once forward and once back to the picture.
    expect(counts).to.deep.equal({
      conv2dForward: 1,
      conv2dBackwardInput: 1,
      conv2dBackwardWeight: 0,
      matmul: 2,
    });
    expect(weights.map((weight) => weight.grad)).to.deep.equal([null, null, null]);
  });

  it("would show a gradient of a weight in these counts", () => {
    const { forward } = trainableNet();
    const counts = countKernels(() => sum(forward(image)).backward());
    expect(counts.conv2dBackwardWeight).to.equal(1);
    expect(counts.matmul).to.equal(3);
  });

  it("leaves the input as it was: no gradient, and none required", () => {
    const { forward } = trainableNet();
    const input = ones([1, 1, 8, 8]);
    new Saliency(forward).attribute(input, { target: 0 });
    new IntegratedGradients(forward).attribute(input, { target: 0, nSteps: 2 });
    expect(input.requiresGrad).to.equal(false);
    expect(input.grad).to.equal(null);
    const required = ones([1, 1, 8, 8], { requiresGrad: true });
    new IntegratedGradients(forward).attribute(required, { target: 0, nSteps: 2 });
    expect(required.grad).to.equal(null);
  });

  it("is possible inside of noGrad, and its result has no history", () => {
    const { forward } = trainableNet();
    const result = noGrad(() => new IntegratedGradients(forward).attribute(image, { target: 0, nSteps: 2 }));
    expect(result.data.some((v) => v !== 0)).to.equal(true);
    expect(result.requiresGrad).to.equal(false);
    expect(isGradEnabled()).to.equal(true);
  });

  it("comes in chunks that keep memory bounded, whatever the number of steps and of examples", () => {
    const rows: number[] = [];
    const forward = (x: Tensor): Tensor => {
      rows.push(x.shape[0]);
      return sum(x, [1, 2, 3]);
    };
    new IntegratedGradients(forward).attribute(zeros([1, 1, 28, 28]), { nSteps: 200 });
    expect(rows).to.deep.equal([66, 67, 67]);
    rows.length = 0;
    new IntegratedGradients(forward).attribute(zeros([1, 3, 224, 224]), { nSteps: 4 });
    expect(rows, "one row at a time for large pictures").to.deep.equal([1, 1, 1, 1]);
    rows.length = 0;
    new IntegratedGradients((x: Tensor) => {
      rows.push(x.shape[0]);
      return sum(x, 1);
    }).attribute(zeros([300, 2]), { nSteps: 5 });
    expect(rows.every((count) => count <= 256)).to.equal(true);
    expect(rows.reduce((a, b) => a + b, 0)).to.equal(1500);
  });

  it("never runs more rows at once than internalBatchSize, even for more examples than that", () => {
    const rows: number[] = [];
    const forward = (x: Tensor): Tensor => {
      rows.push(x.shape[0]);
      return sum(x, 1);
    };
    new IntegratedGradients(forward).attribute(zeros([5, 2]), { nSteps: 3, internalBatchSize: 4 });
    expect(rows).to.deep.equal([3, 4, 4, 4]);
  });

  it("reports its progress, and ends with the error that the report throws", () => {
    const { forward } = trainableNet();
    const seen: string[] = [];
    const ig = new IntegratedGradients(forward);
    const options = { target: 0, nSteps: 6, internalBatchSize: 2 };
    ig.attribute(image, { ...options, onProgress: (done, all) => seen.push(`${done}/${all}`) });
    expect(seen).to.deep.equal(["2/6", "4/6", "6/6"]);
    const late = (): never => {
      throw new Error("too late");
    };
    expect(() => ig.attribute(image, { ...options, onProgress: late })).to.throw("too late");
  });

  it("has nothing to do for a batch of no examples", () => {
    const ig = new IntegratedGradients((x: Tensor) => sum(x, 1));
    const { attributions, delta } = ig.attribute(zeros([0, 3]), { returnConvergenceDelta: true });
    expect(attributions.shape).to.deep.equal([0, 3]);
    expect(delta.shape).to.deep.equal([0]);
  });

  it("tries several windows in one pass when asked, with the same result", () => {
    const { forward } = trainableNet();
    const options = { target: 2, slidingWindowShapes: [1, 3, 3], strides: [1, 2, 2] };
    const one = new Occlusion(forward).attribute(image, options);
    const counts = countKernels(() => {
      const several = new Occlusion(forward).attribute(image, { ...options, perturbationsPerEval: 16 });
      expect([...several.data]).to.deep.equal([...one.data]);
    });
    expect(counts.conv2dForward, "16 windows and the whole picture").to.equal(2);
  });

  it("takes a module as well as a function, and calls its forward as its method", () => {
    class Scaled {
      readonly factor = tensor([[2, 3]]);
      forward(x: Tensor): Tensor {
        return linear(x, this.factor);
      }
    }
    const { data } = new Saliency(new Scaled()).attribute(tensor([[1, 1]]), { target: 0 });
    expect([...data]).to.deep.equal([2, 3]);
  });
});
