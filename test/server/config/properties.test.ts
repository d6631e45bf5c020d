import { expect } from "chai";
import fc from "fast-check";
import { ConfigError } from "../../../src/server/config/config-error.ts";
import { parseProperties } from "../../../src/server/config/properties.ts";
import { readFixture } from "../../support/fixtures.ts";

function read(source: string | Uint8Array): Record<string, string> {
  const properties = parseProperties(typeof source === "string" ? Buffer.from(source) : source, "f");
  return Object.fromEntries([...properties].map(([key, { value }]) => [key, value]));
}

function hex(text: string): string {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, "0")).join(
    "",
  );
}

type JavaCase = [source: string, properties: Record<string, string> | null];

describe("A properties file", () => {
  it("has three separators, comments, and values that go on over lines", () => {
    const source = [
      "# comment \\",
      "! comment too",
      "a=1",
      "  b : two words ",
      "c three",
      "models={\\",
      '  "mnist": 1\\',
      "}",
      "empty",
    ];
    expect(read(source.join("\n"))).to.deep.equal({
      a: "1",
      b: "two words ",
      c: "three",
      models: '{"mnist": 1}',
      empty: "",
    });
  });

  it("is read as java.util.Properties reads it, line ends, escapes and lone backslashes included", () => {
    const cases = readFixture<JavaCase[]>("properties.json");
    expect(cases.length).to.equal(300);
    for (const [source, expected] of cases) {
      const bytes = Buffer.from(source, "hex");
      let got: Record<string, string> | null = null;
      try {
        got = Object.fromEntries(
          [...parseProperties(bytes, "f")].map(([k, { value }]) => [hex(k), hex(value)]),
        );
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigError);
      }
      expect(got, JSON.stringify(bytes.toString("latin1"))).to.deep.equal(expected);
    }
  });

  it("is UTF-8 where it can be, and ISO 8859-1 otherwise", () => {
    expect(read("store=mod\u00e8les")).to.deep.equal({ store: "mod\u00e8les" });
    expect(read(Buffer.from("store=mod\u00e8les", "latin1"))).to.deep.equal({ store: "mod\u00e8les" });
  });

  it("takes the last of a key said twice, and knows the line", () => {
    const property = parseProperties(Buffer.from("a=1\n\n\\\n# no\na=2"), "f").get("a");
    expect(property).to.deep.equal({ value: "2", line: 5 });
  });

  it("may have a key that objects inherit", () => {
    const properties = parseProperties(Buffer.from("__proto__=1\nconstructor=2"), "f");
    expect([...properties.keys()]).to.deep.equal(["__proto__", "constructor"]);
  });

  it("with a malformed escape is refused by its line", () => {
    expect(() => read("a=1\nb=\\u00g1")).to.throw(
      ConfigError,
      'f:2: expected four hexadecimal digits after \\u, got "\\\\u00g1"',
    );
  });

  it("of any bytes is read or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseProperties(bytes, "f");
        } catch (error) {
          expect(error).to.be.instanceOf(ConfigError);
        }
      }),
    );
  });
});
