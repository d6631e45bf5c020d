import { expect } from "chai";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { packTar } from "modern-tar";
import { readArchive } from "../../src/archive/index.ts";
import { FormatError } from "../../src/errors.ts";
import { findArchive } from "../../src/node/find-archive.ts";
import { ArchiverError } from "../../src/node/collect-artifacts.ts";
import { glob } from "../../src/node/glob.ts";
import { nodeInflate } from "../../src/node/inflate.ts";
import { makeArchive } from "../../src/node/make-archive.ts";
import type { MakeArchiveOptions } from "../../src/node/make-archive.ts";
import { archiveFiles, openArchive } from "../../src/node/open-archive.ts";
import { archiveFormats } from "../../src/node/write-archive.ts";
import { Folder } from "../support/cli.ts";

let folder: Folder;
before(async () => {
  folder = await Folder.create({
    "net.py": "class Net: pass",
    "handler.py": "def handle(data, context): pass",
    "net.pt": "w".repeat(1000),
    "requirements.txt": "",
    "c.yaml": "batchSize: 2",
    ".hidden": "h",
  });
  await mkdir(folder.file("extra/inner"), { recursive: true });
  await mkdir(folder.file("extra/.git"));
  await mkdir(folder.file("out"));
  await writeFile(folder.file("extra/index_to_name.json"), '{"0": "zero"}');
  await writeFile(folder.file("extra/inner/deep.txt"), "deep");
  await writeFile(folder.file("extra/.git/config"), "no");
});
after(() => folder.remove());

const options = (more: Partial<MakeArchiveOptions> = {}): MakeArchiveOptions => ({
  modelName: "net",
  version: "1.5",
  modelFile: folder.file("net.py"),
  serializedFile: folder.file("net.pt"),
  handler: folder.file("handler"),
  extraFiles: `${folder.file("extra")},${folder.file("*.txt")}`,
  requirementsFile: null,
  configFile: folder.file("c.yaml"),
  exportPath: folder.file("out"),
  force: true,
  ...more,
});

describe("An archive that candil makes", () => {
  for (const format of archiveFormats) {
    it(`is read back from the form "${format}"`, async () => {
      const path = await makeArchive(options({ modelName: `net-${format}`, format }));
      const archive = await findArchive(path);
      expect(archive?.files.names).to.have.members([
        "net.py",
        "net.pt",
        "handler.py",
        "index_to_name.json",
        "inner/deep.txt",
        "requirements.txt",
        "c.yaml",
        "MAR-INF/MANIFEST.json",
      ]);
      expect(archive?.manifest.model).to.deep.equal({
        modelName: `net-${format}`,
        modelVersion: "1.5",
        handler: "handler",
        serializedFile: "net.pt",
        modelFile: "net.py",
        requirementsFile: null,
        configFile: "c.yaml",
      });
      expect(archive?.manifest.createdOn).to.match(/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/);
      expect(Buffer.from(archive?.files.read("net.pt") ?? []).toString()).to.equal("w".repeat(1000));
      expect(archive?.config.config.batchSize).to.equal(2);
      expect(archive?.labels?.get("0")).to.equal("zero");
    });
  }

  it("is not written where one is, but for force, which warns", async () => {
    await makeArchive(options());
    const again = await makeArchive(options({ force: false })).catch((error: unknown) => error);
    expect(again)
      .to.be.instanceOf(ArchiverError)
      .with.property("message")
      .match(/net\.mar already exists\./);
    const warnings: string[] = [];
    await makeArchive(options(), (message) => warnings.push(message));
    expect(warnings).to.deep.equal([`Overwriting ${folder.file("out/net.mar")} ...`]);
  });

  const failures: readonly (readonly [what: string, more: Partial<MakeArchiveOptions>, says: RegExp])[] = [
    ["a name with a slash", { modelName: "a/b" }, /^Model name contains special characters\.\n/],
    ["a name with a dash first", { modelName: "-a" }, /special characters/],
    [
      "no folder to export to",
      { exportPath: "/nowhere" },
      /^Given export-path \/nowhere is not a directory\./,
    ],
    ["no handler", { handler: "nowhere" }, /^\[Errno 2\] No such file or directory: 'nowhere\.py'$/],
    ["no model file", { modelFile: "nowhere.py" }, /^\[Errno 2\] .*'nowhere\.py'$/],
    ["a folder as weights", { serializedFile: "/" }, /^\[Errno 21\] Is a directory: '\/'$/],
    ["no extra file", { extraFiles: "nowhere.txt" }, /^File does not exist: nowhere\.txt$/],
  ];
  for (const [what, more, says] of failures) {
    it(`is refused for ${what}, in torch-model-archiver's words`, async () => {
      const error = await makeArchive(options(more)).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ArchiverError).with.property("message").match(says);
    });
  }

  it("warns of a pattern without files, and needs none for a built-in handler", async () => {
    const warnings: string[] = [];
    const more = { handler: "image_classifier", extraFiles: "/nowhere/*.txt" };
    await makeArchive(options(more), (message) => warnings.push(message));
    expect(warnings.join()).to.match(/wildcard pattern did not match any file: \/nowhere\/\*\.txt/);
  });

  it("finds files by patterns as Python does", async () => {
    const found = async (pattern: string): Promise<string[]> =>
      (await glob(folder.file(pattern))).map((path) => path.slice(folder.path.length + 1));
    expect(await found("*")).to.not.include(".hidden");
    expect(await found(".h*")).to.deep.equal([".hidden"]);
    expect(await found("n?t.[pq]?")).to.deep.equal(["net.pt", "net.py"]);
    expect(await found("[!n]*.py")).to.deep.equal(["handler.py"]);
    expect(await found("ex*/in*/*")).to.deep.equal(["extra/inner/deep.txt"]);
    expect(await found("net.py")).to.deep.equal(["net.py"]);
    expect(await found("none*")).to.deep.equal([]);
  });
});

describe("An archive on disk", () => {
  const tarOf = async (name: string, more: object = {}): Promise<Uint8Array> =>
    gzipSync(await packTar([{ header: { name, size: 1, type: "file", ...more }, body: "x" }]));

  it("in a tar may have any folder around it, or ./", async () => {
    for (const name of ["net/a/b.txt", "./a/b.txt", "other/a/b.txt"]) {
      expect((await archiveFiles(await tarOf(name))).names).to.deep.equal(["a/b.txt"]);
    }
  });

  const hostile: readonly (readonly [what: string, bytes: () => Promise<Uint8Array>, says: RegExp])[] = [
    ["a name that climbs", () => tarOf("net/../../x"), /could leave the archive/],
    ["an absolute name", () => tarOf("/etc/x"), /could leave the archive/],
    ["a name with a backslash", () => tarOf("net/..\\x"), /could leave the archive/],
    [
      "a link",
      async () =>
        gzipSync(
          await packTar([{ header: { name: "n/x", size: 0, type: "symlink", linkname: "/etc/passwd" } }]),
        ),
      /is a symlink; only files/,
    ],
    [
      "a name twice",
      async () =>
        gzipSync(
          await packTar(
            ["a/x", "b/x"].map((name) => ({ header: { name, size: 1, type: "file" }, body: "x" })),
          ),
        ),
      /is there twice/,
    ],
    ["a bomb", () => Promise.resolve(gzipSync(Buffer.alloc(2 ** 25))), /more than the 16777216 bytes/],
    ["too many entries", () => Promise.resolve(gzipSync(manyEntries())), /more than 10000 entries/],
    ["no tar inside", () => Promise.resolve(gzipSync(Buffer.alloc(2048, 7))), /tar: is damaged/],
    ["half a gzip", async () => (await tarOf("a/b")).subarray(0, 40), /gzip: the compressed data is damaged/],
    ["other bytes", () => Promise.resolve(Buffer.from("hello")), /expected a \.mar \(zip\) or a \.tar\.gz/],
  ];
  for (const [what, bytes, says] of hostile) {
    it(`is refused for ${what}`, async () => {
      const error = await archiveFiles(await bytes()).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(FormatError).with.property("message").match(says);
    });
  }

  it("ends in files or a FormatError, whatever bytes of a tar change", async () => {
    const tar = await packTar([
      { header: { name: "net/a", size: 3, type: "file" }, body: "abc" },
      { header: { name: "net/b", size: 3, type: "file", pax: { comment: "c" } }, body: "abc" },
    ]);
    await fc.assert(
      fc.asyncProperty(fc.nat(tar.length - 1), fc.nat(255), fc.nat(tar.length), async (at, byte, end) => {
        const broken = tar.slice();
        broken[at] = byte;
        for (const bytes of [broken, tar.subarray(0, end)]) {
          try {
            await archiveFiles(gzipSync(bytes));
          } catch (error) {
            expect(error).to.be.instanceOf(FormatError);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("may be a folder with links inside of it, but not out of it", async () => {
    await mkdir(folder.file("plain"));
    await writeFile(folder.file("plain/weights.pt"), "w");
    await symlink("weights.pt", folder.file("plain/same.pt"));
    const { names } = await openArchive(folder.file("plain"));
    expect(names).to.have.members(["weights.pt", "same.pt"]);
    expect(
      readArchive(await openArchive(folder.file("plain")), { fileName: "plain" }).manifest.model.modelName,
    ).to.equal("plain");
    await symlink(folder.file("net.py"), folder.file("plain/out.py"));
    const error = await openArchive(folder.file("plain")).catch((reason: unknown) => reason);
    expect(error)
      .to.be.instanceOf(FormatError)
      .with.property("message")
      .match(/outside of the archive's folder/);
  });

  it("is told from a file of weights", async () => {
    expect(await findArchive(folder.file("net.pt"))).to.equal(null);
    expect(await findArchive(folder.file("requirements.txt"))).to.equal(null);
  });

  it("is unpacked by zlib as strictly as by candil's own inflate", () => {
    const hello = Buffer.from("cb48cdc9c90700", "hex");
    expect(Buffer.from(nodeInflate(hello, 5)).toString()).to.equal("hello");
    for (const [bytes, size] of [
      [hello, 4],
      [hello, 6],
      [Buffer.concat([hello, hello]), 5],
      [hello.subarray(0, 3), 5],
      [Buffer.from("ff"), 1],
    ] as const) {
      expect(() => nodeInflate(bytes, size)).to.throw(FormatError);
    }
  });
});

/** Empty files, 512 bytes each. */
function manyEntries(): Buffer {
  const header = Buffer.alloc(512);
  header.write("a/b");
  header.write("0000644\0", 100);
  header.write("00000000000\0", 124);
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  header.fill(" ", 148, 156);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return Buffer.concat(Array<Buffer>(10_001).fill(header));
}
