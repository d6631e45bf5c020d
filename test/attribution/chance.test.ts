import { expect } from "chai";
import {
  attributionMethods,
  GradientShap,
  IntegratedGradients,
  isAttributionMethod,
  NoiseTunnel,
  Saliency,
} from "../../src/attribution/index.ts";
import type { AttributionMethodName, NoiseTunnelType } from "../../src/attribution/index.ts";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { add, exp, mul, sum } from "../../src/ops/index.ts";
import { full, ones, tensor, zeros } from "../../src/tensor/creation.ts";
import { Generator } from "../../src/tensor/random.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { expectClose } from "../support/close.ts";

const curved = (x: Tensor): Tensor => sum(add(exp(x), mul(x, mul(x, x))), 1);
const x = tensor([
  [0.5, -1, 1.5],
  [1, 2, -0.3],
]);

describe("a noise tunnel", () => {
  it("without noise gives the attributions of the method inside, and its delta for every copy", () => {
    const ig = new IntegratedGradients(curved);
    const tunnel = new NoiseTunnel(ig);
    const plain = ig.attribute(x, { nSteps: 4, returnConvergenceDelta: true });
    const options = { nSteps: 4, stdevs: 0, ntSamples: 3, returnConvergenceDelta: true } as const;
    const smooth = tunnel.attribute(x, options);
    expectClose(
      smooth.attributions.data,
      plain.attributions.data,
      { rtol: 1e-6, atol: 1e-7 },
      "attributions",
    );
    const [a, b] = plain.delta.data;
    expect([...smooth.delta.data]).to.deep.equal([a, a, a, b, b, b]);
  });

  it("repeats what belongs to each example: target, baseline, additional tensors", () => {
    const forward = (t: Tensor, factor: Tensor): Tensor => mul(mul(t, t), factor);
    const options = {
      target: [0, 2],
      baselines: tensor([
        [1, 1, 1],
        [2, 2, 2],
      ]),
      additionalForwardArgs: tensor([[10], [100]]),
      nSteps: 3,
    };
    const ig = new IntegratedGradients(forward);
    const smooth = new NoiseTunnel(ig).attribute(x, {
      ...options,
      stdevs: 0,
      ntSamples: 4,
      ntSamplesBatchSize: 3,
    });
    expectClose(smooth.data, ig.attribute(x, options).data, { rtol: 1e-6, atol: 1e-6 }, "smooth");
  });

  it("has a variance near zero without noise and above it with noise", () => {
    const variance = (stdevs: number): number[] => {
      const generator = new Generator(5);
      return [
        ...new NoiseTunnel(new Saliency(curved)).attribute(x, { ntType: "vargrad", stdevs, generator }).data,
      ];
    };
    variance(0).forEach((v) => expect(v).to.be.closeTo(0, 1e-12));
    variance(0.5).forEach((v) => expect(v).to.be.above(0.01));
  });

  it("draws the same noise from the same seed, and different noise otherwise", () => {
    const drawn = (seed: number): number[] => [
      ...new NoiseTunnel(new Saliency(curved)).attribute(x, { generator: new Generator(seed) }).data,
    ];
    expect(drawn(1)).to.deep.equal(drawn(1));
    expect(drawn(1)).not.to.deep.equal(drawn(2));
  });

  it("refuses options that are out of range", () => {
    const tunnel = new NoiseTunnel(new Saliency(curved));
    expect(() => tunnel.attribute(x, { ntSamples: 0 })).to.throw(
      ArgumentError,
      "ntSamples: expected an integer >= 1",
    );
    expect(() => tunnel.attribute(x, { stdevs: -1 })).to.throw(ArgumentError, "stdevs");
    expect(() => tunnel.attribute(x, { stdevs: [1, 1] })).to.throw(ArgumentError, "each of the 1 inputs");
    const ntType = "smooth" as NoiseTunnelType;
    expect(() => tunnel.attribute(x, { ntType })).to.throw(
      ArgumentError,
      "smoothgrad, smoothgrad_sq, vargrad",
    );
    expect(() => tunnel.attribute(x, { target: [0, 0, 0] })).to.throw(ArgumentError, "2 examples, got 3");
  });
});

describe("GradientShap", () => {
  it("approaches Integrated Gradients as its points grow in number", () => {
    const expected = new IntegratedGradients(curved).attribute(x, { baselines: 0.2 });
    const found = new GradientShap(curved).attribute(x, {
      baselines: full([1, 3], 0.2),
      nSamples: 20_000,
      generator: new Generator(11),
    });
    expectClose(found.data, expected.data, { rtol: 0.03, atol: 0.02 }, "mean");
  });

  it("averages over the baselines that it draws from", () => {
    const linearly = (t: Tensor): Tensor => sum(mul(t, tensor([[1, 2, 3]])), 1);
    const baselines = tensor([
      [0, 0, 0],
      [1, 1, 1],
    ]);
    const found = new GradientShap(linearly).attribute(x, {
      baselines,
      nSamples: 20_000,
      generator: new Generator(1),
    });
    const expected = x.data.map((value, i) => ((i % 3) + 1) * (value - 0.5));
    expectClose(found.data, expected, { rtol: 0, atol: 0.03 }, "mean over baselines");
  });

  it("is exact for a linear function, with a delta of zero for every point", () => {
    const options = { nSamples: 3, returnConvergenceDelta: true } as const;
    const { attributions, delta } = new GradientShap((t: Tensor) => sum(t, 1)).attribute(x, options);
    expectClose(attributions.data, x.data, { rtol: 1e-6, atol: 1e-6 }, "attributions");
    expect(delta.shape).to.deep.equal([6]);
    delta.data.forEach((d) => expect(d).to.be.closeTo(0, 1e-6));
  });

  it("gives the mean gradient when it is not to multiply by inputs", () => {
    const shap = new GradientShap((t: Tensor) => sum(mul(t, 4), 1), { multiplyByInputs: false });
    expect([...shap.attribute(x).data]).to.deep.equal([4, 4, 4, 4, 4, 4]);
  });

  it("refuses baselines of another shape, and none to draw from", () => {
    const shap = new GradientShap(curved);
    expect(() => shap.attribute(x, { baselines: ones([5, 4]) })).to.throw(
      ShapeError,
      "expected shape [M, 3]",
    );
    expect(() => shap.attribute(x, { baselines: zeros([0, 3]) })).to.throw(
      ArgumentError,
      "none to draw from",
    );
  });
});

describe("attribution methods by name", () => {
  const names = Object.keys(attributionMethods).filter(isAttributionMethod);

  it("are Captum's names in snake_case", () => {
    expect(names).to.include.members([
      "integrated_gradients",
      "saliency",
      "input_x_gradient",
      "gradient_shap",
      "occlusion",
    ]);
    expect(["IntegratedGradients", "constructor", ""].some(isAttributionMethod)).to.equal(false);
  });

  it("all explain a batch by the same call, with a delta where they have one", () => {
    for (const name of names) {
      const method = attributionMethods[name](curved);
      const returnConvergenceDelta = method.hasConvergenceDelta;
      const { attributions, delta } = method.compute([x], {
        slidingWindowShapes: [2],
        baselines: 0,
        returnConvergenceDelta,
      });
      expect(attributions[0].shape, name).to.deep.equal([2, 3]);
      expect(delta !== null, name).to.equal(returnConvergenceDelta);
    }
  });

  it("give the same answer twice, also those that draw random numbers", () => {
    const answer = (name: AttributionMethodName): number[] => [
      ...attributionMethods[name](curved).compute([x], { slidingWindowShapes: [2] }).attributions[0].data,
    ];
    for (const name of names) expect(answer(name), name).to.deep.equal(answer(name));
  });
});
