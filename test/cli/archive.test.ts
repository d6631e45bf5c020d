import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { writePt } from "../../src/checkpoint/index.ts";
import { openZip } from "../../src/zip/index.ts";
import { candil, Folder } from "../support/cli.ts";
import { seededState } from "../support/mnist.ts";

let folder: Folder;
let files: string[];
before(async () => {
  folder = await Folder.create({
    "weights.pt": writePt(seededState()),
    "net.py": "class Net: pass\n",
    "handler.py": "def handle(data, context): pass\n",
  });
  files = [
    ...["--model-file", folder.file("net.py"), "--serialized-file", folder.file("weights.pt")],
    ...["--handler", folder.file("handler.py"), "--export-path", folder.path],
  ];
});
after(() => folder.remove());

describe("candil archive", () => {
  it("writes an archive, whose file it names", async () => {
    const { code, stdout, stderr } = await candil([
      "archive",
      "--model-name",
      "net",
      "--version",
      "1.0",
      ...files,
    ]);
    expect([code, stderr, stdout]).to.deep.equal([0, "", `${folder.file("net.mar")}\n`]);
    const zip = openZip(await readFile(folder.file("net.mar")));
    expect([...zip.entries.keys()]).to.deep.equal([
      "net.py",
      "weights.pt",
      "handler.py",
      "MAR-INF/MANIFEST.json",
    ]);
  });

  it("is torch-model-archiver under that name: silent, and with its words and codes", async () => {
    const run = (...args: string[]): ReturnType<typeof candil> => candil(["torch-model-archiver", ...args]);
    const done = await run("--model-name", "other", "-v", "1.0", ...files);
    expect(done).to.deep.equal({ code: 0, stdout: "", stderr: "" });
    const again = await run("--model-name", "other", "-v", "1.0", ...files);
    expect(again).to.deep.include({ code: 1, stdout: "" });
    expect(again.stderr).to.equal(
      `ERROR - ${folder.file("other.mar")} already exists.\n` +
        "Please specify --force/-f option to overwrite the model archive output file.\n" +
        "See -h/--help for more details.\n",
    );
    const forced = await run("--model-name", "other", "-v", "1.0", "-f", ...files);
    expect(forced).to.deep.include({
      code: 0,
      stderr: `WARNING - Overwriting ${folder.file("other.mar")} ...\n`,
    });
  });

  it("names missing flags and wrong choices as argparse does, with code 2", async () => {
    const missing = await candil(["torch-model-archiver", "--handler", "x"]);
    expect(missing.code).to.equal(2);
    expect(missing.stderr).to.match(
      /^usage: .*\ntorch-model-archiver: error: the following arguments are required: --model-name, -v\/--version\n$/,
    );
    const choice = ["--model-name", "m", "-v", "1", "--handler", "x", "--archive-format", "rar"];
    const { code, stderr } = await candil(["archive", ...choice]);
    expect(code).to.equal(2);
    expect(stderr).to.equal(
      "candil: argument --archive-format: invalid choice: 'rar' (choose from 'tgz', 'no-archive', 'zip-store', 'default')\n",
    );
  });
});

describe("candil inspect of an archive", () => {
  it("shows manifest, files and weights", async () => {
    await candil(["archive", "--model-name", "seen", "--version", "2.0", ...files]);
    const { code, stdout } = await candil(["inspect", folder.file("seen.mar")]);
    expect(code).to.equal(0);
    expect(stdout).to.match(
      /seen\.mar: model archive\n\n {2}model {10}seen, version 2\.0\n {2}handler {8}handler\.py/,
    );
    expect(stdout).to.match(/conv1\.weight +float32 +\[32, 1, 3, 3\] +288/);
    expect(stdout).to.include("8 tensors, 1,199,882 elements");
  });

  it("gives the same as JSON", async () => {
    const { stdout } = await candil(["inspect", folder.file("seen.mar"), "--json"]);
    const document = JSON.parse(stdout) as Record<
      string,
      { readonly model?: object; readonly entries?: object[] }
    >;
    expect(document["format"]).to.equal("mar");
    expect(document["manifest"].model).to.include({ modelName: "seen", serializedFile: "weights.pt" });
    expect(document["weights"].entries).to.have.length(8);
  });

  it("names every line that candil does not read, in model file and handler", async () => {
    const model = [
      "from torch import nn",
      "import torch",
      "class Net(nn.Module):",
      "    def __init__(self):",
      "        super().__init__()",
      "        self.fc = nn.Linear(2, 2)",
      "    def forward(self, x):",
      "        x = torch.fft.fft(x)",
      "        yield x",
      "        return self.fc(x)",
    ];
    const handler = [
      "from ts.torch_handler.base_handler import BaseHandler",
      "class Own(BaseHandler):",
      "    def postprocess(self, data):",
      "        yield data",
    ];
    writeFileSync(folder.file("odd.py"), model.join("\n"));
    writeFileSync(folder.file("odd_handler.py"), handler.join("\n"));
    const flags = ["--model-file", folder.file("odd.py"), "--handler", folder.file("odd_handler.py")];
    const weights = ["--serialized-file", folder.file("weights.pt"), "--export-path", folder.path];
    await candil(["archive", "--model-name", "odd", "--version", "1.0", ...flags, ...weights]);
    const { code, stdout } = await candil(["inspect", folder.file("odd.mar")]);
    expect(code).to.equal(0);
    const refused = stdout.split("\n").filter((line) => line.startsWith("not supported: "));
    expect(refused.map((line) => /odd\w*\.py:\d+/.exec(line)?.[0])).to.deep.equal([
      "odd.py:8",
      "odd.py:9",
      "odd_handler.py:4",
    ]);
    for (const line of refused) expect(line).to.match(/outside of|does not know/);
    expect(refused[0]).to.include("torch.fft").and.include("register a TypeScript module");
  });
});
