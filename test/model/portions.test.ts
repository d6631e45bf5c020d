import { expect } from "chai";
import { portionSizes, portionsOf } from "../../src/model/portions.ts";
import { Model } from "../../src/model/model.ts";
import { decodeImage } from "../../src/node/image.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { quickMnistSpec } from "../support/mnist.ts";
import { digitPng } from "../support/png.ts";

/** A batch of rows [1, 2, 2] whose values are the row's number. */
function numbered(rows: number): Tensor {
  return new Tensor(
    Float32Array.from({ length: rows * 4 }, (_, i) => Math.floor(i / 4)),
    [rows, 1, 2, 2],
    "float32",
  );
}

describe("A large batch", () => {
  it("runs in few numbers of rows, whatever its own number is", () => {
    const seen = new Set<number>();
    for (let rows = 1; rows <= 1_000; rows++) {
      const sizes = portionSizes(rows, 28 * 28);
      expect(sizes.reduce((sum, size) => sum + size)).to.equal(rows);
      sizes.forEach((size) => seen.add(size));
    }
    expect([...seen].sort((a, b) => a - b)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64]);
  });

  it("of large pictures goes few at a time, and of huge ones one by one", () => {
    expect(portionSizes(8, 28 * 28)).to.deep.equal([8]);
    expect(portionSizes(100, 28 * 28)).to.deep.equal([64, 32, 4]);
    expect(portionSizes(7, 3 * 224 * 224)).to.deep.equal([4, 2, 1]);
    expect(portionSizes(3, 3 * 1_024 * 1_024)).to.deep.equal([1, 1, 1]);
  });

  it("is cut at rows, in order", () => {
    const whole = numbered(7);
    expect(portionsOf(whole)).to.deep.equal([{ begin: 0, rows: whole }]);
    const cut = portionsOf(whole, 2 ** 17);
    expect(cut.map(({ begin, rows }) => [begin, rows.shape[0], rows.data[0]])).to.deep.equal([
      [0, 2, 0],
      [2, 2, 2],
      [4, 2, 4],
      [6, 1, 6],
    ]);
  });

  it("is answered and explained row by row as it came, each for its own class", () => {
    const sizes: number[] = [];
    const spec = quickMnistSpec();
    const { forward } = spec;
    const model = new Model({
      ...spec,
      forward: (x) => {
        sizes.push(x.shape[0]);
        return forward(x);
      },
    });
    const pictures = Array.from({ length: 19 }, (_, i) => model.transform(decodeImage(digitPng(i % 10))));
    const batch = new Tensor(
      Float32Array.from(pictures.flatMap(({ data }) => [...data])),
      [19, 1, 28, 28],
      "float32",
    );
    const target = pictures.map((_, i) => i % 7);
    expect(model.predict(batch).map(({ answer }) => answer)).to.deep.equal(
      pictures.map((picture) => model.predict(picture)[0].answer),
    );
    expect(sizes.every((size) => size === 16 || size <= 8)).to.equal(true);
    const explained = model.explain(batch, { target });
    expect(explained.map((one) => one.target)).to.deep.equal(target);
    const attributed = model.attribute(batch, { target });
    pictures.forEach((picture, i) => {
      const [alone] = model.attribute(picture, { target: target[i] });
      expect(closeTo(attributed[i], alone), `picture ${i}`).to.equal(true);
      expect(closeTo(explained[i].attributions, alone), `picture ${i}`).to.equal(true);
    });
  });
});

function closeTo(a: Tensor, b: Tensor): boolean {
  return a.data.every((value, i) => Math.abs(value - b.data[i]) <= 1e-5 + 1e-5 * Math.abs(b.data[i]));
}
