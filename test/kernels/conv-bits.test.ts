import { createHash } from "node:crypto";
import { expect } from "chai";
import { kernels } from "../../src/kernels/index.ts";
import { conv2d } from "../../src/ops/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { readFixture } from "../support/fixtures.ts";

interface Row {
  readonly x: number[];
  readonly weight: number[];
  readonly padding: number;
  readonly sha256: string;
}

/** The numbers of tools/conv_bits.py. */
function formula(shape: readonly number[], seed: number): Tensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let i = 0; i < data.length; i++) {
    data[i] = Number((BigInt(i + seed) * 2654435761n) % 4294967296n) / 4294967296 - 0.5;
  }
  return new Tensor(data, shape, "float32");
}

describe("conv2d on the relaxed SIMD kernels", () => {
  for (const { x, weight, padding, sha256 } of readFixture<Row[]>("conv-bits.json")) {
    it(`has PyTorch's bits: [${x.join(", ")}] by [${weight.join(", ")}], padding ${padding}`, function () {
      // Without a fused multiply-add each product is rounded too.
      if (kernels().family !== "relaxed-simd") this.skip();
      const y = conv2d(formula(x, 1), formula(weight, 7), formula([weight[0]], 3), { padding });
      const bytes = new Uint8Array(y.data.buffer, y.data.byteOffset, y.data.byteLength);
      expect(createHash("sha256").update(bytes).digest("hex")).to.equal(sha256);
    });
  }
});
