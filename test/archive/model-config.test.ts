import { expect } from "chai";
import fc from "fast-check";
import { readModelConfig } from "../../src/archive/model-config.ts";
import type { ModelConfigFile } from "../../src/archive/model-config.ts";

const read = (text: string): ModelConfigFile => readModelConfig("c.yaml", Buffer.from(text));

describe("model-config.yaml", () => {
  it("gives the front end its keys and the handler all of them", () => {
    const { config, all, notes } = read(
      "minWorkers: 2\nmaxWorkers: 4\nbatchSize: 8\nmaxBatchDelay: 50\nresponseTimeout: 10\n" +
        "deviceType: CPU\nuseJobTicket: true\nhandler:\n  profile: true\n  mapping: [1, two]\n",
    );
    expect(config).to.deep.equal({
      minWorkers: 2,
      maxWorkers: 4,
      batchSize: 8,
      maxBatchDelay: 50,
      responseTimeout: 10,
      deviceType: "cpu",
      useJobTicket: true,
    });
    expect(all.get("handler")).to.deep.equal(
      new Map<string, unknown>([
        ["profile", true],
        ["mapping", [1, "two"]],
      ]),
    );
    expect(notes).to.deep.equal([]);
  });

  it("notes and ignores wrong types, as TorchServe does", () => {
    const { config, notes } = read(
      'minWorkers: "two"\nbatchSize: 1.5\nmaxBatchDelay: -1\nuseJobTicket: yes\nmaxWorkers: [1]\njobQueueSize: 0\n',
    );
    expect(config).to.deep.equal({});
    expect(notes).to.have.length(6);
    expect(notes[0]).to.equal('c.yaml: Invalid minWorkers: "two", should be integer; it is ignored');
    expect(notes[3]).to.match(/useJobTicket: "yes", should be true or false/);
  });

  it("raises what is too small where TorchServe does", () => {
    expect(read("minWorkers: 0\nbatchSize: -3\nclientTimeoutInMills: -1").config).to.deep.equal({
      minWorkers: 1,
      batchSize: 1,
      clientTimeoutInMills: 0,
    });
  });

  it("notes keys that have no effect here", () => {
    expect(read("parallelType: pp\ntorchrun:\n  nproc-per-node: 4\n").notes).to.have.length(2);
  });

  const emptied: readonly (readonly [what: string, text: string, says: RegExp])[] = [
    ["no YAML", "a: [1, 2\nb", /c\.yaml:\d+: .*defaults are taken/s],
    ["a list", "- 1\n- 2\n", /expected keys and values/],
    ["a key twice", "a: 1\na: 2\n", /unique/],
    ["a tag", "a: !!python/object/apply:os.system ['ls']\n", /tag/i],
    ["a known tag", "a: !!int 4\n", /has the tag/],
    ["two documents", "a: 1\n---\nb: 2\n", /expected one YAML document, got 2/],
    ["too many levels", `a: ${"[".repeat(60)}${"]".repeat(60)}`, /deeper than 32 levels/],
    ["far too many levels", "[".repeat(10_000), /deeper than 32 levels/],
    ["aliases of aliases", bomb(), /alias/i],
    ["too many bytes", `a: ${"x".repeat(17_000)}`, /at most 16384 bytes/],
    ["bytes that are no text", "\ufffd", /expected keys and values/],
  ];
  for (const [what, text, says] of emptied) {
    it(`counts as empty when it has ${what}`, () => {
      const { config, all, notes } = read(text);
      expect([config, all.size]).to.deep.equal([{}, 0]);
      expect(notes.join()).to.match(says);
    });
  }

  it("may be empty", () => {
    expect(read("# nothing\n")).to.deep.equal({ config: {}, all: new Map(), notes: [] });
  });

  it("touches no prototype", () => {
    read("__proto__:\n  polluted: true\nconstructor: 1\n");
    expect("polluted" in {}).to.equal(false);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), (text, values) => {
        read(text);
        read(
          Object.entries(values)
            .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
            .join("\n"),
        );
      }),
      { numRuns: 300 },
    );
  });
});

/** Nine lists of nine aliases each: 9^9 entries when unfolded. */
function bomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 9; i++)
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  return lines.join("\n");
}
