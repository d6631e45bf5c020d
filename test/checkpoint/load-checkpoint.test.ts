import { expect } from "chai";
import { FormatError } from "../../src/errors.ts";
import {
  findStateDict,
  loadCheckpoint,
  writePt,
  writeSafetensors,
  writeJson,
} from "../../src/checkpoint/index.ts";
import type { CheckpointValue } from "../../src/checkpoint/index.ts";
import { tensor } from "../../src/tensor/creation.ts";
import { expectSame, fixture } from "./pytorch-files.ts";

const w = tensor([1, 2]);
const names = [
  "conv1.weight",
  "conv1.bias",
  "bn1.weight",
  "bn1.bias",
  "bn1.running_mean",
  "bn1.running_var",
  "bn1.num_batches_tracked",
  "fc1.weight",
  "fc1.bias",
];

function map(items: Record<string, CheckpointValue>): Map<string, CheckpointValue> {
  return new Map(Object.entries(items));
}

describe("Loading a checkpoint", () => {
  for (const file of [
    "weights.pt",
    "cuda.pt",
    "cuda-legacy.pt",
    "protocol4.pt",
    "compiled.pt",
    "data-parallel.pt",
  ]) {
    it(`finds the weights under the model's own names in ${file}`, () => {
      const { stateDict } = loadCheckpoint(fixture(file));
      expect([...stateDict.keys()]).to.deep.equal(names);
      expectSame(new Map(stateDict), new Map(loadCheckpoint(fixture("weights.pt")).stateDict));
    });
  }

  it("leaves everything else of a training checkpoint readable", () => {
    const { value, stateDict, notes } = loadCheckpoint(fixture("training.pt"));
    expect([...stateDict.keys()]).to.deep.equal(names);
    expect(value).to.be.instanceOf(Map);
    expect(notes).to.deep.equal([
      'weights taken from "model_state_dict"; beside them: epoch, optimizer_state_dict, scheduler, loss',
    ]);
  });

  it("tells what it took off the names", () => {
    expect(loadCheckpoint(fixture("data-parallel.pt")).notes).to.deep.equal([
      'weights taken from "net"; beside them: acc, epoch',
      'prefix "module." taken off the names',
    ]);
    expect(loadCheckpoint(fixture("compiled.pt")).notes).to.deep.equal([
      'prefix "_orig_mod." taken off the names',
    ]);
  });

  it("tells the formats apart by their bytes", () => {
    const stateDict = new Map([["w", w]]);
    const { json, bin } = writeJson(stateDict, { bin: true });
    const jsonBytes = new TextEncoder().encode(json);
    expect(loadCheckpoint(writePt(stateDict)).format).to.equal("pt-zip");
    expect(loadCheckpoint(writeSafetensors(stateDict)).format).to.equal("safetensors");
    expect(loadCheckpoint(jsonBytes, { bin }).format).to.equal("json");
    for (const bytes of [writePt(stateDict), writeSafetensors(stateDict)]) {
      expectSame(new Map(loadCheckpoint(bytes).stateDict), new Map(stateDict));
    }
    expect(() => loadCheckpoint(jsonBytes)).to.throw(FormatError, "values are in the .bin beside the .json");
  });
});

describe("Finding the state dict in a checkpoint", () => {
  it("follows wrappers inside wrappers", () => {
    const found = findStateDict(map({ model: map({ state_dict: map({ w }) }), optimizer: map({}) }));
    expect([...found.stateDict.keys()]).to.deep.equal(["w"]);
  });

  it("takes the only dict of tensors under a name that it does not know", () => {
    const found = findStateDict(map({ generator: map({ w }), epoch: 3 }));
    expect(found.notes).to.deep.equal(['weights taken from "generator"; beside them: epoch']);
  });

  it("does not choose between two", () => {
    const value = map({ generator: map({ w }), critic: map({ w }) });
    expect(() => findStateDict(value)).to.throw(FormatError, "got a dict of generator, critic");
  });

  it("leaves out what is no tensor, and says so", () => {
    const found = findStateDict(map({ w, extra: "text", version: 3 }));
    expect([...found.stateDict.keys()]).to.deep.equal(["w"]);
    expect(found.notes).to.deep.equal(["extra, version are no tensors"]);
  });

  it("keeps module. where only some names have it", () => {
    const found = findStateDict(map({ "module.w": w, head: w }));
    expect([...found.stateDict.keys()]).to.deep.equal(["module.w", "head"]);
  });

  it("takes _orig_mod. off inside of names too, and refuses when names fall together", () => {
    expect([...findStateDict(map({ "net._orig_mod.w": w })).stateDict.keys()]).to.deep.equal(["net.w"]);
    expect(() => findStateDict(map({ "_orig_mod.w": w, w }))).to.throw(FormatError, "same name");
  });

  it("notes NaN and infinite values", () => {
    const found = findStateDict(map({ a: tensor([NaN]), b: w, c: tensor([-Infinity]) }));
    expect(found.notes).to.deep.equal(["NaN or infinite values in a, c"]);
  });

  for (const [what, value, says] of [
    ["a single tensor", w, "got a single tensor; readPt reads it"],
    ["a list", [w], "got a list of 1; readPt reads it"],
    ["an empty dict", new Map(), "got an empty dict"],
    ["None", null, "got None"],
    ["a dict of numbers", map({ a: 1 }), "got a dict of a"],
  ] as const) {
    it(`refuses ${what}, naming it`, () => {
      expect(() => findStateDict(value as CheckpointValue)).to.throw(FormatError, says);
    });
  }
});
