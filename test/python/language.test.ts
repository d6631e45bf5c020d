import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { runProgram } from "../../src/python/evaluate/program.ts";
import { createMachine } from "../../src/python/vocabulary.ts";

const folder = new URL("../fixtures/python/language/", import.meta.url);

describe("Python's language", () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".py"))) {
    it(`prints what CPython prints for ${file}`, () => {
      const machine = createMachine();
      const lines: string[] = [];
      machine.print = (line) => lines.push(line);
      runProgram(machine, readFileSync(new URL(file, folder), "utf8"), file, "model");
      const expected = readFileSync(new URL(file.replace(/\.py$/, ".txt"), folder), "utf8");
      expect(lines.join("\n") + "\n").to.equal(expected);
    });
  }
});
