import { expect } from "chai";
import { terminalColors, terminalPicture } from "../../src/cli/terminal-picture.ts";
import { tensor } from "../../src/tensor/creation.ts";
import { Image } from "../../src/vision/image.ts";

const ESCAPE = /\x1b\[[0-9;]*m/g; // eslint-disable-line no-control-regex

/** A gray picture of one row for each list. */
function gray(...rows: number[][]): Image {
  return new Image(rows[0].length, rows.length, "L", Uint8Array.from(rows.flat()));
}

describe("terminalPicture", () => {
  const corner = gray([0, 255], [0, 128], [255, 0], [0, 0]);
  const heat = tensor([
    [
      [1, -1],
      [0, 0],
      [0, 0],
      [-0.4, 0.4],
    ],
  ]);

  it("draws letters where there are no colours, two rows in one line", () => {
    expect(terminalPicture(corner)).to.equal(" @\n@");
  });

  it("puts the heat map beside the picture, with other letters for what speaks against the class", () => {
    expect(terminalPicture(corner, heat)).to.equal(" @  #=\n@   ,.");
  });

  it("draws half blocks in 24-bit colours: the upper pixel in front, the lower behind", () => {
    expect(terminalPicture(gray([0, 255], [7, 128]), null, { colors: "24bit" })).to.equal(
      "\x1b[38;2;0;0;0;48;2;7;7;7m▀\x1b[38;2;255;255;255;48;2;128;128;128m▀\x1b[0m",
    );
  });

  it("names the nearest of xterm's colours where there are 256", () => {
    const picture = terminalPicture(gray([0, 95], [255, 128]), null, { colors: "256" });
    expect(picture).to.equal("\x1b[38;5;16;48;5;231m▀\x1b[38;5;59;48;5;244m▀\x1b[0m");
  });

  it("does not repeat a colour", () => {
    const picture = terminalPicture(gray([9, 9, 9], [9, 9, 9]), null, { colors: "24bit" });
    expect(picture).to.equal("\x1b[38;2;9;9;9;48;2;9;9;9m▀▀▀\x1b[0m");
  });

  it("leaves the background below an odd last row alone", () => {
    expect(terminalPicture(gray([5]), null, { colors: "24bit" })).to.equal("\x1b[38;2;5;5;5;49m▀\x1b[0m");
    expect(terminalPicture(gray([255], [0], [255]))).to.equal("@\n@");
  });

  it("thins out pictures that are too wide", () => {
    const wide = new Image(100, 40, "L", new Uint8Array(4000).fill(255));
    for (const columns of [20, 80, 150, 1]) {
      for (const colors of ["none", "256", "24bit"] as const) {
        const lines = terminalPicture(wide, null, { columns, colors }).split("\n");
        for (const line of lines) expect(line.replace(ESCAPE, "").length).to.be.at.most(columns);
      }
    }
    expect(terminalPicture(wide, null, { columns: 200 }).split("\n")).to.have.length(20);
  });

  it("shows negative attributions alone with their own letters", () => {
    expect(terminalPicture(corner, heat, { sign: "negative" })).to.equal(" @   =\n@   ,");
  });
});

describe("terminalColors", () => {
  it("is 24-bit where COLORTERM or TERM says so, 256 elsewhere, and none where none are wanted", () => {
    expect(terminalColors({ COLORTERM: "truecolor" }, true)).to.equal("24bit");
    expect(terminalColors({ COLORTERM: "24bit" }, true)).to.equal("24bit");
    expect(terminalColors({ TERM: "xterm-direct" }, true)).to.equal("24bit");
    expect(terminalColors({ TERM: "xterm-256color" }, true)).to.equal("256");
    expect(terminalColors({ COLORTERM: "truecolor" }, false)).to.equal("none");
  });
});
