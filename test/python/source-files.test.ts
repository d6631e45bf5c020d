import { expect } from "chai";
import { moduleFromSource, PythonError } from "../../src/index.ts";
import type { ModuleSource } from "../../src/index.ts";
import { tensor } from "../../src/tensor/creation.ts";

const HEAD = "import torch.nn as nn\n";
const BLOCK = `${HEAD}
SCALE = 3

class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n
    def forward(self, x):
        return double(x) * SCALE + self.n

def double(x):
    return x * 2
`;

/** A net whose forward is an expression, after lines of imports. */
const net = (imports: string, forward: string, init = "pass"): string => `${HEAD}${imports}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        ${init}
    def forward(self, x):
        return ${forward}
`;

function read(
  source: string,
  files: Readonly<Record<string, string>>,
  more: Partial<ModuleSource> = {},
): number[] {
  const find = (name: string): string | undefined => (Object.hasOwn(files, name) ? files[name] : undefined);
  const module = moduleFromSource({ source, file: "net.py", files: find, ...more });
  return [...module.eval().forward(tensor([1, 2])).data];
}

function refusal(
  source: string,
  files: Readonly<Record<string, string>>,
  more: Partial<ModuleSource> = {},
): string {
  try {
    read(source, files, more);
  } catch (error) {
    if (error instanceof PythonError) return error.message;
    throw error;
  }
  throw new Error("it was read");
}

describe("Model source in several files", () => {
  it("imports names, modules, modules under another name, and all", () => {
    const files = { "blocks.py": BLOCK };
    const made = "self.block = Block(1)";
    expect(read(net("from blocks import Block", "self.block(x)", made), files)).to.deep.equal([7, 13]);
    expect(read(net("import blocks", "blocks.Block(2)(x)"), files)).to.deep.equal([8, 14]);
    expect(read(net("import blocks as b", "b.double(x) + b.SCALE"), files)).to.deep.equal([5, 7]);
    expect(read(net("from blocks import *", "self.block(x)", made), files)).to.deep.equal([7, 13]);
    expect(
      read(
        net("try:\n    from blocks import double\nexcept ImportError:\n    double = abs", "double(x)"),
        files,
      ),
    ).to.deep.equal([2, 4]);
  });

  it("takes a base class from another file, and does not take another file's class for the model", () => {
    const files = { "blocks.py": BLOCK };
    const source =
      "from blocks import Block\nclass Net(Block):\n    def __init__(self):\n        super().__init__(0.5)\n";
    expect(read(source, files)).to.deep.equal([6.5, 12.5]);
  });

  it("finds folders, and what their files import of each other", () => {
    const files = {
      "nets/__init__.py": "from .parts import three\nNAME = 'nets'\n",
      "nets/parts.py":
        "from ..blocks import SCALE\nfrom nets.deep.inner import one\ndef three():\n    return SCALE * one\n",
      "nets/deep/inner.py": "one = 1\n",
      "blocks.py": BLOCK,
    };
    expect(refusal(net("from nets import three", "x * three()"), files)).to.match(/parts\.py:4.*SCALE/s);
    files["nets/parts.py"] = files["nets/parts.py"].replace("..blocks", "blocks");
    expect(read(net("from nets import three", "x * three()"), files)).to.deep.equal([3, 6]);
    expect(read(net("import nets.parts", "x * nets.parts.three()"), files)).to.deep.equal([3, 6]);
    expect(read(net("from nets.deep import inner", "x * inner.one"), files)).to.deep.equal([1, 2]);
  });

  it("runs each file once, also when two import each other", () => {
    const lines: string[] = [];
    const files = {
      "a.py": "print('a')\nimport b\nA = 10\ndef both():\n    return A + b.B\n",
      "b.py": "print('b')\nimport a\nB = 5\ndef seen():\n    return a.A\n",
    };
    const source = net("import a\nimport b\nfrom a import both", "x + both() + b.seen()");
    expect(read(source, files, { print: (line) => lines.push(line) })).to.deep.equal([26, 27]);
    expect(lines).to.deep.equal(["a", "b"]);
  });

  it("prefers the vocabulary, and knows nothing outside of the files", () => {
    const files = { "torch.py": "raise ValueError()\n", "math.py": "pi = 0\n" };
    expect(read(net("import torch, math", "torch.flatten(x) * int(math.pi)"), files)).to.deep.equal([3, 6]);
    expect(refusal(net("from gone import Block", "Block()(x)"), files)).to.include(
      "candil does not know gone.Block",
    );
    expect(refusal(net("from .. import blocks", "blocks.double(x)"), { "blocks.py": BLOCK })).to.include(
      "does not know",
    );
  });

  it("names file and line of what is wrong in another file, and the nearest name", () => {
    const files = {
      "blocks.py": BLOCK.replace("return x * 2", "return os.system('true')").replace(
        HEAD,
        `import os\n${HEAD}`,
      ),
    };
    expect(refusal(net("from blocks import double", "double(x)"), files)).to.match(
      /^blocks\.py:14:\d+: .*os\.system/s,
    );
    expect(refusal(net("from blocks import Blok", "Blok(1)(x)"), { "blocks.py": BLOCK })).to.include(
      "the nearest that it knows is blocks.Block",
    );
    expect(refusal(net("import blocks", "blocks.Block(1)(x)"), { "blocks.py": "class Block(:\n" })).to.match(
      /^blocks\.py:1:\d+: this is no Python/,
    );
  });

  it("is bounded as one file is", () => {
    const endless = "n = 0\nwhile True:\n    n = n + 1\n";
    expect(refusal(net("import slow", "x"), { "slow.py": endless }, { limits: { steps: 1_000 } })).to.match(
      /slow\.py:\d+.*stopped after 1000 steps/s,
    );
    const long = `# ${"x".repeat(600_000)}\n`;
    expect(refusal(net("import a, b", "x"), { "a.py": long, "b.py": long })).to.include(
      "the imported files have more than 1000000 characters in all",
    );
    const chain = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [`m${i}.py`, `import m${i + 1}\n`]),
    );
    expect(refusal(net("import m0", "x"), chain)).to.include("nest deeper than 250");
  });
});
