import { expect } from "chai";
import { StateDictError } from "../../src/errors.ts";
import { createMnistNet } from "../../src/model/mnist-net.ts";
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ReLU,
  Sequential,
} from "../../src/nn/index.ts";
import { add, relu, sum } from "../../src/ops/index.ts";
import { ones, zeros } from "../../src/tensor/creation.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { readFixture } from "../support/fixtures.ts";

interface TreeFixture {
  readonly trees: Readonly<Record<string, string>>;
  readonly shared: Readonly<Record<"modules" | "parameters" | "state", readonly string[]>>;
}

const fixture = readFixture<TreeFixture>("nn.json");

/** A residual block: modules, a parameter and a buffer of its own. */
class Block extends Module {
  readonly body = new Sequential(
    new Conv2d(2, 2, 3, { padding: 1, bias: false }),
    new BatchNorm2d(2),
    new ReLU(),
  );
  readonly scale = new Parameter(ones([1]));

  constructor() {
    super();
    this.registerBuffer("seen", zeros([2], { dtype: "int64" }));
  }

  forward(x: Tensor): Tensor {
    return relu(add(x, this.body.forward(x)));
  }
}

const blockState = [
  "scale",
  "seen",
  "body.0.weight",
  "body.1.weight",
  "body.1.bias",
  "body.1.running_mean",
  "body.1.running_var",
  "body.1.num_batches_tracked",
];

describe("a module", () => {
  it("names its parameters and buffers as PyTorch does, own ones first", () => {
    expect([...new Block().stateDict().keys()]).to.deep.equal(blockState);
    expect(new Block().namedParameters().map(([name]) => name)).to.deep.equal(
      blockState.filter((name) => !/seen|running|batches/.test(name)),
    );
    expect(new Block().buffers().map((buffer) => buffer.dtype)).to.deep.equal([
      "int64",
      "float32",
      "float32",
      "int64",
    ]);
  });

  it("has 1,199,882 parameters when it is an MNIST net, in conv1, conv2, fc1 and fc2", () => {
    for (const name of ["torchserve", "examples"] as const) {
      const net = createMnistNet(name);
      expect(net.parameters().reduce((count, p) => count + p.numel(), 0)).to.equal(1_199_882);
      expect([...net.stateDict().keys()].map((key) => key.split(".")[0])).to.have.members(
        ["conv1", "conv2", "fc1", "fc2"].flatMap((layer) => [layer, layer]),
      );
    }
  });

  it("counts a module that is used twice once, but saves it under both names", () => {
    const shared = new Linear(2, 2);
    const net = new Sequential(shared, new ReLU(), shared);
    expect(net.namedModules().map(([name]) => name)).to.deep.equal(fixture.shared.modules);
    expect(net.namedParameters().map(([name]) => name)).to.deep.equal(fixture.shared.parameters);
    expect([...net.stateDict().keys()]).to.deep.equal(fixture.shared.state);
  });

  it("switches everything below it between training and evaluation", () => {
    const net = new Sequential(new Dropout(), new Block()).eval();
    expect(net.modules().some((module) => module.training)).to.equal(false);
    expect(
      net
        .train()
        .modules()
        .every((module) => module.training),
    ).to.equal(true);
  });

  it("forgets gradients, and can be frozen", () => {
    const net = new Linear(2, 1);
    sum(net.forward(ones([3, 2]))).backward();
    expect([...(net.weight.grad?.data ?? [])]).to.deep.equal([3, 3]);
    net.zeroGrad();
    expect(net.weight.grad).to.equal(null);
    net.requiresGrad_(false);
    expect(net.forward(ones([3, 2])).requiresGrad).to.equal(false);
  });

  it("is visited from the leaves to the root", () => {
    const visited: string[] = [];
    new Sequential(new ReLU(), new Sequential(new Linear(1, 1))).apply((module) => {
      visited.push(module.constructor.name);
    });
    expect(visited).to.deep.equal(["ReLU", "Linear", "Sequential", "Sequential"]);
  });

  it("refuses buffer names that have dots or are taken", () => {
    const block = new Block();
    expect(() => block.registerBuffer("seen", zeros([1]))).to.throw("taken");
    expect(() => block.registerBuffer("a.b", zeros([1]))).to.throw("dot");
  });
});

describe("a module prints as PyTorch's", () => {
  const trees: Readonly<Record<string, () => Module>> = {
    nested: () => new Sequential(new Linear(1, 2), new Sequential(new ReLU(), new Linear(2, 1))),
    list: () => new ModuleList([new ReLU(), new ReLU(), new Linear(1, 1), new ReLU()]),
    dict: () => new ModuleDict({ a: new ReLU(), b: new ModuleList() }),
    empty: () => new Sequential(),
    mnist: () => createMnistNet("examples"),
  };
  for (const [name, make] of Object.entries(trees)) {
    it(name, () => {
      expect(String(make()).replace("ExamplesMnistNet", "Mnist")).to.equal(fixture.trees[name]);
    });
  }
});

describe("loading a state dict", () => {
  const state = (): Map<string, AnyTensor> => {
    const block = new Block();
    block.scale.data[0] = 5;
    return block.stateDict();
  };

  it("copies values, so that the source can change afterwards", () => {
    const source = state();
    const block = new Block();
    expect(block.loadStateDict(source)).to.deep.equal({ missing: [], unexpected: [] });
    source.get("scale")?.copyFrom(zeros([1]));
    expect(block.scale.data[0]).to.equal(5);
  });

  it("converts element types", () => {
    const block = new Block();
    block.loadStateDict(new Map([...state()].map(([name, x]) => [name, x.to("float64")])));
    expect(block.scale.dtype).to.equal("float32");
    expect(block.scale.data[0]).to.equal(5);
  });

  it("lists everything that does not fit, with the likely name", () => {
    const wrong = state();
    wrong.delete("body.1.running_mean");
    wrong.set("body.1.running_means", zeros([2]));
    wrong.set("scale", zeros([2]));
    expect(() => new Block().loadStateDict(wrong)).to.throw(
      StateDictError,
      "does not fit Block:\n  scale: expected [1], got [2]\n  body.1.running_mean: missing\n" +
        "  body.1.running_means: unexpected; did you mean body.1.running_mean?",
    );
  });

  it("changes nothing when something does not fit", () => {
    const wrong = state();
    wrong.set("body.0.weight", zeros([1]));
    const block = new Block();
    expect(() => block.loadStateDict(wrong)).to.throw("body.0.weight");
    expect(block.scale.data[0]).to.equal(1);
  });

  it("reports rather than refuses names when it is not strict", () => {
    const partial = new Map([
      ["scale", zeros([1])],
      ["extra", zeros([1])],
    ]);
    const { missing, unexpected } = new Block().loadStateDict(partial, { strict: false });
    expect(unexpected).to.deep.equal(["extra"]);
    expect(missing).to.include("seen").and.not.include("scale");
  });

  it("takes files from before PyTorch counted batches", () => {
    const old = state();
    old.delete("body.1.num_batches_tracked");
    expect(() => new Block().loadStateDict(old)).to.not.throw();
  });

  it("knows the names that DataParallel saves", () => {
    const parallel = new Map([...state()].map(([name, x]) => [`module.${name}`, x]));
    expect(() => new Block().loadStateDict(parallel)).to.throw("DataParallel");
  });
});

describe("containers", () => {
  it("hand out their modules", () => {
    const list = new ModuleList([new ReLU()]).append(new Linear(1, 1));
    expect(list.length).to.equal(2);
    expect(list.at(-1)).to.be.instanceOf(Linear);
    expect([...list]).to.have.length(2);
    expect(() => list.at(2)).to.throw("no module 2 among 2");
    const dict = new ModuleDict().set("act", new ReLU());
    expect(dict.get("act")).to.be.instanceOf(ReLU);
    expect(() => dict.get("art")).to.throw('no module "art"');
  });

  it("that hold lists are not applied as a whole", () => {
    expect(() => new ModuleList().forward()).to.throw("one by one");
    expect(() => new ModuleDict().forward()).to.throw("by name");
  });
});
