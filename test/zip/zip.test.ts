import { expect } from "chai";
import { deflateRawSync } from "node:zlib";
import { crc32, openZip, writeZip } from "../../src/checkpoint/index.ts";
import { ArgumentError, FormatError } from "../../src/errors.ts";
import { concat, le64 } from "../checkpoint/pickles.ts";
import { fixture } from "../checkpoint/pytorch-files.ts";
import { rawZip } from "./raw-zip.ts";
import type { RawEnd, RawEntry } from "./raw-zip.ts";

const packed = new TextEncoder().encode("hello");
const entry: RawEntry = { name: "a", packed };
const zeros = new Uint8Array(200_000);

function deflated(name: string, content: Uint8Array): RawEntry {
  const bytes = new Uint8Array(deflateRawSync(content));
  return { name, packed: bytes, method: 8, crc: crc32(content), size: content.length };
}

function refused(bytes: Uint8Array, says: string, read = "a"): void {
  expect(() => openZip(bytes).read(read)).to.throw(FormatError, says);
}

describe("CRC-32", () => {
  it("gives the check value of its definition", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).to.equal(0xcbf43926);
    expect(crc32(new Uint8Array(0))).to.equal(0);
  });

  it("goes on from a checksum of what came before", () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);
    expect(crc32(bytes.subarray(333), crc32(bytes.subarray(0, 333)))).to.equal(crc32(bytes));
  });
});

describe("A zip archive", () => {
  it("gives back what was written, aligned where it was asked for", () => {
    const files = [0, 1, 63, 64, 65, 1000].map((length) => ({
      name: `folder/${length}`,
      bytes: Uint8Array.from({ length }, (_, i) => i),
    }));
    for (const alignment of [1, 64]) {
      const bytes = writeZip(files, { alignment });
      const zip = openZip(bytes);
      expect([...zip.entries.keys()]).to.deep.equal(files.map((file) => file.name));
      for (const file of files) {
        const content = zip.read(file.name);
        expect(content).to.deep.equal(file.bytes);
        expect((content.byteOffset - bytes.byteOffset) % alignment).to.equal(0);
      }
    }
  });

  it("is deflated where a compressor is given and that saves something", () => {
    const files = [
      { name: "zeros", bytes: zeros },
      { name: "short", bytes: packed },
    ];
    const zip = openZip(writeZip(files, { deflate: deflateRawSync }));
    expect(zip.entries.get("zeros")?.compressedSize).to.be.below(1000);
    expect(zip.entries.get("short")?.compressed).to.equal(false);
    for (const { name, bytes } of files) expect(zip.read(name)).to.deep.equal(bytes);
  });

  it("is refused beyond 65,534 files, since zip64 is not written", () => {
    const files = Array.from({ length: 65_535 }, (_, i) => ({ name: String(i), bytes: new Uint8Array(0) }));
    expect(() => writeZip(files)).to.throw(ArgumentError, "at most 65534 files");
  });

  it("of PyTorch's is read: zip64 end, data descriptors, padding", () => {
    const zip = openZip(fixture("weights.pt"));
    expect(zip.entries.get("weights/data.pkl")?.hasDescriptor).to.equal(true);
    expect(new TextDecoder().decode(zip.read("weights/version"))).to.equal("3\n");
    for (const name of zip.entries.keys())
      expect(zip.read(name)).to.have.length(zip.entries.get(name)?.size ?? -1);
  });

  it("with deflated entries, folders and a comment is read", () => {
    const folder = { name: "folder/", packed: new Uint8Array(0) };
    const zip = openZip(rawZip([folder, deflated("folder/zeros", zeros), entry], { comment: packed }));
    expect(zip.read("folder/zeros")).to.deep.equal(zeros);
    expect(zip.read("a")).to.deep.equal(packed);
  });

  it("with sizes in zip64 fields is read", () => {
    const extra = concat(Uint8Array.of(1, 0, 16, 0), le64(5), le64(5));
    const wide = { ...entry, size: 0xffffffff, compressedSize: 0xffffffff, extra };
    expect(openZip(rawZip([wide], { count: 0xffff, zip64: { count: 1 } })).read("a")).to.deep.equal(packed);
  });

  it("says that it does not have an entry", () => {
    refused(rawZip([entry]), 'there is no entry "b"', "b");
  });
});

describe("A zip archive is refused when two readers could understand it differently", () => {
  const cases: readonly (readonly [what: string, bytes: Uint8Array, says: string])[] = [
    ["a wrong checksum", rawZip([{ ...entry, crc: 1 }]), 'the checksum of "a"'],
    ["a name that is there twice", rawZip([entry, entry]), '"a" is there twice'],
    [
      "an own header of another name",
      rawZip([{ ...entry, local: { name: "b" } }]),
      "contradicts the directory",
    ],
    [
      "an own header of another size",
      rawZip([{ ...entry, local: { size: 6, compressedSize: 6 } }]),
      "contradicts",
    ],
    ["an own header of another method", rawZip([{ ...entry, local: { method: 8 } }]), "contradicts"],
    ["an own header of another checksum", rawZip([{ ...entry, local: { crc: 7 } }]), "contradicts"],
    [
      "a descriptor that only the directory has",
      rawZip([{ ...entry, flags: 8, local: { flags: 0 } }]),
      "contradicts",
    ],
    [
      "sizes missing without a descriptor",
      rawZip([{ ...entry, local: { size: 0, compressedSize: 0, crc: 0 } }]),
      "contra",
    ],
    ["an encrypted entry", rawZip([{ ...entry, flags: 1 }]), "encrypted or patched"],
    ["a patched entry", rawZip([{ ...entry, flags: 0x20 }]), "encrypted or patched"],
    ["a strongly encrypted entry", rawZip([{ ...entry, flags: 0x40 }]), "encrypted or patched"],
    ["masked headers", rawZip([{ ...entry, flags: 0x2000 }]), "encrypted or patched"],
    ["bzip2", rawZip([{ ...entry, method: 12 }]), "packed by method 12"],
    ["stored content of two sizes", rawZip([{ ...entry, size: 9 }]), "5 bytes should become 9"],
    ["two entries in one place", rawZip([entry, { ...entry, name: "b", offset: 0, local: {} }]), "overlaps"],
    [
      "an entry inside another",
      rawZip([
        { name: "b", packed: rawZip([entry]) },
        { ...entry, offset: 31 },
      ]),
      "overlaps",
    ],
    ["an entry outside the file", rawZip([{ ...entry, offset: 1_000_000 }]), "lies outside the file"],
    ["an entry that points nowhere", rawZip([{ ...entry, offset: 3 }]), "has no header of its own"],
    [
      "content that reaches into the directory",
      rawZip([{ ...entry, size: 60, compressedSize: 60 }]),
      "cut short",
    ],
    ["a second disk", rawZip([entry], { disk: 1 }), "several parts"],
    ["a count that is too high", rawZip([entry], { count: 2 }), "not where the end"],
    [
      "a count that is too low",
      rawZip([entry, { ...entry, name: "b" }], { count: 1 }),
      "after its 1 entries",
    ],
    ["a directory elsewhere", rawZip([entry], { offset: 0 }), "not where the end"],
    ["bytes between directory and end", rawZip([entry], { size: 40 }), "not where the end"],
    ["bytes after the end", concat(rawZip([entry]), packed), "other bytes after it"],
    ["bytes before the beginning", concat(packed, rawZip([entry])), "not where the end"],
    ["a zip64 record that disagrees", rawZip([entry], { zip64: { count: 2 } }), "contradicts the zip64"],
    [
      "a zip64 record of 2^50 entries",
      rawZip([entry], { count: 0xffff, zip64: { count: 2 ** 50 } }),
      "at most 200000",
    ],
    [
      "a zip64 directory at 2^50",
      rawZip([entry], { offset: -1, zip64: { count: 1, offset: 2 ** 50 } }),
      "not where",
    ],
    ["a zip64 size without its field", rawZip([{ ...entry, size: 0xffffffff }]), "has no zip64 field"],
  ];
  for (const [what, bytes, says] of cases) {
    it(what, () => {
      refused(bytes, says);
    });
  }

  const names = ["../a", "a/../b", "/a", "a//b", "./a", "a/.", "..", "", "C:/a", "a\\b", "a\0b", "/"];
  for (const name of names) {
    it(`the name ${JSON.stringify(name)}`, () => {
      refused(rawZip([{ ...entry, name }]), "could leave the archive");
    });
  }
});

describe("A zip archive cannot unpack to more than it may", () => {
  const bomb = new Uint8Array(64 * 2 ** 20);

  it("unless the caller allows it", () => {
    const bytes = rawZip([deflated("a", bomb)]);
    refused(bytes, "would unpack to 67108864 bytes, more than the 16777216");
    expect(openZip(bytes, { maxTotalBytes: bomb.length }).read("a")).to.have.length(bomb.length);
  });

  it("in many entries of one size each", () => {
    const one = deflated("a", new Uint8Array(2 ** 20));
    const entries = Array.from({ length: 20 }, (_, i) => ({ ...one, name: String(i) }));
    refused(rawZip(entries), "would unpack to");
  });

  it("when the announced size is a lie", () => {
    refused(rawZip([{ ...deflated("a", zeros), size: 1000 }]), "yields more than the 1000 bytes");
    refused(rawZip([{ ...deflated("a", zeros), size: 200_001 }]), "but");
    refused(rawZip([{ ...deflated("a", packed), size: 10_000_000 }]), "cannot become");
  });

  it("beyond the number of entries that the caller allows", () => {
    const end: RawEnd = {};
    expect(() => openZip(rawZip([entry, { ...entry, name: "b" }], end), { maxEntries: 1 })).to.throw(
      FormatError,
      "at most 1",
    );
  });
});
