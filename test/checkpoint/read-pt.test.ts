import { expect } from "chai";
import { loadCheckpoint, openZip, readPt, writeZip } from "../../src/checkpoint/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { archive, concat, global, int, le64, legacy, pickle, storage, tensor, text } from "./pickles.ts";
import { fixture, normalize, plain, readable } from "./pytorch-files.ts";

/** A tensor of a file by name. */
function tensorOf(file: Uint8Array, name: string): Tensor<"float32"> {
  const { value } = readPt(file);
  const found = value instanceof Map ? value.get(name) : undefined;
  if (!(found instanceof Tensor)) throw new Error(`no tensor ${name}`);
  return found as Tensor<"float32">;
}

const twoFloats = new Uint8Array(Float32Array.of(1.5, -2).buffer);

describe("A .pt file of PyTorch's gives what torch.load gives, to the bit", () => {
  for (const [file, content] of readable) {
    it(file, () => {
      expect(plain(readPt(fixture(file)).value)).to.deep.equal(normalize(content));
    });
  }
});

describe("Reading a .pt file", () => {
  it("tells the two layouts apart", () => {
    expect(readPt(fixture("weights.pt")).format).to.equal("pt-zip");
    expect(readPt(fixture("views-legacy.pt")).format).to.equal("pt-legacy");
  });

  for (const file of ["views.pt", "views-legacy.pt"]) {
    it(`keeps tied weights tied, and other views apart (${file})`, () => {
      const tied = tensorOf(fixture(file), "tied_a");
      const { value } = readPt(fixture(file));
      const data = (name: string): unknown =>
        value instanceof Map && value.get(name) instanceof Tensor && (value.get(name) as Tensor).data;
      expect(data("tied_a")).to.be.instanceOf(Float32Array).and.to.equal(data("tied_b"));
      expect(data("tied_a")).to.equal(data("tied_view"));
      expect(data("tied_a")).not.to.equal(data("tied_flat"));
      expect(tied.data).to.deep.equal(Float32Array.of(1, 2, 3, 4));
    });
  }

  it("copies values: writing to a tensor does not change the file's bytes", () => {
    const bytes = fixture("single.pt");
    const before = bytes.slice();
    const { value } = readPt(bytes);
    (value as Tensor<"float32">).data.fill(9);
    expect(bytes).to.deep.equal(before);
  });

  it("takes bytes that are a view into a larger buffer, at an odd offset", () => {
    const bytes = fixture("weights.pt");
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(plain(readPt(larger.subarray(3)).value)).to.deep.equal(plain(readPt(bytes).value));
  });

  it("notes widened types and devices", () => {
    expect(readPt(fixture("float16.pt")).notes).to.deep.equal([
      "1 tensor of float16 widened to float32",
      "1 tensor of bfloat16 widened to float32",
    ]);
    expect(readPt(fixture("mps.pt")).notes).to.deep.equal(["was saved on mps"]);
    expect(readPt(fixture("cuda-legacy.pt")).notes).to.deep.equal(["was saved on cuda:0"]);
  });

  it("swaps the bytes of a file from a big-endian machine", () => {
    const zip = openZip(fixture("single.pt"));
    const files = [...zip.entries.keys()].map((name) => {
      if (name.endsWith("/byteorder")) return { name, bytes: new TextEncoder().encode("big") };
      if (!name.endsWith("/data/0")) return { name, bytes: zip.read(name) };
      const swapped = new Uint8Array(8);
      [1, 2].forEach((x, i) => new DataView(swapped.buffer).setFloat32(4 * i, x, false));
      return { name, bytes: swapped };
    });
    const { value, notes } = readPt(writeZip(files));
    expect((value as Tensor).data).to.deep.equal(Float32Array.of(1, 2));
    expect(notes).to.deep.equal(["was saved on a big-endian machine"]);
  });

  it("reads strings and an OrderedDict as Python 2 pickled them", () => {
    const pair = [
      "EMPTY_LIST",
      "MARK",
      ["SHORT_BINSTRING", 1, "w"],
      ...tensor(storage("0", 2), [2], [1]),
      "APPENDS",
    ] as const;
    const object = pickle(
      global("collections", "OrderedDict"),
      ...["EMPTY_LIST", ...pair, "APPEND", "TUPLE1", "REDUCE"],
    );
    expect([...tensorOf(archive(object, { 0: twoFloats }), "w").data]).to.deep.equal([1.5, -2]);
  });

  it("reads the rebuild functions of the first versions", () => {
    const object = pickle(
      ...["EMPTY_DICT", text("w")],
      ...[global("torch._utils", "_rebuild_tensor"), "MARK", ...storage("0", 2), int(0)],
      ...["MARK", int(2), "TUPLE", "MARK", int(1), "TUPLE", "TUPLE", "REDUCE", "SETITEM"],
    );
    expect([...tensorOf(archive(object, { 0: twoFloats }), "w").data]).to.deep.equal([1.5, -2]);
  });

  it("reads a legacy storage that is a view of another", () => {
    const id = [text("storage"), global("torch", "FloatStorage"), text("7"), text("cpu"), int(2)];
    const view = ["MARK", ...id, "MARK", text("8"), int(1), int(1), "TUPLE", "TUPLE", "BINPERSID"];
    const object = pickle("EMPTY_DICT", text("w"), ...tensor(view, [1], [1]), "SETITEM");
    expect([...tensorOf(legacy(object, ["7"], concat(le64(2), twoFloats)), "w").data]).to.deep.equal([-2]);
  });

  it("takes keys that JavaScript's objects know for ordinary names", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const items = names.flatMap((name) => [text(name), ...tensor(storage("0", 2), [2], [1])]);
    const { stateDict } = loadCheckpoint(
      archive(pickle("EMPTY_DICT", "MARK", ...items, "SETITEMS"), { 0: twoFloats }),
    );
    expect([...stateDict.keys()]).to.deep.equal(names);
    expect({}).not.to.have.property("w");
  });

  it("treats every byte of a bool but 0 as true", () => {
    const object = pickle(...tensor(storage("0", 3, "BoolStorage"), [3], [1]));
    const { value } = readPt(archive(object, { 0: Uint8Array.of(0, 1, 255) }));
    expect([...(value as Tensor<"bool">).data]).to.deep.equal([0, 1, 1]);
  });
});
