import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect } from "chai";
import { IntegratedGradients } from "../../src/attribution/index.ts";
import { kernelFamily, setKernels } from "../../src/kernels/index.ts";
import {
  capture,
  newSharedMemory,
  releaseOwner,
  SharedMemory,
  useSharedMemory,
} from "../../src/runtime/index.ts";
import { fingerprint } from "../../src/runtime/fingerprint.ts";
import { fromData } from "../../src/tensor/creation.ts";
import { Generator, randn } from "../../src/tensor/random.ts";

import { simdFamilies } from "../kernels/arrays.ts";
import { formulaMnist, publishedSizes } from "../support/formula-mnist.ts";

/** A new memory, or the failure of the test where there can be none. */
function opened(): WebAssembly.Memory {
  const memory = newSharedMemory();
  if (memory === null) throw new Error("expected memory that threads share");
  return memory;
}

/** Holds the lock for ever. */
const holder = `
  const { parentPort, workerData } = require("node:worker_threads");
  const words = new Int32Array(workerData.buffer);
  Atomics.store(words, 0, 7);
  parentPort.postMessage("held");
  setInterval(() => {}, 1000);
`;

describe("Memory that threads share", () => {
  it("gives every thread rooms of zeros that no other has", () => {
    const memory = opened();
    const rooms = [1, 2, 1, 2].map((owner, i) => {
      const room = new SharedMemory(memory, owner).chunk(3_000_000 * (i + 1));
      const bytes = new Uint8Array(memory.buffer, room.address, room.end - room.address);
      expect(bytes.every((byte) => byte === 0)).to.equal(true);
      bytes.fill(i + 1);
      return { bytes, i };
    });
    for (const { bytes, i } of rooms) expect(bytes.every((byte) => byte === i + 1)).to.equal(true);
  });

  it("says what a thread uses: its rooms, and what was packed for all", () => {
    const memory = opened();
    const [first, second] = [new SharedMemory(memory, 1), new SharedMemory(memory, 2)];
    expect(first.used).to.equal(0);
    first.chunk(5_000_000);
    expect([first.used >= 5_000_000, second.used]).to.deep.equal([true, 0]);
    const before = first.used;
    second.once("weight", 1_000_000, () => undefined);
    expect(first.used - before).to.be.within(1_000_000, 1_001_000);
    expect(second.used).to.equal(first.used - before);
  });

  it("keeps what has a name once, whoever writes it", () => {
    const memory = opened();
    const [first, second] = [new SharedMemory(memory, 1), new SharedMemory(memory, 2)];
    const written: string[] = [];
    const write = (name: string) => (address: number) => {
      written.push(name);
      new Uint8Array(memory.buffer)[address] = written.length;
    };
    const a = first.once("a", 5_000_000, write("a"));
    const b = second.once("b", 100, write("b"));
    expect(second.once("a", 5_000_000, write("a"))).to.equal(a);
    expect(first.once("b", 100, write("b"))).to.equal(b);
    expect(written).to.deep.equal(["a", "b"]);
    expect([new Uint8Array(memory.buffer)[a], new Uint8Array(memory.buffer)[b]]).to.deep.equal([1, 2]);
  });

  it("gives the rooms of a thread that has ended to the next, and keeps what it packed", () => {
    const memory = opened();
    const room = new SharedMemory(memory, 1).chunk(2_000_000);
    const packed = new SharedMemory(memory, 1).once("weight", 64, () => undefined);
    new Uint8Array(memory.buffer, room.address, 1000).fill(1);
    const size = memory.buffer.byteLength;
    for (let owner = 2; owner < 50; owner++) {
      releaseOwner(memory, owner - 1);
      const next = new SharedMemory(memory, owner);
      expect(next.chunk(1_500_000)).to.deep.equal(room);
      expect(new Uint8Array(memory.buffer, room.address, 1000).every((byte) => byte === 0)).to.equal(true);
      expect(next.once("weight", 64, () => expect.fail("packed twice"))).to.equal(packed);
    }
    expect(memory.buffer.byteLength).to.equal(size);
  });

  it("is not locked for ever by a thread that ends while it packs", async () => {
    const memory = opened();
    const worker = new Worker(holder, { eval: true, workerData: memory });
    await once(worker, "message");
    await worker.terminate();
    releaseOwner(memory, 7);
    expect(new SharedMemory(memory, 8).once("weight", 64, () => undefined)).to.be.greaterThan(0);
  });

  it("can be taken until the engine has no more, which is an error and nothing worse", () => {
    const shared = new SharedMemory(opened(), 1);
    expect(() => shared.chunk(2 ** 32)).to.throw(RangeError);
    expect(shared.chunk(1000).address).to.be.greaterThan(0);
  });
});

describe("Fingerprints of weights", () => {
  it("are equal for equal weights, and differ with any value and with the shape", () => {
    const values = randn([6, 4], { generator: new Generator(1) }).data;
    const prints = new Set([fingerprint(fromData(values, [6, 4])), fingerprint(fromData(values, [4, 6]))]);
    expect(prints.has(fingerprint(fromData(values.slice(), [6, 4])))).to.equal(true);
    for (let i = 0; i < values.length; i++) {
      const other = values.slice();
      other[i] = -other[i];
      prints.add(fingerprint(fromData(other, [6, 4])));
    }
    expect(prints.size).to.equal(2 + values.length);
  });
});

for (const { family } of simdFamilies()) {
  describe(`Plans in memory that threads share, ${family} kernels`, () => {
    const inUse = kernelFamily();
    before(() => setKernels(family));
    after(() => setKernels(inUse));
    afterEach(() => useSharedMemory(null));

    it("give the numbers that plans in their own memory give, and pack the weights once", () => {
      const x = randn([2, 1, 28, 28], { generator: new Generator(5) });
      const answers = (): number[][] => {
        // Each thread reads its own copy of the weights.
        const forward = capture(formulaMnist(publishedSizes, false));
        const attributions = new IntegratedGradients(forward).attribute(x, { target: 3, nSteps: 9 });
        return [forward(x), forward(x), attributions].map(({ data }) => Array.from(data));
      };
      const alone = answers();
      const memory = opened();
      const sizes = [1, 2, 3].map((owner) => {
        useSharedMemory(new SharedMemory(memory, owner));
        expect(answers()).to.deep.equal(alone);
        return memory.buffer.byteLength;
      });
      // Another thread takes less than the first by the weights, of which the largest layer has 4.7 MB.
      expect(sizes[2] - sizes[1]).to.be.lessThan(sizes[0] - 4_700_000);
    });
  });
}
