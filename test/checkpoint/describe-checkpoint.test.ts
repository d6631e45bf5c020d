import { expect } from "chai";
import { describeCheckpoint, writeJson, writePt, writeSafetensors } from "../../src/checkpoint/index.ts";
import { tensor } from "../../src/tensor/creation.ts";
import { FormatError } from "../../src/errors.ts";
import { archive, concat, le64, pickle, rawPickle, storage, tensor as storedTensor } from "./pickles.ts";
import { fixture } from "./pytorch-files.ts";

describe("Describing a checkpoint", () => {
  it("lists names, shapes and the element types of the file", () => {
    const { format, entries, unsupported } = describeCheckpoint(fixture("weights.pt"));
    expect({ format, unsupported }).to.deep.equal({ format: "pt-zip", unsupported: [] });
    expect(entries).to.have.length(9);
    expect(entries[0]).to.deep.equal({
      name: "conv1.weight",
      dtype: "float32",
      shape: [2, 1, 3, 3],
      elements: 18,
      bytes: 72,
    });
    expect(entries[6]).to.deep.equal({
      name: "bn1.num_batches_tracked",
      dtype: "int64",
      shape: [],
      elements: 1,
      bytes: 8,
    });
  });

  it("tells narrow types by their own names", () => {
    const { entries } = describeCheckpoint(fixture("dtypes-legacy.pt"));
    const bytes = Object.fromEntries(entries.map((entry) => [entry.dtype, entry.bytes / entry.elements]));
    expect(bytes).to.include({ bfloat16: 2, float16: 2, float8_e4m3fn: 1, uint64: 8, bool: 1 });
  });

  it("names tensors by the path to them, and tells what else there is", () => {
    const { entries, notes } = describeCheckpoint(fixture("training.pt"));
    const names = entries.map((entry) => entry.name);
    expect(names).to.include.members([
      "model_state_dict.conv1.weight",
      "optimizer_state_dict.state.0.exp_avg",
    ]);
    expect(notes).to.deep.equal(["beside tensors: epoch, loss"]);
  });

  for (const [file, names, says] of [
    ["whole-module.pt", ["0.weight", "0.bias"], "Sequential, torch.nn.modules.linear.Linear"],
    ["whole-module-legacy.pt", ["0.weight", "0.bias"], "a whole module with its classes"],
    ["complex.pt", [], "torch.ComplexFloatStorage: complex tensors are not read"],
    ["complex-legacy.pt", [], "save torch.view_as_real(x)"],
    ["quantised.pt", [], "x.dequantize()"],
    ["sparse.pt", ["s.0", "s.1"], "save x.to_dense()"],
    ["meta.pt", [], "no values of its own in the file"],
    ["numpy.pt", [], "NumPy's objects are not read"],
  ] as const) {
    it(`lists ${file}, which is not read, and says why`, () => {
      const { entries, unsupported } = describeCheckpoint(fixture(file));
      expect(entries.map((entry) => entry.name)).to.deep.equal(names);
      expect(unsupported.join()).to.include(says);
    });
  }

  it("lists the weights beside an object that is not read", () => {
    const { entries, unsupported } = describeCheckpoint(fixture("namespace.pt"));
    expect(entries).to.have.length(9);
    expect(unsupported).to.deep.equal([
      ".pt: the file refers to argparse.Namespace: save vars(args) in the place of args, or the state_dict alone.",
    ]);
  });

  it("describes .safetensors and .json", () => {
    const weights = new Map([["w", tensor([[1, 2]])]]);
    const entry = { name: "w", dtype: "float32", shape: [1, 2], elements: 2, bytes: 8 };
    const safetensors = describeCheckpoint(writeSafetensors(weights));
    expect(safetensors.entries).to.deep.equal([entry]);
    expect(safetensors.notes).to.deep.equal(["metadata format: pt"]);
    const json = new TextEncoder().encode(writeJson(weights, { bin: true }).json);
    expect(describeCheckpoint(json).entries).to.deep.equal([entry]);
    expect(describeCheckpoint(json).notes).to.deep.equal(["the values are in the .bin beside this file"]);
  });

  it("says which tensors of a .safetensors are not read", () => {
    const text = new TextEncoder().encode('{"z":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}');
    const { entries, unsupported } = describeCheckpoint(concat(le64(text.length), text, new Uint8Array(8)));
    expect(entries[0].dtype).to.equal("C64");
    expect(unsupported[0]).to.include('tensor "z" is of C64');
  });

  it("does not materialise: a tensor expanded to gigabytes is listed", () => {
    const object = pickle(...storedTensor(storage("0", 2), [2 ** 30], [0]));
    const { entries } = describeCheckpoint(archive(object, { 0: new Uint8Array(8) }));
    expect(entries[0]).to.include({ elements: 2 ** 30, bytes: 2 ** 32 });
  });

  it("refuses what names very many classes", () => {
    const names = Array.from({ length: 1500 }, (_, i) => rawPickle(["GLOBAL", `a\nb${i}\n`]));
    const object = concat(rawPickle(["PROTO", 2], "MARK"), ...names, rawPickle("TUPLE", "STOP"));
    expect(() => describeCheckpoint(archive(object))).to.throw(FormatError, "more than 1000 classes");
  });

  it("lists every tensor of a file of its own once", () => {
    const w = tensor([1]);
    expect(
      describeCheckpoint(writePt({ a: w, list: [w, w] })).entries.map((entry) => entry.name),
    ).to.deep.equal(["a", "list.0", "list.1"]);
  });
});
