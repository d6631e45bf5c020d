import { expect } from "chai";
import { moduleFromSource, PythonError, zeros } from "../../src/index.ts";
import type { PythonErrorKind } from "../../src/index.ts";

/** The error of reading a file, or of its forward. */
function failure(source: string, forward = false): PythonError {
  try {
    const net = moduleFromSource({ source, file: "model.py", limits: { steps: 200_000 } });
    if (forward) net.forward(zeros([1, 4]));
  } catch (error) {
    if (error instanceof PythonError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** A model whose forward begins on line 8. */
function model(forward: string, init = "self.fc = nn.Linear(4, 2)", before = ""): string {
  return `import torch
import torch.nn as nn
import torch.nn.functional as F
${before}
class Net(nn.Module):
    def __init__(self): super().__init__(); ${init}
    def forward(self, x):
        ${forward}
`;
}

interface Refusal {
  readonly what: string;
  readonly source: string;
  readonly kind: PythonErrorKind;
  readonly place: string;
  readonly says: RegExp;
}

const WAY_OUT = /docs\/python-subset\.md.*register a TypeScript module/;

/** Constructs of forward, each refused when the file is read, before any request. */
const constructs: readonly (readonly [what: string, forward: string, column: number, says: RegExp])[] = [
  ["a generator", "yield x", 9, /yield/],
  ["await", "return await x", 16, /await/],
  ["an async loop", "async for y in x: pass", 9, /async/],
  ["match", "match x:\n            case 1: return x", 9, /match/],
  ["a complex number", "return x * 3j", 20, /complex number/],
  ["an unknown function of torch", "return torch.fft.rfft(x)", 26, /torch\.fft/],
  ["a function that is nearly known", "return F.reluu(x)", 18, /nearest.*functional\.relu\)/],
  ["an unknown layer in forward", "return nn.LSTM(4, 2)(x)", 19, /torch\.nn\.LSTM/],
];

const refusals: readonly Refusal[] = [
  ...constructs.map(([what, forward, column, says]): Refusal => ({
    what,
    source: model(forward),
    kind: "unsupported",
    place: `model.py:8:${column}: `,
    says,
  })),
  {
    what: "an unknown layer in the constructor",
    source: model("return x", "self.rnn = nn.LSTM(4, 2)"),
    kind: "unsupported",
    place: "model.py:6:59: ",
    says: /torch\.nn\.LSTM/,
  },
  {
    what: "an unknown package when it is used",
    source: model("return x", "self.net = timm.create_model('resnet18')", "import timm"),
    kind: "unsupported",
    place: "model.py:6:61: ",
    says: /timm\.create_model/,
  },
  {
    what: "a base class that is unknown",
    source: "import lightning as pl\nclass Net(pl.LightningModule): pass\nnet = Net()\n",
    kind: "unsupported",
    place: "model.py:3:7: ",
    says: /Net, whose base is lightning\.LightningModule/,
  },
  {
    what: "weights from the network",
    source: model(
      "return x",
      "self.net = models.resnet18(pretrained=True)",
      "from torchvision import models",
    ),
    kind: "unsupported",
    place: "model.py:6:63: ",
    says: /weights=None/,
  },
  {
    what: "two models in one file",
    source: `${model("return x")}class Other(nn.Module): pass\n`,
    kind: "unsupported",
    place: "",
    says: /several classes.*Net, Other.*className/,
  },
  {
    what: "no model in the file",
    source: "x = 3\n",
    kind: "unsupported",
    place: "",
    says: /no class that inherits from torch\.nn\.Module/,
  },
  {
    what: "text that is no Python",
    source: "x = 3\ndef f(:\n",
    kind: "syntax",
    place: "model.py:2:7: ",
    says: /no Python/,
  },
  {
    what: "a return outside of a function",
    source: "return 3\n",
    kind: "syntax",
    place: "model.py:1:1: ",
    says: /return/,
  },
  {
    what: "a loop without end",
    source: model("return x", "n = 0").replace("n = 0", "[0 for _ in range(10 ** 9)]"),
    kind: "limit",
    place: "model.py:6:45: ",
    says: /steps|entries/,
  },
  {
    what: "a function that calls itself without end",
    source: "def f(n): return f(n + 1)\nf(0)\n",
    kind: "limit",
    place: "model.py:1:18: ",
    says: /nest deeper/,
  },
  {
    what: "an int beyond 2^53",
    source: "x = 2 ** 64\n",
    kind: "limit",
    place: "model.py:1:7: ",
    says: /2\^53/,
  },
  {
    what: "layers of billions of weights",
    source: model("return x", "self.fc = nn.Linear(10 ** 6, 10 ** 6)"),
    kind: "limit",
    place: "model.py:6:58: ",
    says: /elements/,
  },
  {
    what: "a hostile regular expression",
    source: "import re\nre.match('(a+)+b', 'a' * 40)\n",
    kind: "limit",
    place: "model.py:2:4: ",
    says: /steps/,
  },
  {
    what: "an exception of the source",
    source: model("return x", "raise ValueError('no such width')"),
    kind: "raised",
    place: "model.py:6:45: ",
    says: /ValueError: no such width/,
  },
  {
    what: "a name that is not defined",
    source: model("return x", "self.fc = nn.Linear(widt, 2)", "width = 4"),
    kind: "raised",
    place: "model.py:6:65: ",
    says: /'widt' is not defined; did you mean 'width'/,
  },
  {
    what: "a wrong keyword",
    source: model("return x", "self.c = nn.Conv2d(1, 2, 3, strides=2)"),
    kind: "raised",
    place: "model.py:6:57: ",
    says: /strides.*did you mean 'stride'/,
  },
];

describe("What Python source is refused", () => {
  for (const { what, source, kind, place, says } of refusals) {
    it(`${what}: with its place and a reason`, () => {
      const error = failure(source);
      expect(error.message.startsWith(place), error.message).to.equal(true);
      expect(error.message).to.match(says);
      expect(error.kind).to.equal(kind);
      if (kind === "unsupported" && place !== "" && what !== "weights from the network") {
        expect(error.message).to.match(WAY_OUT);
      }
    });
  }

  it("shapes that do not fit, at the line that computes", () => {
    const error = failure(model("return self.fc(x[:, :3])"), true);
    expect(error.message).to.match(/^model\.py:8:21: RuntimeError: linear: /);
    expect(error.cause).to.be.an("error");
  });

  it("a result of forward that is no tensor", () => {
    expect(failure(model("return x, x"), true).message).to.match(
      /forward of Net returned a value of type tuple/,
    );
  });

  it("a tensor that is out of date after a change of another view of it", () => {
    const error = failure(model("y = x.view(2, 2); y += 1; return x + 1"), true);
    expect(error.message).to.match(/model\.py:8:\d+: reading a tensor after another view/);
  });

  it("lets unused code be what it likes", () => {
    const before = "import wandb\ndef train():\n    yield wandb.log({})\n\nclass Data(wandb.Dataset): pass\n";
    const net = moduleFromSource({ source: model("return self.fc(x)", undefined, before), file: "model.py" });
    expect(net.forward(zeros([1, 4])).shape).to.deep.equal([1, 2]);
  });

  it("names of JavaScript's own objects are names like others", () => {
    const probe =
      "assert not hasattr(x, '__proto__') and not hasattr(self, 'constructor'); d = {'__proto__': 1}";
    const net = moduleFromSource({
      source: model(`${probe}; self.constructor = d['__proto__']; return x * self.constructor`),
      file: "model.py",
    });
    expect(net.forward(zeros([1, 4])).shape).to.deep.equal([1, 4]);
  });
});
