import { expect } from "chai";
import { ArgumentError } from "../../src/errors.ts";
import { tensor } from "../../src/tensor/creation.ts";
import { colormapColors, colormapNames } from "../../src/vision/colormap.ts";
import type { ColormapName } from "../../src/vision/colormap.ts";
import { toGray } from "../../src/vision/gray.ts";
import { heatMap } from "../../src/vision/heat-map.ts";
import type { HeatMapOptions } from "../../src/vision/heat-map.ts";
import { ImageError } from "../../src/vision/image-error.ts";
import { Image } from "../../src/vision/image.ts";
import { bytesOf, heatMapFixtures } from "./heat-map-fixtures.ts";

/** The pixel at `i`, without its opacity. */
function rgb(image: Image, i: number): number[] {
  return Array.from(image.data.subarray(i * 4, i * 4 + 3));
}

describe("the colormaps", () => {
  for (const name of ["Greens", "Reds", "Blues", "RdWhGn"] as const) {
    it(`${name} has matplotlib's 256 colours`, () => {
      const expected = bytesOf(heatMapFixtures.colormaps[name] ?? "");
      // The darkest red: 12.9999... truncated.
      if (name === "Reds") expected[767]++;
      expect(colormapColors(name)).to.deep.equal(expected);
    });
  }

  it("BuWhOr is white in its middle and equally light on both sides", () => {
    const colors = colormapColors("BuWhOr");
    const light = toGray(new Image(256, 1, "RGB", colors)).data;
    expect(light[128]).to.be.greaterThan(250);
    for (let i = 1; i < 128; i++)
      expect(Math.abs(light[128 - i] - light[127 + i]), `step ${i}`).to.be.lessThan(3);
  });
});

describe("heatMap", () => {
  const attributions = tensor([[[-4, 0, 4]]]);

  it("shows what speaks for the class in green and what speaks against it in red", () => {
    const image = heatMap(attributions, { sign: "all" });
    expect([image.width, image.height, image.mode]).to.deep.equal([3, 1, "RGBA"]);
    expect([0, 1, 2].map((i) => rgb(image, i))).to.deep.equal([
      [255, 0, 0],
      [254, 254, 254],
      [0, 128, 0],
    ]);
  });

  it("has Captum's colormap for each sign", () => {
    const darkest = { positive: [0, 68, 27], negative: [103, 0, 13], absolute_value: [8, 48, 107] } as const;
    for (const [sign, color] of Object.entries(darkest)) {
      const image = heatMap(attributions, { sign: sign as keyof typeof darkest });
      const shown = rgb(image, sign === "negative" ? 0 : 2);
      expect(shown, sign).to.deep.equal(color);
    }
  });

  it("puts negative attributions alone on their own side of a map with two", () => {
    const map = colormapColors("BuWhOr");
    const image = heatMap(attributions, { sign: "negative", colormap: "BuWhOr" });
    expect(rgb(image, 0)).to.deep.equal(Array.from(map.subarray(0, 3)));
    expect(rgb(image, 2)).to.deep.equal(Array.from(map.subarray(128 * 3, 129 * 3)));
  });

  it("draws each attribution as a square of pixels", () => {
    const image = heatMap(
      tensor([
        [
          [1, -1],
          [0, 1],
        ],
      ]),
      { sign: "all", scale: 3 },
    );
    const small = heatMap(
      tensor([
        [
          [1, -1],
          [0, 1],
        ],
      ]),
      { sign: "all" },
    );
    expect([image.width, image.height]).to.deep.equal([6, 6]);
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 6; x++) {
        expect(rgb(image, y * 6 + x)).to.deep.equal(rgb(small, Math.floor(y / 3) * 2 + Math.floor(x / 3)));
      }
    }
  });

  it("lies half transparent over the gray picture, or as asked", () => {
    const overlay = new Image(3, 1, "L", Uint8Array.of(0, 100, 200));
    const half = heatMap(attributions, { sign: "all", overlay });
    expect([0, 1, 2].map((i) => rgb(half, i))).to.deep.equal([
      [128, 0, 0],
      [177, 177, 177],
      [100, 164, 100],
    ]);
    const none = heatMap(attributions, { sign: "all", overlay, alphaOverlay: 0 });
    expect([0, 1, 2].map((i) => rgb(none, i))).to.deep.equal([
      [0, 0, 0],
      [100, 100, 100],
      [200, 200, 200],
    ]);
  });

  it("refuses what cannot be drawn", () => {
    const refused: [HeatMapOptions, string][] = [
      [{ scale: 0 }, "scale"],
      [{ scale: 1.5 }, "scale"],
      [{ scale: 1e6 }, "16000000 pixels"],
      [{ alphaOverlay: 2 }, "alphaOverlay"],
      [{ colormap: "jet" as ColormapName }, colormapNames.join(", ")],
    ];
    for (const [options, message] of refused) {
      expect(() => heatMap(attributions, options), message).to.throw(ArgumentError, message);
    }
    const other = new Image(2, 2, "L", new Uint8Array(4));
    expect(() => heatMap(attributions, { overlay: other })).to.throw(ImageError, "3 x 1");
  });
});

describe("toGray", () => {
  for (const { mode, size, samples, palette, expected } of heatMapFixtures.grays) {
    it(`agrees with Pillow to the bit in mode ${mode}`, () => {
      const bytes = bytesOf(samples);
      const data = mode === "I;16" ? new Uint16Array(bytes.buffer) : bytes;
      const image = new Image(size[0], size[1], mode, data, palette === null ? null : bytesOf(palette));
      const gray = toGray(image);
      expect(gray.mode).to.equal("L");
      expect(gray.data).to.deep.equal(bytesOf(expected));
    });
  }
});
