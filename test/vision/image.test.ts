import { expect } from "chai";
import { ImageError } from "../../src/vision/image-error.ts";
import { channelsOf, Image } from "../../src/vision/image.ts";
import type { ImageMode, Samples } from "../../src/vision/image.ts";

describe("Image", () => {
  it("has as many channels as its mode, which is what ToTensor makes of it", () => {
    const channels = { "1": 1, L: 1, P: 1, LA: 2, RGB: 3, RGBA: 4, "I;16": 1 } as const;
    for (const [mode, count] of Object.entries(channels)) {
      const samples: Samples = mode === "I;16" ? new Uint16Array(6 * count) : new Uint8Array(6 * count);
      expect(new Image(3, 2, mode as ImageMode, samples).channels, mode).to.equal(count);
      expect(channelsOf(mode as ImageMode), mode).to.equal(count);
    }
  });

  it("shares its samples with whoever made them", () => {
    const samples = Uint8Array.of(1, 2);
    expect(new Image(2, 1, "L", samples).data).to.equal(samples);
  });

  it("has a palette in mode P alone", () => {
    const palette = Uint8Array.of(1, 2, 3);
    expect(new Image(1, 1, "P", new Uint8Array(1), palette).palette).to.equal(palette);
    expect(new Image(1, 1, "L", new Uint8Array(1), palette).palette).to.equal(null);
  });

  it("refuses sizes, samples and modes that do not fit each other", () => {
    expect(() => new Image(0, 1, "L", new Uint8Array(0))).to.throw(ImageError, "0 x 1");
    expect(() => new Image(1.5, 2, "L", new Uint8Array(3))).to.throw(ImageError, "1.5 x 2");
    expect(() => new Image(2, 2, "RGB", new Uint8Array(4))).to.throw(ImageError, "takes 12 samples, got 4");
    expect(() => new Image(2, 2, "I;16", new Uint8Array(4))).to.throw(ImageError, "Uint16Array");
    expect(() => new Image(2, 2, "L", new Uint16Array(4))).to.throw(ImageError, "Uint8Array");
  });
});
