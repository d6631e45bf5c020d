import { assert } from "chai";
import { spawnSync } from "node:child_process";
import { availableKernels, kernels, setKernels, type KernelFamily } from "../../src/kernels/index.ts";

describe("kernel families", () => {
  const before = kernels().family;
  afterEach(() => setKernels(before));

  it("always has the reference, and SIMD on every supported Node", () => {
    assert.includeMembers(availableKernels(), ["reference", "simd"]);
  });

  it("chooses any available family by name, and the fastest on auto", () => {
    for (const family of availableKernels()) {
      setKernels(family);
      assert.strictEqual(kernels().family, family);
    }
    setKernels("auto");
    assert.strictEqual(kernels().family, availableKernels().at(-1));
  });

  it("refuses a family that cannot run here, and keeps the one in use", () => {
    setKernels("reference");
    const name: string = "abacus";
    assert.throws(
      () => setKernels(name as KernelFamily),
      RangeError,
      /"abacus" cannot run here; available: auto, ref/,
    );
    assert.strictEqual(kernels().family, "reference");
  });

  /** Prints the family that a new process uses under CANDIL_KERNELS. */
  function inNewProcess(value: string): { output: string; errors: string } {
    const script =
      'import { kernels } from "./src/kernels/index.ts"; process.stdout.write(kernels().family);';
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", script],
      { env: { ...process.env, CANDIL_KERNELS: value }, encoding: "utf8" },
    );
    return { output: stdout, errors: stderr };
  }

  it("takes the family of CANDIL_KERNELS", () => {
    assert.strictEqual(inNewProcess("reference").output, "reference");
    assert.strictEqual(inNewProcess("simd").output, "simd");
  });

  it("names the known families when CANDIL_KERNELS is none of them", () => {
    const { output, errors } = inNewProcess("abacus");
    assert.strictEqual(output, "");
    assert.include(errors, 'CANDIL_KERNELS is "abacus"; known: auto, reference, simd, relaxed-simd');
  });
});
