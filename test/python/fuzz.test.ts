import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { moduleFromSource, PythonError, zeros } from "../../src/index.ts";

const folder = new URL("../fixtures/python/models/", import.meta.url);
const sources = ["lenet", "modulelist_mlp", "densenet_blocks", "cnn_helpers", "mobilenet_v1"].map((stem) =>
  readFileSync(new URL(`${stem}.py`, folder), "utf8"),
);

/** Reads and runs a source: whatever it is, it works or throws the one error class. */
function survives(source: string): boolean {
  try {
    const net = moduleFromSource({ source, file: "fuzz.py", limits: { steps: 20_000, elements: 1_000_000 } });
    net.forward(zeros([1, 3, 8, 8]));
  } catch (error) {
    expect(error, source).to.be.instanceOf(PythonError);
  }
  return true;
}

const TOKENS = (
  "x y self None True 0 1 -1 2.5 '' 'ab' [ ] ( ) { } : , . = == + - * ** / // % @ < in not is and or if else for while def class return " +
  "lambda import from as torch nn F len range super type print str int list dict tuple max sum sorted getattr setattr del try except raise with " +
  "assert global pass break f'{x:>3}' __class__ __proto__ constructor __init__ forward nn.Module nn.Linear torch.zeros x.view *x **y \n"
).split(" ");

describe("Python source that is no model", () => {
  it("mutated model files work or throw PythonError", () => {
    const mutation = fc.record({
      source: fc.constantFrom(...sources),
      at: fc.nat(2000),
      cut: fc.nat(30),
      insert: fc.constantFrom(...TOKENS),
    });
    fc.assert(
      fc.property(mutation, ({ source, at, cut, insert }) => {
        const place = at % source.length;
        return survives(`${source.slice(0, place)}${insert}${source.slice(place + cut)}`);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it("random tokens work or throw PythonError", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TOKENS), { maxLength: 30 }), (tokens) =>
        survives(`import torch\nimport torch.nn as nn\n${tokens.join(" ")}\n`),
      ),
      { numRuns: 300, seed: 2 },
    );
  });

  it("random expressions over values of every kind work or throw PythonError", () => {
    const atom = fc.constantFrom(
      "1",
      "0",
      "-3",
      "2.5",
      "'ab'",
      "b'x'",
      "None",
      "True",
      "[1, 2]",
      "(1,)",
      "{'a': 1}",
      "{1}",
      "range(3)",
      "torch.zeros(2, 3)",
      "torch.arange(3)",
      "nn.Linear(2, 2)",
      "nn.Sequential()",
      "len",
      "nn",
      "torch.float32",
      "...",
    );
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 3 },
        atom,
        fc
          .tuple(
            tie("expression"),
            fc.constantFrom("+", "-", "*", "/", "//", "%", "**", "@", "<", "==", "in", "&", "and"),
            tie("expression"),
          )
          .map(([a, op, b]) => `(${a} ${op} ${b})`),
        fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `${a}[${b}]`),
        fc
          .tuple(
            fc.constantFrom(
              "len",
              "str",
              "repr",
              "int",
              "float",
              "list",
              "sum",
              "max",
              "sorted",
              "tuple",
              "set",
              "abs",
              "torch.cat",
              "torch.relu",
              "nn.ReLU()",
              "F.pad",
              "isinstance",
            ),
            tie("expression"),
          )
          .map(([f, a]) => `${f}(${a})`),
        fc
          .tuple(
            tie("expression"),
            fc.constantFrom(
              "shape",
              "T",
              "view(-1)",
              "mean()",
              "append(1)",
              "items()",
              "upper()",
              "weight",
              "x",
              "flatten(1)",
              "sum(0)",
              "squeeze()",
            ),
          )
          .map(([a, name]) => `${a}.${name}`),
      ),
    }));
    fc.assert(
      fc.property(expression, (text) =>
        survives(
          `import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\nx = ${text}\nprint(x, repr(x))\n`,
        ),
      ),
      { numRuns: 600, seed: 3 },
    );
  });
});
