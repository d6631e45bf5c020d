import { expect } from "chai";
import fc from "fast-check";
import ndarray from "ndarray";
import { DTypeError } from "../../src/errors.ts";
import { fromNdarray, toNdarray } from "../../src/node/ndarray.ts";
import { arange, tensor, zeros } from "../../src/tensor/creation.ts";

describe("fromNdarray", () => {
  const counting = ndarray(
    Float32Array.from({ length: 24 }, (_, i) => i),
    [2, 3, 4],
  );

  it("takes an array as it is", () => {
    const x = fromNdarray(counting);
    expect(x.shape).to.deep.equal([2, 3, 4]);
    expect(x.data).to.deep.equal(arange(24).data);
  });

  it("follows strides and offsets: transposed, sliced, stepped, reversed", () => {
    expect(fromNdarray(counting.pick(1, null, null).transpose(1, 0)).toArray()).to.deep.equal([
      [12, 16, 20],
      [13, 17, 21],
      [14, 18, 22],
      [15, 19, 23],
    ]);
    expect(fromNdarray(counting.lo(1, 1, 1).hi(1, 2, 2)).toArray()).to.deep.equal([
      [
        [17, 18],
        [21, 22],
      ],
    ]);
    expect(fromNdarray(counting.pick(0, 0, null).step(-2)).toArray()).to.deep.equal([3, 1]);
  });

  it("reads what get would read, whatever the view", () => {
    const view = fc.tuple(
      fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      fc.array(fc.constantFrom(-2, -1, 1, 2), { minLength: 3, maxLength: 3 }),
    );
    fc.assert(
      fc.property(view, ([order, steps]) => {
        const array = counting.step(...steps).transpose(...order);
        const x = fromNdarray(array);
        const [a, b, c] = array.shape;
        for (let i = 0, at = 0; i < a; i++) {
          for (let j = 0; j < b; j++)
            for (let k = 0; k < c; k++) expect(x.data[at++]).to.equal(array.get(i, j, k));
        }
      }),
      { seed: 3 },
    );
  });

  it("copies", () => {
    const array = ndarray(new Float64Array([1, 2]));
    const x = fromNdarray(array);
    array.set(0, 9);
    expect(x.toArray()).to.deep.equal([1, 2]);
    expect(x.dtype).to.equal("float64");
  });

  it("keeps the element type; plain numbers become float32", () => {
    const dtypes = [
      new Uint8Array(1),
      new Uint8ClampedArray(1),
      new Int8Array(1),
      new Uint16Array(1),
      new Int32Array(1),
      [1],
      { get: () => 5, set: () => undefined, length: 1 },
    ].map((data) => fromNdarray(ndarray(data, [1])).dtype);
    expect(dtypes).to.deep.equal(["uint8", "uint8", "int8", "uint16", "int32", "float32", "float32"]);
  });

  it("takes scalars and empty arrays", () => {
    expect(fromNdarray(ndarray(new Float32Array([7]), [])).item()).to.equal(7);
    expect(fromNdarray(ndarray(new Float32Array(0), [0, 3])).shape).to.deep.equal([0, 3]);
  });

  it("refuses element types that tensors do not have", () => {
    const data = new DataView(new ArrayBuffer(4));
    expect(() => fromNdarray({ ...ndarray([0]), data: data as never })).to.throw(DTypeError, "DataView");
  });
});

describe("toNdarray", () => {
  it("shares the elements", () => {
    const x = zeros([2, 3]);
    const array = toNdarray(x);
    array.set(1, 2, 5);
    expect(x.toArray()).to.deep.equal([
      [0, 0, 0],
      [0, 0, 5],
    ]);
    expect(array.dtype).to.equal("float32");
  });

  it("is undone by fromNdarray for every element type", () => {
    for (const dtype of [
      "float32",
      "float64",
      "int64",
      "uint64",
      "int32",
      "int16",
      "int8",
      "uint16",
      "uint8",
    ] as const) {
      const x = tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype },
      );
      const back = fromNdarray(toNdarray(x));
      expect(back.dtype).to.equal(dtype);
      expect(back.toArray()).to.deep.equal(x.toArray());
    }
  });
});
