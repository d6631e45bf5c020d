import { expect } from "chai";
import { KServeClient, pictures } from "../../../src/client/index.ts";
import { startServer } from "../../../src/server/index.ts";
import type { PooledModel, RunningServer } from "../../../src/server/index.ts";
import { GrpcClient } from "../../support/grpc-client.ts";
import { traps } from "../../support/pool-model.ts";
import { forEver, job, numbers, pooledModel, Traps } from "../../support/pool.ts";
import { digitPng } from "../../support/png.ts";

describe("Requests of different protocols", () => {
  let files: Traps;
  let model: PooledModel;
  let server: RunningServer;
  const sizes: number[] = [];
  before(async () => {
    files = new Traps();
    model = await pooledModel(
      { batchSize: 8 },
      {
        observer: { batchDone: ({ queueMs }: { queueMs: readonly number[] }) => sizes.push(queueMs.length) },
      },
    );
    await model.scale(1, 1);
    server = await startServer({ models: [model], port: 0, grpc: { port: 0 } });
  });
  after(async () => {
    files.openGate();
    await server.stop();
    files.remove();
  });

  it("wait in one queue and are answered out of one batch", async () => {
    const { v1, v2 } = new KServeClient(server.url);
    const grpc = new GrpcClient(`127.0.0.1:${server.grpc?.port ?? 0}`);
    const png = digitPng(7);
    const predictionOf = {
      v1: async (): Promise<number> => (await v1.predict("mnist", [png]))[0],
      v2: async (): Promise<number> =>
        Number((await v2.infer("mnist", [pictures([png])])).outputs[0].data[0]),
      grpc: async (): Promise<number> => {
        const inputs = [{ name: "x", datatype: "BYTES", shape: [1], contents: { bytes_contents: [png] } }];
        const { outputs } = (await grpc.call("ModelInfer", { model_name: "mnist", inputs })) as {
          outputs: { contents: { int64_contents: string[] } }[];
        };
        return Number(outputs[0].contents.int64_contents[0]);
      },
      torchserve: async (): Promise<number> => {
        const body = new Uint8Array(png);
        return Number(await (await fetch(`${server.url}/predictions/mnist`, { method: "PUT", body })).text());
      },
    };
    const alone = await predictionOf.v1();

    // One job holds the only worker until the others wait.
    files.shutGate();
    const held = model.run(job(numbers(traps.wait)), forEver);
    while (model.waiting > 0) await new Promise((resolve) => setImmediate(resolve));
    const asked = Object.values(predictionOf).map((ask) => ask());
    while (model.waiting < asked.length) await new Promise((resolve) => setImmediate(resolve));
    files.openGate();

    expect(await Promise.all(asked)).to.deep.equal([alone, alone, alone, alone]);
    await held;
    expect(sizes).to.deep.equal([1, 1, asked.length]);
    grpc.close();
  });
});
