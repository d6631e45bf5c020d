import { Metadata } from "@grpc/grpc-js";
import { expect } from "chai";
import { registryOf } from "../../src/server/app.ts";
import type { AccessRecord } from "../../src/server/index.ts";
import { ServerMetrics } from "../../src/server/metrics/server-metrics.ts";
import { GrpcClient, openStream } from "../support/grpc-client.ts";
import { HeldModel } from "../support/held-model.ts";
import { quickMnist } from "../support/mnist.ts";
import { digitPng } from "../support/png.ts";
import { withServing } from "../support/serving.ts";

const png = digitPng(7);
const settings = { disable_token_authorization: "true", grpc_inference_port: "0" };
const picture = {
  model_name: "mnist",
  inputs: [{ name: "input-0", datatype: "BYTES", shape: [1], contents: { bytes_contents: [png] } }],
};
const trace = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${trace}-b7ad6b7169203331-01`;

describe("Whoever watches a server", () => {
  it("sees how many requests to models are in flight, over HTTP and gRPC", async () => {
    const metrics = new ServerMetrics({ host: "vm" });
    const inFlight = (): string | undefined =>
      /^candil_requests_in_flight (.*)$/m.exec(metrics.registry.text())?.[1];
    const model = new HeldModel(quickMnist(), 2);
    await withServing(
      settings,
      async (server) => {
        expect(inFlight()).to.equal("0.0");
        const client = new GrpcClient(`127.0.0.1:${server.grpc?.port ?? 0}`);
        const both = [
          fetch(`${server.url}/v1/models/mnist:predict`, { method: "POST", body: png }),
          client.call("ModelInfer", picture),
        ];
        await Promise.all(model.arrivals);
        await fetch(`${server.url}/v2/health/ready`);
        expect(inFlight()).to.equal("2.0");
        model.letGo();
        await Promise.all(both);
        client.close();
        await server.stop();
        expect(inFlight()).to.equal("0.0");
      },
      { models: registryOf([model]), metrics },
    );
  });

  it("sees how many wait for a worker", () => {
    const metrics = new ServerMetrics({ host: "vm" });
    metrics.watch({ all: () => [{ name: "m", version: "1.0", waiting: 3 }] });
    expect(metrics.registry.text()).to.contain(
      'candil_requests_waiting{model_name="m",model_version="1.0",} 3.0\n',
    );
  });

  it("finds calls of gRPC in the log and among the requests, with the client's id and trace", async () => {
    const records: AccessRecord[] = [];
    const metrics = new ServerMetrics({ host: "vm" });
    await withServing(
      settings,
      async (server) => {
        const client = new GrpcClient(`127.0.0.1:${server.grpc?.port ?? 0}`);
        const metadata = new Metadata();
        metadata.set("x-request-id", "grpc-1");
        metadata.set("traceparent", traceparent);
        expect(await client.call("ModelInfer", picture, {}, metadata)).to.include({ id: "grpc-1" });
        await client.call("ModelInfer", { ...picture, model_name: "nobody" }).catch(() => undefined);
        client.close();
      },
      { metrics, logger: { access: (record) => records.push(record) } },
    );
    const [own, other] = records;
    expect(own).to.include({
      method: "POST",
      url: "/inference.GRPCInferenceService/ModelInfer",
      status: 200,
      requestId: "grpc-1",
      traceId: trace,
    });
    expect(other).to.include({ status: 404, reason: "Model not found: nobody" });
    expect(metrics.registry.text()).to.contain(
      'ts_inference_requests_total{model_name="mnist",model_version="default",hostname="vm",} 1.0\n',
    );
  });

  it("hears that it is not ready, before it stops answering", async () => {
    await withServing(settings, async (server) => {
      expect((await fetch(`${server.url}/v2/health/ready`)).status).to.equal(200);
      server.leave();
      for (const path of ["/ping", "/v2/health/ready", "/v1/models/mnist", "/v2/models/mnist/ready"]) {
        expect((await fetch(server.url + path)).status, path).to.equal(503);
      }
      expect((await fetch(`${server.url}/v2/health/live`)).status).to.equal(200);
      const answer = await fetch(`${server.url}/predictions/mnist`, { method: "PUT", body: png });
      expect([answer.status, answer.headers.get("connection")]).to.deep.equal([200, "close"]);
    });
  });

  it("hears over gRPC that it is not ready any more, as soon as that is so", async () => {
    await withServing(settings, async (server) => {
      const address = `127.0.0.1:${server.grpc?.port ?? 0}`;
      const { stream, close } = openStream(address, "health", "grpc.health.v1.Health/Watch");
      stream.write({});
      stream.end();
      const seen: object[] = [];
      for await (const answer of stream) {
        if (seen.push(answer) === 2) break;
        server.leave();
      }
      close();
      expect(seen).to.deep.equal([{ status: "SERVING" }, { status: "NOT_SERVING" }]);
    });
  });
});
