import { readFileSync } from "node:fs";
import { expect } from "chai";
import { pythonFloat, pythonFloatLists } from "../../src/server/answer/python-json.ts";
import type { NestedList } from "../../src/server/answer/python-json.ts";

interface Fixture {
  readonly floats: readonly (readonly [bits: string, text: string])[];
  readonly lists: { readonly value: NestedList; readonly text: string };
}

const fixture = JSON.parse(
  readFileSync(new URL("../fixtures/python-floats.json", import.meta.url), "utf8"),
) as Fixture;

describe("Python's way with floats", () => {
  it("prints every float of the fixture as json.dumps did", () => {
    for (const [bits, text] of fixture.floats) {
      expect(pythonFloat(Buffer.from(bits, "hex").readDoubleBE()), bits).to.equal(text);
    }
  });

  it("prints nested lists as json.dumps with an indent of 2 did, negative zero and empty lists included", () => {
    expect(pythonFloatLists(fixture.lists.value)).to.equal(fixture.lists.text);
  });

  it("prints what Python reads back as the same float32", () => {
    const value = Math.fround(1.2345e-5);
    expect(Number(pythonFloat(value))).to.equal(value);
    expect(pythonFloat(value)).to.match(/e-05$/);
  });
});
