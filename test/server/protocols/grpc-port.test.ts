import { credentials, status } from "@grpc/grpc-js";
import type { ServiceDefinition, ServiceError } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { RequestError } from "../../../src/server/errors.ts";
import { startServer } from "../../../src/server/index.ts";
import type { RunningServer } from "../../../src/server/index.ts";
import { WireWriter } from "../../../src/server/protocols/grpc/wire.ts";
import { callRaw, definition, GrpcClient, openStream } from "../../support/grpc-client.ts";
import { quickMnist } from "../../support/mnist.ts";

const mnist = quickMnist();

/** A server with a gRPC port, for the tests of a block. */
class Served {
  #server: RunningServer | null = null;

  async start(): Promise<void> {
    this.#server = await startServer({ models: [mnist], port: 0, grpc: { port: 0 } });
  }

  get address(): string {
    return `127.0.0.1:${this.#server?.grpc?.port ?? 0}`;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}

describe("The gRPC port", () => {
  it("speaks TLS where it has a certificate, and nothing else", async () => {
    const pem = (name: string): Buffer =>
      readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url));
    const tls = { key: pem("key"), cert: pem("cert") };
    const server = await startServer({ models: [mnist], port: 0, grpc: { port: 0, tls } });
    const place = `localhost:${server.grpc?.port ?? 0}`;
    const trusting = new GrpcClient(place, credentials.createSsl(pem("cert")));
    const plain = new GrpcClient(place);
    expect(await trusting.call("ServerReady", {})).to.deep.equal({ ready: true });
    const error = await plain.call("ServerReady", {}).then(
      () => null,
      (reason: ServiceError) => reason,
    );
    expect(error?.code).to.equal(status.UNAVAILABLE);
    trusting.close();
    plain.close();
    await server.stop();
  });

  it("asks for authorisation where it is told to", async () => {
    const authorize = (authorization: string | undefined): void => {
      if (authorization !== "Bearer key") throw new RequestError("badRequest", "no key");
    };
    const server = await startServer({ models: [mnist], port: 0, grpc: { port: 0, authorize } });
    const client = new GrpcClient(`127.0.0.1:${server.grpc?.port ?? 0}`);
    const error = await client.call("ServerLive", {}).then(
      () => null,
      (reason: ServiceError) => reason,
    );
    expect(error?.details).to.equal("no key");
    client.close();
    await server.stop();
  });

  it("that is taken already is refused, and the HTTP port is given back", async () => {
    const server = await startServer({ models: [mnist], port: 0, grpc: { port: 0 } });
    const error = await startServer({
      models: [mnist],
      port: 0,
      grpc: { port: server.grpc?.port ?? 0 },
    }).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error?.message).to.include("cannot be had");
    await server.stop();
  });
});

describe("Health over gRPC", () => {
  const served = new Served();
  before(() => served.start());
  after(() => served.stop());

  it("answers Kubernetes' health probe", async () => {
    const check = (service: string): Promise<Buffer> => {
      const name = Buffer.from(service);
      return callRaw(
        served.address,
        "/grpc.health.v1.Health/Check",
        Buffer.concat([Buffer.from([10, name.length]), name]),
      );
    };
    for (const service of ["", "inference.GRPCInferenceService"]) {
      expect((await check(service)).toString("hex")).to.equal("0801");
    }
    const error = await check("nobody").then(
      () => null,
      (reason: ServiceError) => reason,
    );
    expect(error?.code).to.equal(status.NOT_FOUND);
  });

  const watch = (service: string): ReturnType<typeof openStream> => {
    const opened = openStream(served.address, "health", "grpc.health.v1.Health/Watch");
    opened.stream.write({ service });
    opened.stream.end();
    return opened;
  };

  it("tells whoever watches a service that there is none of this name", async () => {
    const { stream, close } = watch("nobody");
    for await (const answer of stream) {
      expect(answer).to.deep.equal({ status: "SERVICE_UNKNOWN" });
      break;
    }
    close();
  });

  it("tells whoever watches that the server serves, and at its end that it does not", async () => {
    const { stream, close } = watch("");
    const seen: object[] = [];
    let stopped: Promise<void> | null = null;
    for await (const answer of stream) {
      seen.push(answer);
      stopped ??= served.stop();
    }
    await stopped;
    close();
    expect(seen).to.deep.equal([{ status: "SERVING" }, { status: "NOT_SERVING" }]);
  });
});

describe("Reflection over gRPC", () => {
  const served = new Served();
  before(() => served.start());
  after(() => served.stop());

  interface Answer {
    readonly file_descriptor_response?: { readonly file_descriptor_proto: Buffer[] };
    readonly list_services_response?: { readonly service: { readonly name: string }[] };
    readonly error_response?: { readonly error_message: string };
  }
  /** The answers to questions of one stream. */
  const ask = async (...requests: object[]): Promise<Answer[]> => {
    const { stream, close } = openStream(
      served.address,
      "reflection",
      "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    );
    for (const request of requests) stream.write(request);
    stream.end();
    const answers: Answer[] = [];
    for await (const answer of stream) answers.push(answer);
    close();
    return answers;
  };
  /** What protobufjs reads out of the file that holds a symbol. */
  const described = async (symbol: string): Promise<Record<string, unknown>> => {
    const [{ file_descriptor_response: file }] = await ask({ file_containing_symbol: symbol });
    const [bytes] = file?.file_descriptor_proto ?? [];
    const length = new WireWriter().varint(BigInt(bytes.length)).finish();
    const set = Buffer.concat([Buffer.from([10]), length, bytes]);
    const reading = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
    return loadFileDescriptorSetFromBuffer(set, reading);
  };

  it("describes every service that it names, itself among them", async () => {
    const [{ list_services_response: list }] = await ask({ list_services: "" });
    const names = list?.service.map(({ name }) => name) ?? [];
    expect(names).to.have.members([
      "inference.GRPCInferenceService",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
    ]);
    for (const name of names) expect(await described(name)).to.have.property(name);
  });

  it("tells which side of a call may send more than one message", async () => {
    const streams = async (service: string, call: string): Promise<[boolean, boolean]> => {
      const { requestStream, responseStream } = ((await described(service))[service] as ServiceDefinition)[
        call
      ];
      return [requestStream, responseStream];
    };
    expect(await streams("inference.GRPCInferenceService", "ModelInfer")).to.deep.equal([false, false]);
    expect(await streams("grpc.health.v1.Health", "Watch")).to.deep.equal([false, true]);
    const reflection = "grpc.reflection.v1.ServerReflection";
    expect(await streams(reflection, "ServerReflectionInfo")).to.deep.equal([true, true]);
  });

  it("tells the names of the statuses of health", async () => {
    const health = (await described("grpc.health.v1.Health"))["grpc.health.v1.Health"] as ServiceDefinition;
    const read = health["Check"].responseDeserialize;
    expect([0, 1, 2, 3].map((status): unknown => read(Buffer.of(8, status)))).to.deep.equal(
      ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"].map((status) => ({ status })),
    );
  });

  it("tells generic clients how to ask for an inference", async () => {
    const symbol = "inference.ModelInferRequest.InferInputTensor";
    const ours = (await described(symbol))["inference.GRPCInferenceService"] as ServiceDefinition;
    const theirs = definition["inference.GRPCInferenceService"] as ServiceDefinition;
    expect(Object.keys(ours)).to.deep.equal(Object.keys(theirs));
    const value = {
      model_name: "m",
      parameters: { target: { int64_param: "3" } },
      inputs: [{ name: "x", shape: ["1"], contents: { fp32_contents: [1.5] } }],
    };
    // What protobufjs reads from a descriptor has lists of entries for maps.
    const parameters = [{ key: "target", value: { int64_param: "3" } }];
    expect(ours["ModelInfer"].requestSerialize({ ...value, parameters })).to.deep.equal(
      theirs["ModelInfer"].requestSerialize(value),
    );
  });

  it("answers questions of one stream in their order, also those that it cannot answer", async () => {
    const [file, nothing, list] = await ask(
      { file_by_filename: "inference/GRPCInferenceService.proto" },
      { file_containing_symbol: "x" },
      { list_services: "" },
    );
    expect(file.file_descriptor_response?.file_descriptor_proto).to.have.length(1);
    expect(nothing.error_response?.error_message).to.equal('nothing here is called "x"');
    expect(list.list_services_response?.service).to.have.length(4);
  });
});
