import { expect } from "chai";
import fc from "fast-check";
import { readArchive, zipFiles } from "../../src/archive/index.ts";
import { FormatError } from "../../src/errors.ts";
import { archiveOf, manifest, marOf } from "./archives.ts";

const withModel = (model: object, files: Readonly<Record<string, unknown>> = {}): object => ({
  "MAR-INF/MANIFEST.json": { ...manifest, model: { ...manifest.model, ...model } },
  ...files,
});

describe("A model archive", () => {
  it("says what it holds", () => {
    const files = withModel(
      { serializedFile: "weights.pt", modelFile: "net.py", configFile: "config.yaml" },
      {
        "weights.pt": "w",
        "net.py": "n",
        "config.yaml": "batchSize: 4",
        "index_to_name.json": { 0: "zero" },
      },
    );
    const archive = readArchive(archiveOf({ ...files }));
    expect(archive.manifest).to.deep.equal({
      createdOn: "01/02/2026 03:04:05",
      runtime: "python",
      model: {
        modelName: "digits",
        modelVersion: "2.0",
        handler: "image_classifier",
        serializedFile: "weights.pt",
        modelFile: "net.py",
        requirementsFile: null,
        configFile: "config.yaml",
      },
      archiverVersion: "0.12.0",
    });
    expect(archive.config.config).to.deep.equal({ batchSize: 4 });
    expect(archive.labels?.get("0")).to.equal("zero");
    expect(archive.notes).to.deep.equal([]);
  });

  it("of the time before 0.2 is read, with a note", () => {
    const old = {
      specificationVersion: "1.0",
      implementationVersion: "1.0",
      modelServerVersion: "1.0",
      runtime: "Python",
      model: { modelName: "old", modelVersion: "1", handler: "h.py", extensions: { anything: 1 } },
    };
    const { manifest: read, notes } = readArchive(archiveOf({ "MAR-INF/MANIFEST.json": old }));
    expect([read.runtime, read.archiverVersion, read.model.modelName]).to.deep.equal(["python", null, "old"]);
    expect(notes.join()).to.match(/archive version is not defined.*createdOn is not defined/s);
  });

  it("without a manifest is named after its file", () => {
    const files = zipFiles(marOf({ "weights.pt": "w" }));
    const { manifest: assumed } = readArchive(files, { fileName: "my-net.v2.mar", defaultHandler: "h.py" });
    expect(assumed.model).to.include({ modelName: "my_net_v2", modelVersion: "1.0", handler: "h.py" });
    expect(assumed.runtime).to.equal("python");
  });

  it("without a handler takes the server's default one", () => {
    const files = archiveOf({
      "MAR-INF/MANIFEST.json": { ...manifest, model: { modelName: "m", modelVersion: 1 } },
    });
    expect(readArchive(files).manifest.model.handler).to.equal(null);
    expect(readArchive(files, { defaultHandler: "h" }).manifest.model).to.include({
      handler: "h",
      modelVersion: "1",
    });
  });

  it("may lack its requirements and its configuration, with a note", () => {
    const files = archiveOf({ ...withModel({ requirementsFile: "r.txt", configFile: "c.yaml" }) });
    const { notes, config } = readArchive(files);
    expect(notes.join()).to.match(/r\.txt is ignored.*c\.yaml, which is not in the archive/s);
    expect(config.config).to.deep.equal({});
  });

  const refused: readonly (readonly [what: string, manifest: unknown, says: RegExp])[] = [
    ["no JSON", "{", /MANIFEST\.json: is not valid JSON/],
    ["a list", [], /expected a JSON object, got a list/],
    ["no model", { runtime: "python" }, /Missing Model entry in manifest file\./],
    ["no name", { model: { modelVersion: "1" } }, /Model name is not defined\./],
    ["no version", { model: { modelName: "m" } }, /Model version is not defined\./],
    [
      "an unknown runtime",
      { ...manifest, runtime: "ruby" },
      /Runtime is not defined or invalid\. Got "ruby"/,
    ],
    [
      "a name that is a list",
      { model: { modelName: [], modelVersion: "1" } },
      /"modelName" must be text, got a list/,
    ],
    [
      "weights that are not there",
      withModel({ serializedFile: "../../etc/passwd" }),
      /names the serializedFile "\.\.\/\.\.\/etc\/passwd", which is not in the archive/,
    ],
  ];
  for (const [what, content, says] of refused) {
    it(`is refused for a manifest with ${what}`, () => {
      const files = typeof content === "object" && content !== null && "MAR-INF/MANIFEST.json" in content;
      const archive = archiveOf(files ? { ...content } : { "MAR-INF/MANIFEST.json": content });
      expect(() => readArchive(archive)).to.throw(FormatError, says);
    });
  }

  it("is refused for a file that is a folder too", () => {
    expect(() => archiveOf({ a: "file", "a/b": "file" })).to.throw(
      FormatError,
      /a file and a folder at once/,
    );
  });

  it("ends in an archive or in a FormatError, whatever its manifest is", () => {
    fc.assert(
      fc.property(fc.json(), fc.object(), (text, model) => {
        for (const content of [text, JSON.stringify({ ...manifest, model })]) {
          try {
            readArchive(archiveOf({ "MAR-INF/MANIFEST.json": content }));
          } catch (error) {
            expect(error).to.be.instanceOf(FormatError);
          }
        }
      }),
    );
  });

  it("ends in an archive or in a FormatError, whatever bytes of it change", () => {
    const whole = marOf({ "MAR-INF/MANIFEST.json": manifest, "index_to_name.json": { 0: "zero" } });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, end) => {
        const broken = whole.slice();
        broken[at] = byte;
        for (const bytes of [broken, whole.subarray(0, end)]) {
          try {
            readArchive(zipFiles(bytes));
          } catch (error) {
            expect(error).to.be.instanceOf(FormatError);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("index_to_name.json", () => {
  const labels = (content: unknown): unknown => [
    ...(readArchive(archiveOf({ "index_to_name.json": content })).labels ?? []),
  ];

  it("names classes by text, by the last of a list, or in order", () => {
    expect(labels({ 0: "cat", 1: ["n02", "dog"] })).to.deep.equal([
      ["0", "cat"],
      ["1", "dog"],
    ]);
    expect(labels({ object_type_names: ["cat", "dog"] })).to.deep.equal([
      ["0", "cat"],
      ["1", "dog"],
    ]);
  });

  it("is refused when a name is no text", () => {
    expect(() => labels({ 0: 7 })).to.throw(FormatError, /name of class 0 must be text.*got a number/);
    expect(() => labels({ 0: [] })).to.throw(FormatError, /class 0/);
    expect(() => labels(["cat"])).to.throw(FormatError, /expected a JSON object, got a list/);
  });
});
