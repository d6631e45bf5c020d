import { assert } from "chai";
import { reference } from "../../src/kernels/index.ts";
import { Arena, ArenaFullError } from "../../src/kernels/simd/arena.ts";
import { assertClose, noise, simdFamilies } from "./arrays.ts";
import { convGeometry, convLengths } from "./geometries.ts";

describe("arena", () => {
  it("keeps contents when it grows, and regions apart", () => {
    const arena = new Arena();
    const first = arena.take(5);
    arena.write(first, Float32Array.of(0, 1, 2, 3, 4, 5, 6), 1, 5);
    const before = arena.memory.buffer.byteLength;
    const second = arena.take(1_000_000);
    assert.isAbove(arena.memory.buffer.byteLength, before);
    assert.isAtLeast(second, first + 5 * 4 + 64);
    assert.strictEqual(second % 64, 0);
    arena.clear(second, 1_000_000);
    const read = new Float32Array(7);
    arena.read(first, read, 1, 5);
    assert.deepEqual([...read], [0, 1, 2, 3, 4, 5, 0]);
  });

  it("uses the same memory again after a reset", () => {
    const arena = new Arena();
    const first = arena.take(1_000_000);
    const size = arena.memory.buffer.byteLength;
    for (let i = 0; i < 10; i++) {
      arena.reset();
      assert.strictEqual(arena.take(1_000_000), first);
    }
    assert.strictEqual(arena.memory.buffer.byteLength, size);
  });

  it("refuses more than a gigabyte", () => {
    assert.throws(() => new Arena().take(300_000_000), ArenaFullError);
  });
});

for (const family of simdFamilies()) {
  describe(`sizes, ${family.family}`, () => {
    it("grows between calls that need more and more", () => {
      for (const side of [4, 40, 120, 20]) {
        const g = convGeometry({ inChannels: 8, outChannels: 16, inHeight: side, inWidth: side });
        const size = convLengths(g);
        const x = noise(size.x, side);
        const weight = noise(size.weight, 1);
        const y = new Float32Array(size.y);
        family.conv2dForward(y, x, weight, null, g);
        const expected = new Float32Array(size.y);
        reference.conv2dForward(expected, x, weight, null, g);
        assertClose(y, expected, `${side} × ${side}`);
      }
    });

    it("leaves to the reference what does not fit", () => {
      // No image at all, so that the arrays can be empty; but the scratch for one would take gigabytes.
      const g = convGeometry({ batch: 0, outChannels: 8, inHeight: 30_000, inWidth: 30_000 });
      const empty = new Float32Array(0);
      family.conv2dForward(empty, empty, noise(72, 1), null, g);
      family.conv2dBackwardInput(empty, empty, noise(72, 1), g);
      const dweight = noise(72, 1);
      family.conv2dBackwardWeight(dweight, empty, empty, g);
      assert.deepEqual(dweight, noise(72, 1));
    });
  });
}
