import { expect } from "chai";
import { loadCheckpoint, sniffFormat, writeZip } from "../../src/checkpoint/index.ts";
import { FormatError } from "../../src/errors.ts";
import { archive, pickle, text } from "./pickles.ts";
import { fixture } from "./pytorch-files.ts";

/** Bytes of text in which each character is one byte, filled up with zeros. */
function bytes(content: string, length = content.length): Uint8Array {
  const result = new Uint8Array(length);
  result.set(Uint8Array.from(content, (character) => character.charCodeAt(0)));
  return result;
}

function zip(...names: string[]): Uint8Array {
  return writeZip(names.map((name) => ({ name, bytes: new Uint8Array(0) })));
}

describe("A file that holds no weights is refused by the name of what it is, with what to do", () => {
  const cases: readonly (readonly [what: string, file: Uint8Array, says: string | RegExp])[] = [
    ["nothing", new Uint8Array(0), "the file is empty (0 bytes)"],
    ["TorchScript", fixture("torchscript.pt"), /TorchScript.*torch\.save\(model\.state_dict\(\), PATH\)/],
    ["an exported program", fixture("exported.pt2"), "an exported program (.pt2)"],
    [
      "a whole module",
      fixture("whole-module.pt"),
      /whole module.*torch\.save\(model\.state_dict\(\), PATH\)/,
    ],
    ["a whole module, legacy", fixture("whole-module-legacy.pt"), "torch.nn.modules.container.Sequential"],
    ["a TorchServe archive", zip("MAR-INF/MANIFEST.json", "mnist.pt"), "a TorchServe model archive (.mar)"],
    ["another zip", zip("readme.txt", "photo.jpg"), 'it holds "readme.txt", "photo.jpg", but no data.pkl'],
    ["a zip with two roots", zip("a/data.pkl", "b/version"), "one folder that holds data.pkl"],
    ["tar of PyTorch 0.1", bytes("\0".repeat(257) + "ustar", 512), "the format of PyTorch 0.1"],
    ["ONNX", bytes("\x08\x08\x12\x07pytorch\x1a\x05"), "an ONNX model"],
    ["GGUF", bytes("GGUF\x03"), "a GGUF file"],
    ["HDF5", bytes("\x89HDF\r\n\x1a\n"), "an HDF5 file"],
    ["NumPy", bytes("\x93NUMPY\x01"), "a NumPy array"],
    ["7z", bytes("7z\xbc\xaf\x27\x1c"), "a 7z archive"],
    ["gzip", bytes("\x1f\x8b\x08"), "compressed by gzip"],
    [
      "a Git LFS pointer",
      bytes("version https://git-lfs.github.com/spec/v1\noid sha256:0"),
      "Run: git lfs pull",
    ],
    ["a web page", bytes("\n<!DOCTYPE html><html>"), "an HTML page"],
    ["a web page without a doctype", bytes("<html><body>Not found"), "an HTML page"],
    ["a PNG", bytes("\x89PNG\r\n\x1a\n"), "a PNG picture"],
    ["a JPEG", bytes("\xff\xd8\xff\xe0"), "a JPEG picture"],
    ["a pickle of something else", pickle(text("hello")), "a pickle that torch.save did not write"],
    ["noise", bytes("\x01\x02\x03"), "3 bytes that begin with 01 02 03"],
  ];
  for (const [what, file, says] of cases) {
    it(what, () => {
      expect(() => loadCheckpoint(file)).to.throw(FormatError, says);
    });
  }

  it("a .pt of a version to come", () => {
    const file = writeZip([
      { name: "a/data.pkl", bytes: pickle("NONE") },
      { name: "a/version", bytes: bytes("11\n") },
    ]);
    expect(() => loadCheckpoint(file)).to.throw(FormatError, 'version 1 to 10, got "11"');
  });

  it("a .pt of no known byte order", () => {
    const file = writeZip([
      { name: "a/data.pkl", bytes: pickle("NONE") },
      { name: "a/byteorder", bytes: bytes("middle") },
    ]);
    expect(() => loadCheckpoint(file)).to.throw(FormatError, 'got "middle"');
  });
});

describe("The format of a file", () => {
  it("is told by its bytes", () => {
    expect(sniffFormat(archive(pickle("NONE")))).to.equal("pt-zip");
    expect(sniffFormat(fixture("views-legacy.pt"))).to.equal("pt-legacy");
    expect(sniffFormat(bytes("\x02\0\0\0\0\0\0\0{}"))).to.equal("safetensors");
    expect(sniffFormat(bytes('  {"format": 1}'))).to.equal("json");
  });
});
