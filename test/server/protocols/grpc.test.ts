import { status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { expect } from "chai";
import { startServer } from "../../../src/server/index.ts";
import type { RunningServer } from "../../../src/server/index.ts";
import { callRaw, GrpcClient } from "../../support/grpc-client.ts";
import { quickMnist } from "../../support/mnist.ts";
import { classes, mapOf, mnist, numbers, pngs } from "../../support/two-digits.ts";

const floats = numbers.map((list) => Float32Array.from(list));
const rawOf = (data: Float32Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
const input = { name: "input-0", datatype: "FP32", shape: [1, 28, 28] };

interface Output {
  readonly name: string;
  readonly datatype: string;
  readonly shape: string[];
  readonly contents?: Record<string, unknown>;
}
interface Answer {
  readonly id: string;
  readonly outputs: Output[];
  readonly raw_output_contents?: Buffer[];
}

describe("The Open Inference Protocol over gRPC", () => {
  let server: RunningServer;
  let client: GrpcClient;
  let address: string;
  before(async () => {
    server = await startServer({
      models: [mnist, quickMnist({ version: "2.0" }, true)],
      port: 0,
      grpc: { port: 0 },
      limits: { maxRequestSize: 100_000 },
    });
    address = `127.0.0.1:${server.grpc?.port ?? 0}`;
    client = new GrpcClient(address);
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  const infer = async (request: object): Promise<Answer> =>
    (await client.call("ModelInfer", { model_name: "mnist", ...request })) as object as Answer;
  const refusal = async (method: string, request: object, options = {}): Promise<[number, string]> => {
    const error = await client.call(method, request, options).then(
      () => null,
      (reason: ServiceError) => reason,
    );
    return [error?.code ?? 0, error?.details ?? ""];
  };

  it("lives and is ready", async () => {
    expect(await client.call("ServerLive", {})).to.deep.equal({ live: true });
    expect(await client.call("ServerReady", {})).to.deep.equal({ ready: true });
    expect(await client.call("ModelReady", { name: "mnist", version: "2.0" })).to.deep.equal({ ready: true });
  });

  it("describes itself and its models as over REST", async () => {
    const rest = async (path: string): Promise<unknown> => (await fetch(server.url + path)).json();
    expect(await client.call("ServerMetadata", {})).to.deep.equal(await rest("/v2"));
    const { inputs, outputs, ...metadata } = await client.call("ModelMetadata", { name: "mnist" });
    const described = (await rest("/v2/models/mnist")) as { inputs: unknown; outputs: object[] };
    expect({ ...described, inputs, outputs }).to.deep.equal({ ...metadata, inputs, outputs });
    expect(inputs).to.deep.equal([{ ...input, shape: ["-1", "1", "28", "28"] }]);
    expect(outputs).to.have.length(described.outputs.length);
  });

  it("infers raw tensors, answered raw", async () => {
    const answer = await infer({ id: "7", inputs: [input], raw_input_contents: [rawOf(floats[0])] });
    expect(answer.id).to.equal("7");
    expect(answer.outputs).to.deep.equal([{ name: "input-0", datatype: "INT64", shape: ["1"] }]);
    expect(answer.raw_output_contents?.[0].readBigInt64LE()).to.equal(BigInt(classes[0]));
  });

  it("infers contents, answered in contents", async () => {
    const answer = await infer({ inputs: [{ ...input, contents: { fp32_contents: [...floats[1]] } }] });
    expect(answer.outputs[0].contents).to.deep.equal({ int64_contents: [String(classes[1])] });
    expect(answer.id).not.to.equal("");
  });

  for (const [datatype, field] of [
    ["FP64", "fp64_contents"],
    ["INT32", "int_contents"],
    ["INT64", "int64_contents"],
    ["UINT8", "uint_contents"],
    ["UINT64", "uint64_contents"],
  ] as const) {
    it(`infers ${datatype} in contents`, async () => {
      const zeros = new Array<number>(784).fill(0);
      const answer = await infer({ inputs: [{ ...input, datatype, contents: { [field]: zeros } }] });
      expect(answer.outputs[0].datatype).to.equal("INT64");
    });
  }

  it("infers pictures as BYTES: raw PNG in contents with shape [], and many in raw contents", async () => {
    const one = await infer({
      inputs: [{ name: "x", datatype: "BYTES", shape: [], contents: { bytes_contents: [pngs[0]] } }],
    });
    expect(one.outputs[0].contents).to.deep.equal({ int64_contents: [String(classes[0])] });
    const raw = Buffer.concat(
      pngs.map((png) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(png.length);
        return Buffer.concat([length, png]);
      }),
    );
    const two = await infer({
      inputs: [{ name: "x", datatype: "BYTES", shape: [2] }],
      raw_input_contents: [raw],
    });
    expect(two.outputs[0].shape).to.deep.equal(["2"]);
  });

  it("explains by the requested output attributions and by parameter", async () => {
    const asked = {
      parameters: { target: { int64_param: 4 }, n_steps: { int64_param: 15 } },
      inputs: [input],
      raw_input_contents: [rawOf(floats[0])],
    };
    const { outputs, raw_output_contents } = await infer({ ...asked, outputs: [{ name: "attributions" }] });
    expect(outputs[0].shape).to.deep.equal(["1", "1", "28", "28"]);
    expect(raw_output_contents?.[0].equals(rawOf(Float32Array.from(mapOf(0, 4))))).to.equal(true);
    const explained = await infer({
      parameters: { explain: { bool_param: true }, target: { string_param: "predicted" } },
      inputs: [{ ...input, contents: { fp32_contents: [...floats[0]] } }],
    });
    expect(explained.outputs[0]).to.include({ datatype: "FP64" });
    expect((explained.outputs[0].contents?.["fp64_contents"] as number[])[400]).to.equal(
      mapOf(0, classes[0])[400],
    );
  });

  it("lists the repository", async () => {
    expect(await client.call("RepositoryIndex", {})).to.deep.equal({
      models: [
        { name: "mnist", version: "1.0", state: "READY" },
        { name: "mnist", version: "2.0", state: "READY" },
      ],
    });
  });

  const contents = { fp32_contents: [...floats[0]] };
  for (const [what, method, request, code, reason] of [
    [
      "an unknown model",
      "ModelInfer",
      { model_name: "x", inputs: [{ ...input, contents }] },
      status.NOT_FOUND,
      "Model not found: x",
    ],
    ["an unknown model's readiness", "ModelReady", { name: "x" }, status.NOT_FOUND, "x"],
    ["no inputs", "ModelInfer", { model_name: "mnist" }, status.INVALID_ARGUMENT, "at least one"],
    [
      "an input without contents",
      "ModelInfer",
      { model_name: "mnist", inputs: [input] },
      status.INVALID_ARGUMENT,
      "0 elements do not fill",
    ],
    [
      "contents beside raw contents",
      "ModelInfer",
      { model_name: "mnist", inputs: [{ ...input, contents }], raw_input_contents: [rawOf(floats[0])] },
      status.INVALID_ARGUMENT,
      "exclude each other",
    ],
    [
      "too few raw contents",
      "ModelInfer",
      { model_name: "mnist", inputs: [input, input], raw_input_contents: [rawOf(floats[0])] },
      status.INVALID_ARGUMENT,
      "one entry for each of the 2 inputs",
    ],
    [
      "FP16 in contents",
      "ModelInfer",
      { model_name: "mnist", inputs: [{ ...input, datatype: "FP16", contents }] },
      status.INVALID_ARGUMENT,
      "raw_input_contents",
    ],
    [
      "a number that the datatype does not hold",
      "ModelInfer",
      { model_name: "mnist", inputs: [{ ...input, datatype: "UINT8", contents: { uint_contents: [256] } }] },
      status.INVALID_ARGUMENT,
      "256",
    ],
    [
      "an unknown output",
      "ModelInfer",
      { model_name: "mnist", inputs: [{ ...input, contents }], outputs: [{ name: "score" }] },
      status.INVALID_ARGUMENT,
      'Did you mean "scores"',
    ],
    [
      "a shape with too many axes",
      "ModelInfer",
      { model_name: "mnist", inputs: [{ ...input, shape: new Array(9).fill(1), contents }] },
      status.INVALID_ARGUMENT,
      "at most 8",
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const [got, details] = await refusal(method, request);
      expect(got).to.equal(code);
      expect(details).to.include(reason);
    });
  }

  it("refuses a message larger than allowed", async () => {
    const [code] = await refusal("ModelInfer", {
      model_name: "mnist",
      inputs: [input],
      raw_input_contents: [Buffer.alloc(200_000)],
    });
    expect(code).to.equal(status.RESOURCE_EXHAUSTED);
  });

  it("refuses bytes that are no message, and goes on", async () => {
    const bad = callRaw(
      address,
      "/inference.GRPCInferenceService/ModelInfer",
      Buffer.from("ffffffffffffffffffffff", "hex"),
    );
    const error = await bad.then(
      () => null,
      (reason: ServiceError) => reason,
    );
    expect(error?.code).to.equal(status.INVALID_ARGUMENT);
    expect(await client.call("ServerLive", {})).to.deep.equal({ live: true });
  });

  const long = {
    model_name: "mnist",
    parameters: { n_steps: { int64_param: 1_000 } },
    inputs: Array.from({ length: 8 }, () => input),
    outputs: [{ name: "attributions" }],
    raw_input_contents: Array.from({ length: 8 }, () => rawOf(floats[0])),
  };

  it("ends a call at its deadline", async () => {
    const [code] = await refusal("ModelInfer", long, { deadline: Date.now() + 1 });
    expect(code).to.equal(status.DEADLINE_EXCEEDED);
    expect(await client.call("ServerLive", {})).to.deep.equal({ live: true });
  });

  it("ends a call that the client cancels", async () => {
    const { answer, cancel } = client.start("ModelInfer", long);
    await client.call("ServerLive", {});
    cancel();
    const error = await answer.then(
      () => null,
      (reason: ServiceError) => reason,
    );
    expect(error?.code).to.equal(status.CANCELLED);
  });
});
