import { expect } from "chai";
import { grad, noGrad } from "../../src/autograd/index.ts";
import * as nn from "../../src/nn/index.ts";
import {
  add,
  avgPool2d,
  cat,
  conv2d,
  flatten,
  logSoftmax,
  maxPool2d,
  mean,
  relu,
  reshape,
} from "../../src/ops/index.ts";
import { setNumThreads } from "../../src/node/index.ts";
import { capture, MAX_CAPTURED_ROWS } from "../../src/runtime/index.ts";
import { fromData } from "../../src/tensor/creation.ts";
import { Generator, randn } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { expectClose } from "../support/close.ts";
import { describeFamilies } from "../support/families.ts";

/** Sums in another order. */
const tolerance = { rtol: 1e-5, atol: 2e-5 };

/** A module in evaluation mode with frozen weights from a seed. */
function frozen<M extends nn.Module>(module: M): M {
  const generator = new Generator(7);
  for (const parameter of module.parameters()) {
    const scale = 0.5 / Math.sqrt(Math.max(1, parameter.numel() / Math.max(1, parameter.shape[0])));
    parameter.data.set(randn(parameter.shape, { generator }).data.map((value) => value * scale));
  }
  module.eval().requiresGrad_(false);
  return module;
}

function picture(shape: readonly number[], seed: number): Tensor {
  const x = randn(shape, { generator: new Generator(seed) });
  // A flat corner, so that pools meet ties.
  const width = shape[shape.length - 1];
  for (let i = 0; i < x.numel(); i++) if (i % width < 4) x.data[i] = -0.4;
  return x;
}

const conv = frozen(new nn.Conv2d(16, 24, 3));
const wide = frozen(new nn.Conv2d(16, 16, 5, { padding: 2 }));
const strided = frozen(new nn.Conv2d(16, 8, 3, { stride: 2, padding: 1 }));
const grouped = frozen(new nn.Conv2d(16, 32, 3, { groups: 4, padding: 1 }));
const odd = frozen(new nn.Conv2d(16, 11, [3, 2], { padding: [1, 0] }));
const dilated = frozen(new nn.Conv2d(16, 8, 3, { dilation: 2, padding: 2 }));
const colour = frozen(new nn.Conv2d(3, 16, 3, { padding: 1 }));
const grey = frozen(new nn.Conv2d(1, 16, 3));
const norm = frozen(new nn.BatchNorm2d(16));
const same = frozen(new nn.Conv2d(16, 16, 3, { padding: "same" }));
const head = frozen(new nn.Linear(24 * 7 * 6, 10));
const small = frozen(new nn.Linear(16, 300));
const last = frozen(new nn.Linear(300, 5));
const five = frozen(new nn.Linear(16, 5));
const lastKernel = randn([8, 5, 1, 1], { generator: new Generator(3) });

/** Functions of a picture [N, 16, 16, 14] unless said, each with something that the compiler has to get right. */
const functions: Readonly<Record<string, { f: (x: Tensor) => Tensor; channels?: number }>> = {
  "a convolution": { f: (x) => conv.forward(x) },
  "a convolution and a rectifier": { f: (x) => relu(conv.forward(x)) },
  "a rectifier and a convolution of it, both read twice": {
    f: (x) => {
      const h = relu(x);
      return cat([relu(conv.forward(h)), conv.forward(h)], 1);
    },
  },
  "a padded convolution of 5 x 5": { f: (x) => wide.forward(x) },
  "a strided convolution": { f: (x) => relu(strided.forward(x)) },
  "a grouped convolution": { f: (x) => grouped.forward(relu(x)) },
  "odd numbers of channels": { f: (x) => relu(odd.forward(x)) },
  "a dilated convolution": { f: (x) => dilated.forward(x) },
  "three channels in": { f: (x) => conv.forward(relu(colour.forward(x))), channels: 3 },
  "one channel in": { f: (x) => maxPool2d(conv.forward(relu(grey.forward(x))), 2), channels: 1 },
  "max-pooling behind a rectifier": { f: (x) => maxPool2d(relu(conv.forward(x)), 2) },
  "max-pooling before a rectifier": { f: (x) => relu(maxPool2d(conv.forward(x), 2)) },
  "max-pooling that leaves a row over": { f: (x) => maxPool2d(odd.forward(x), 2) },
  "max-pooling of 3 x 3": { f: (x) => maxPool2d(conv.forward(x), 3, { stride: 2, padding: 1 }) },
  "average pooling": { f: (x) => avgPool2d(relu(same.forward(x)), 2) },
  "a residual block": { f: (x) => relu(add(same.forward(relu(same.forward(x))), x)) },
  "a value added to itself": { f: (x) => add(same.forward(x), same.forward(x)) },
  "batch normalisation between": { f: (x) => relu(norm.forward(same.forward(x))) },
  "a flattened picture into a fully connected layer": {
    f: (x) => logSoftmax(head.forward(flatten(maxPool2d(conv.forward(x), 2), 1)), 1),
  },
  "means, and two fully connected layers": {
    f: (x) => last.forward(relu(small.forward(mean(relu(x), [2, 3])))),
  },
  "channels of a matrix as a picture again": {
    f: (x) => conv2d(reshape(five.forward(mean(x, [2, 3])), [x.shape[0], 5, 1, 1]), lastKernel),
  },
  "the input itself beside a convolution of it": { f: (x) => add(x, same.forward(x)) },
};

describeFamilies("a captured function", (family) => {
  if (family === "reference") {
    it("is the eager function", () => {
      expect(capture((x) => relu(x)).whyEager(randn([1, 2]))).to.match(/reference kernels/);
    });
    return;
  }

  for (const [name, { f, channels = 16 }] of Object.entries(functions)) {
    for (const rows of [1, 2, 7]) {
      it(`gives the eager results and gradients: ${name}, ${rows} at once`, () => {
        const fast = capture(f);
        const warm = picture([rows, channels, 16, 14], 5);
        const x = picture([rows, channels, 16, 14], 6);
        expect(fast.whyEager(warm)).to.equal(null);
        expect(fast.whyEager(warm, { differentiable: true })).to.equal(null);
        const expected = noGrad(() => f(x));
        const y = noGrad(() => fast(x));
        expect(y.shape).to.deep.equal(expected.shape);
        expectClose(y.data, expected.data, tolerance, "result");
        const dy = randn(expected.shape, { generator: new Generator(9) });
        expectClose(gradientOf(fast, x, dy), gradientOf(f, x, dy), tolerance, "gradient");
      });
    }
  }

  describe("on three threads", () => {
    const answers = (f: (x: Tensor) => Tensor, channels = 16): number[][] => {
      const fast = capture(f);
      return [1, 2, 7].flatMap((rows) => {
        const x = picture([rows, channels, 16, 14], 6);
        const dy = randn(f(x).shape, { generator: new Generator(9) });
        return [noGrad(() => fast(x)).data, gradientOf(fast, x, dy)].map((data) => Array.from(data));
      });
    };
    let alone = new Map<string, number[][]>();
    before(async () => {
      alone = new Map(
        Object.entries(functions).map(([name, { f, channels }]) => [name, answers(f, channels)]),
      );
      await setNumThreads(3);
    });
    after(() => setNumThreads(1));

    for (const [name, { f, channels }] of Object.entries(functions)) {
      it(`has the bits of one thread: ${name}`, () => {
        expect(answers(f, channels)).to.deep.equal(alone.get(name));
      });
    }
  });

  it("has the eager convolution's bits where gradients follow, so that pools decide alike", () => {
    const f = (x: Tensor): Tensor => relu(conv.forward(relu(grey.forward(x))));
    const x = picture([3, 1, 16, 14], 8);
    const leaf = new Tensor(x.data, x.shape, x.dtype, { requiresGrad: true });
    expect(Array.from(capture(f)(leaf).data)).to.deep.equal(Array.from(f(x).data));
  });

  it("gives a batch what it gives each of its rows, to the bit", () => {
    const f = functions["a flattened picture into a fully connected layer"].f;
    const fast = capture(f);
    const x = picture([5, 16, 16, 14], 8);
    const size = 16 * 16 * 14;
    const together = noGrad(() => fast(x));
    for (let row = 0; row < 5; row++) {
      const one = fromData(new Float32Array(x.data.subarray(row * size, (row + 1) * size)), [1, 16, 16, 14]);
      const alone = noGrad(() => fast(one));
      expect(Array.from(alone.data)).to.deep.equal(
        Array.from(together.data.subarray(row * 10, row * 10 + 10)),
      );
    }
  });

  it("computes again when another call came between result and gradient", () => {
    const f = functions["max-pooling behind a rectifier"].f;
    const fast = capture(f);
    const x = picture([2, 16, 16, 14], 1);
    const leaf = new Tensor(x.data, x.shape, x.dtype, { requiresGrad: true });
    const y = fast(leaf);
    noGrad(() => fast(picture([2, 16, 16, 14], 2)));
    const dy = randn(y.shape, { generator: new Generator(4) });
    const [dx] = grad([y], [leaf], { gradOutputs: [dy] });
    expectClose(dx.data, gradientOf(f, x, dy), tolerance, "gradient");
  });

  it("repacks changed weights when told", () => {
    const layer = frozen(new nn.Linear(16, 8));
    const fast = capture((x) => layer.forward(x));
    const x = randn([2, 16], { generator: new Generator(1) });
    noGrad(() => fast(x));
    layer.weight.data.fill(0);
    fast.refresh();
    expectClose(
      noGrad(() => fast(x)).data,
      noGrad(() => layer.forward(x)).data,
      { rtol: 0, atol: 0 },
      "result",
    );
  });

  it("runs eagerly and says why: float64, weights that want gradients, no rows, too many", () => {
    const fast = capture((x) => relu(x));
    expect(fast.whyEager(new Tensor(new Float64Array(4), [1, 4], "float64"))).to.match(/float64/);
    expect(fast.whyEager(fromData(new Float32Array(0), [0, 4]))).to.match(/no rows/);
    const rows = MAX_CAPTURED_ROWS + 1;
    expect(fast.whyEager(fromData(new Float32Array(rows), [rows, 1]))).to.match(/more than/);
    const open = new nn.Linear(4, 2);
    const trained = capture((x) => open.forward(x));
    expect(trained.whyEager(randn([1, 4]), { differentiable: true })).to.match(
      /linear has weights that require/,
    );
    const constant = capture(() => fromData(new Float32Array(2), [1, 2]));
    expect(constant.whyEager(randn([1, 4]))).to.match(/does not come from/);
    expect(Array.from(constant(randn([1, 4])).data)).to.deep.equal([0, 0]);
  });

  it("describes its plan, a step a line", () => {
    const fast = capture(functions["a flattened picture into a fully connected layer"].f);
    const text = fast.describe(picture([1, 16, 16, 14], 1), { differentiable: true });
    expect(text).to.match(/\[1, 16, 16, 14\] -> \[1, 10\] on (relaxed-)?simd/);
    expect(text).to.match(/ms +[\d.]+ GFLOP\/s +forward +conv2d 24 x 16 x 3 x 3 on 1 x 16 x 14/);
    expect(text).to.match(/backward conv2d backward/);
  });
});

function gradientOf(f: (x: Tensor) => Tensor, x: Tensor, dy: Tensor): ArrayLike<number> {
  const leaf = new Tensor(x.data, x.shape, x.dtype, { requiresGrad: true });
  return grad([f(leaf)], [leaf], { gradOutputs: [dy] })[0].data;
}
