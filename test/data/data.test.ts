import { expect } from "chai";
import { parseIdx } from "../../src/data/idx.ts";
import { loaderOrder } from "../../src/data/loader.ts";
import { MNIST_PIXELS, MnistDigits } from "../../src/data/mnist.ts";
import { FormatError } from "../../src/errors.ts";
import { Generator } from "../../src/tensor/random.ts";
import { digitPatterns, idxFiles } from "../support/digit-patterns.ts";
import { readFixture } from "../support/fixtures.ts";

interface Orders {
  readonly epochs: readonly (readonly number[])[];
  readonly after: number;
}

const fixture = readFixture<{ shuffled: Orders; inOrder: Orders; grays: readonly number[] }>("data.json");

describe("the order of an epoch", () => {
  for (const [name, shuffle] of [
    ["shuffled", true],
    ["inOrder", false],
  ] as const) {
    it(`is that of PyTorch's DataLoader, epoch by epoch, and so are the random bits it takes: ${name}`, () => {
      const generator = new Generator(5);
      for (const epoch of fixture[name].epochs) {
        expect([...loaderOrder(10, shuffle, generator)]).to.deep.equal(epoch);
      }
      expect(generator.uniform()).to.equal(fixture[name].after);
    });
  }
});

describe("MNIST digits", () => {
  it("are normalised to torchvision's values, to the bit", () => {
    const pixels = Uint8Array.from({ length: MNIST_PIXELS }, (_, i) => i % 256);
    const { images } = new MnistDigits(pixels, Uint8Array.of(0)).batch([0]);
    const bits = new Uint32Array(images.data.buffer, 0, 256);
    expect([...bits]).to.deep.equal(fixture.grays);
  });

  it("come in batches of any order, with their labels", () => {
    const digits = digitPatterns(20);
    const { images, labels } = digits.batch([7, 3, 7]);
    expect(images.shape).to.deep.equal([3, 1, 28, 28]);
    expect([...labels.data]).to.deep.equal([7, 3, 7]);
    expect([...images.data.subarray(0, MNIST_PIXELS)]).to.deep.equal([
      ...images.data.subarray(2 * MNIST_PIXELS),
    ]);
    expect([...images.data.subarray(MNIST_PIXELS, 2 * MNIST_PIXELS)]).to.deep.equal([
      ...digits.batch([3]).images.data,
    ]);
  });

  it("are read from a pair of IDX files", () => {
    const digits = digitPatterns(12);
    const { images, labels } = idxFiles(digits);
    const read = MnistDigits.fromIdx(images, labels, "train");
    expect(read.length).to.equal(12);
    expect(read.pixels).to.deep.equal(digits.pixels);
    expect(read.first(5).length).to.equal(5);
  });

  it("refuse files that do not belong together or are not MNIST's", () => {
    const { images, labels } = idxFiles(digitPatterns(3));
    const other = idxFiles(digitPatterns(4));
    const wrong = labels.slice();
    wrong[8] = 10;
    expect(() => MnistDigits.fromIdx(images, other.labels, "train")).to.throw(
      "train labels: expected 3 labels, got 4",
    );
    expect(() => MnistDigits.fromIdx(labels, labels, "train")).to.throw(
      "train images: expected N x 28 x 28, got 3",
    );
    expect(() => MnistDigits.fromIdx(images, wrong, "train")).to.throw(FormatError, "a label is above 9");
  });
});

describe("an IDX file", () => {
  const { images } = idxFiles(digitPatterns(1));

  it("is parsed without a copy", () => {
    const { shape, values } = parseIdx(images, "x");
    expect(shape).to.deep.equal([1, 28, 28]);
    expect(values.buffer).to.equal(images.buffer);
  });

  const broken: Readonly<Record<string, readonly [Uint8Array, string]>> = {
    "that is empty": [new Uint8Array(0), "x: not an IDX file"],
    "of another kind": [new TextEncoder().encode("<!DOCTYPE html>"), "x: not an IDX file of unsigned bytes"],
    "of floats": [images.with(2, 0x0d), "first bytes 00 00 0d 03"],
    "with a header cut short": [images.slice(0, 10), "x: the IDX header is cut short"],
    "cut short": [images.slice(0, -1), "promises 784 values (1 x 28 x 28), the file has 783"],
    "that is too long": [new Uint8Array([...images, 0]), "the file has 785"],
    "that promises more than any memory": [images.slice().fill(0xff, 4, 16), "the file has 784"],
  };
  for (const [name, [bytes, message]] of Object.entries(broken)) {
    it(`${name} is refused`, () => {
      expect(() => parseIdx(bytes, "x")).to.throw(FormatError, message);
    });
  }
});
