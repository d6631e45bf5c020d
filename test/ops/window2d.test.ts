import { expect } from "chai";
import { effectiveKernel, windowCount } from "../../src/ops/window2d.ts";

describe("windowCount", () => {
  it("rounds down unless told otherwise", () => {
    expect(windowCount(5, 0, 2, 2)).to.equal(2);
    expect(windowCount(6, 2, 3, 2)).to.equal(3);
  });

  it("rounds up in ceil mode", () => {
    expect(windowCount(5, 0, 2, 2, true)).to.equal(3);
    expect(windowCount(6, 2, 3, 2, true)).to.equal(4);
  });

  it("drops a last window that starts beyond the input and its leading padding", () => {
    // Starts at 0, 3 and 6 of the padded input; with 4 pixels and 1 of padding the last would see padding alone.
    expect(windowCount(4, 2, 2, 3, true)).to.equal(2);
    // Kernel 1 with stride 3 on 5: ⌈4 / 3⌉ + 1 = 3 windows, of which the third would start at 6.
    expect(windowCount(5, 0, 1, 3, true)).to.equal(2);
  });

  it("measures a dilated kernel by what it spans", () => {
    expect(windowCount(7, 0, effectiveKernel(3, 2), 1)).to.equal(3);
    expect(windowCount(7, 2, effectiveKernel(3, 2), 2, true)).to.equal(3);
  });
});
