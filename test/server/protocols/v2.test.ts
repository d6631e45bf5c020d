import { expect } from "chai";
import {
  HEADER_LENGTH,
  readInferResponse,
  splitBody,
  tensorOf,
  writeInferRequest,
} from "../../../src/oip/index.ts";
import type { InferRequest, InferResponse } from "../../../src/oip/index.ts";
import { startServer } from "../../../src/server/index.ts";
import type { RunningServer } from "../../../src/server/index.ts";
import { UUID } from "../../support/http.ts";
import { quickMnist } from "../../support/mnist.ts";
import {
  base64,
  batch,
  classes,
  mapOf,
  mnist,
  numbers,
  pngs,
  predictions,
  sample,
  xs,
} from "../../support/two-digits.ts";

// JSON has no -0.
const jsonMapOf = (i: number, target: number): number[] => mapOf(i, target).map((value) => value + 0);

describe("KServe's V2 protocol", () => {
  let server: RunningServer;
  before(async () => {
    server = await startServer({
      models: [mnist, quickMnist({ version: "2.0" }, true)],
      port: 0,
    });
  });
  after(() => server.stop());

  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(server.url + path, init);
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    ask(path, { method: "POST", body: JSON.stringify(body), headers });
  const infer = async (body: unknown, verb = "infer"): Promise<unknown> =>
    (await post(`/v2/models/mnist/${verb}`, body)).json();

  const binary = async (request: InferRequest, headers: Record<string, string> = {}): Promise<Response> => {
    const { body, headerLength } = writeInferRequest(request, () => true);
    return ask("/v2/models/mnist/infer", {
      method: "POST",
      body,
      headers: { [HEADER_LENGTH]: String(headerLength), ...headers },
    });
  };
  const opened = async (answer: Response): Promise<InferResponse> =>
    readInferResponse(
      splitBody(new Uint8Array(await answer.arrayBuffer()), answer.headers.get(HEADER_LENGTH) ?? undefined),
    );

  for (const [path, body] of [
    ["/v2/health/live", { live: true }],
    ["/v2/health/ready", { ready: true }],
    ["/v2/models", { models: ["mnist"] }],
    ["/v2/models/mnist/ready", { name: "mnist", ready: true }],
    ["/v2/models/mnist/versions/2.0/ready", { name: "mnist", ready: true }],
  ] as const) {
    it(`answers GET ${path}`, async () => {
      expect(await (await ask(path)).json()).to.deep.equal(body);
    });
  }

  for (const path of ["/v2", "/v2/"]) {
    it(`says at ${path} who answers`, async () => {
      const metadata = (await (await ask(path)).json()) as Record<string, unknown>;
      expect(metadata).to.include({ name: "candil" });
      expect(metadata["extensions"]).to.deep.equal(["binary_tensor_data", "model_repository"]);
    });
  }

  it("describes a model", async () => {
    const metadata = (await (await ask("/v2/models/mnist/versions/1.0")).json()) as Record<string, unknown>;
    expect(metadata).to.deep.include({
      name: "mnist",
      versions: ["1.0", "2.0"],
      inputs: [{ name: "input-0", datatype: "FP32", shape: [-1, 1, 28, 28] }],
    });
    expect(metadata["outputs"]).to.deep.include({
      name: "attributions",
      datatype: "FP32",
      shape: [-1, 1, 28, 28],
    });
    expect(metadata["outputs"]).to.deep.include({ name: "scores", datatype: "FP32", shape: [-1, 10] });
  });

  describe("infers", () => {
    it("in TorchServe's words: the class under the input's name, and no key more", async () => {
      const answer = await post("/v2/models/mnist/infer", { id: "d3b1", inputs: [sample(0)] });
      expect(await answer.text()).to.equal(
        '{"id":"d3b1","model_name":"mnist","model_version":"1.0",' +
          `"outputs":[{"name":"input-0","datatype":"INT64","data":[${classes[0]}],"shape":[1]}]}`,
      );
    });

    it("with an id where the client gave none, or the request's own", async () => {
      expect(((await infer({ inputs: [sample(0)] })) as { id: string }).id).to.match(UUID);
      const answer = await post("/v2/models/mnist/infer", { inputs: [sample(0)] }, { "x-request-id": "r7" });
      expect(((await answer.json()) as { id: string }).id).to.equal("r7");
    });

    it("each input tensor as one sample", async () => {
      const { outputs } = (await infer({ inputs: [sample(0, "a"), sample(1, "b")] })) as { outputs: unknown };
      expect(outputs).to.deep.equal([
        { name: "a", datatype: "INT64", data: [classes[0]], shape: [1] },
        { name: "b", datatype: "INT64", data: [classes[1]], shape: [1] },
      ]);
    });

    it("a batch in one tensor, nested or flat", async () => {
      for (const data of [numbers.flat(), xs.map((x) => x.toArray()).flat()]) {
        const { outputs } = (await infer({
          inputs: [{ name: "x", shape: [2, 1, 28, 28], datatype: "FP32", data }],
        })) as { outputs: unknown };
        expect(outputs).to.deep.equal([{ name: "x", datatype: "INT64", data: classes, shape: [2] }]);
      }
    });

    for (const [what, tensor] of [
      ["base64 with shape [-1]", { shape: [-1], data: [base64[1]] }],
      ["base64 with shape [1]", { shape: [1], data: [base64[1]] }],
      ["base64 with shape []", { shape: [], data: [base64[1]] }],
    ] as const) {
      it(`a picture as BYTES: ${what}`, async () => {
        const { outputs } = (await infer({ inputs: [{ name: "x", datatype: "BYTES", ...tensor }] })) as {
          outputs: unknown;
        };
        expect(outputs).to.deep.equal([{ name: "x", datatype: "INT64", data: [classes[1]], shape: [1] }]);
      });
    }

    it("pictures as raw BYTES, and as UINT8 of their file", async () => {
      const bytes = tensorOf(
        "x",
        "BYTES",
        [2],
        pngs.map((png) => new Uint8Array(png)),
      );
      const file = tensorOf("y", "UINT8", [pngs[0].length], new Uint8Array(pngs[0]));
      const answer = await binary({ id: "1", parameters: {}, inputs: [bytes, file], outputs: [] });
      const { outputs } = await opened(answer);
      expect(outputs.map(({ data }) => Array.from(data as BigInt64Array, Number))).to.deep.equal([
        classes,
        [classes[0]],
      ]);
    });

    for (const [datatype, Floats] of [
      ["FP32", Float32Array],
      ["FP64", Float64Array],
    ] as const) {
      it(`raw ${datatype}, answered raw where asked`, async () => {
        const tensor = tensorOf("x", datatype, [2, 1, 28, 28], Floats.from(batch));
        const request = { id: "1", parameters: {}, inputs: [tensor], outputs: [] };
        const plain = await binary(request);
        expect(plain.headers.get("content-type")).to.equal("application/json");
        const raw = await binary({ ...request, parameters: { binary_data_output: true } });
        expect(raw.headers.get("content-type")).to.equal("application/octet-stream");
        const [output] = (await opened(raw)).outputs;
        expect(output.data).to.deep.equal(BigInt64Array.from(classes, BigInt));
      });
    }

    it("at a version of the model", async () => {
      const second = quickMnist({}, true).predict(xs[0])[0].prediction;
      const answer = await post("/v2/models/mnist/versions/2.0/infer", { inputs: [sample(0)] });
      expect(await answer.json())
        .to.deep.include({ model_version: "2.0" })
        .and.nested.property("outputs[0].data[0]", second);
    });

    it("the outputs that were requested, in their order", async () => {
      const { outputs } = (await infer({
        inputs: [sample(0), sample(1, "b")],
        outputs: [{ name: "scores" }, { name: "prediction" }, { name: "b" }],
      })) as { outputs: { name: string; shape: number[]; data: number[] }[] };
      expect(outputs.map(({ name, shape }) => [name, shape])).to.deep.equal([
        ["scores", [2, 10]],
        ["prediction", [2]],
        ["b", [1]],
      ]);
      expect(outputs[0].data).to.deep.equal(predictions.flatMap(({ scores }) => scores));
      expect(outputs[1].data).to.deep.equal(classes);
    });

    it("outputs raw or not, each as asked", async () => {
      const answer = await binary({
        id: "1",
        parameters: { binary_data_output: true },
        inputs: [tensorOf("x", "FP32", [2, 1, 28, 28], batch)],
        outputs: [
          { name: "scores", parameters: {} },
          { name: "prediction", parameters: { binary_data: false } },
        ],
      });
      const body = new Uint8Array(await answer.arrayBuffer());
      expect(body.length - Number(answer.headers.get(HEADER_LENGTH))).to.equal(80);
    });
  });

  describe("explains", () => {
    for (const path of [
      "/v2/models/mnist/explain",
      "/v2/models/mnist:explain",
      "/v2/models/mnist%3Aexplain",
      "/v2/models/mnist/versions/1.0/explain",
    ]) {
      it(`at ${path} in TorchServe's words`, async () => {
        const answer = (await (await post(path, { id: "1", inputs: [sample(1)] })).json()) as object;
        expect(answer).to.deep.equal({
          id: "1",
          model_name: "mnist",
          model_version: "1.0",
          outputs: [{ name: "input-0", datatype: "FP64", data: jsonMapOf(1, 0), shape: [1, 28, 28] }],
        });
      });
    }

    it("where the request or an input says so by parameter", async () => {
      const { outputs } = (await infer({
        parameters: { explain: true, target: 3 },
        inputs: [sample(0), { ...sample(1, "b"), parameters: { target: 8 } }],
      })) as { outputs: { data: unknown }[] };
      expect(outputs.map(({ data }) => data)).to.deep.equal([jsonMapOf(0, 3), jsonMapOf(1, 8)]);
    });

    it("by the requested output attributions, raw", async () => {
      const answer = await binary({
        id: "1",
        parameters: { target: 6, binary_data_output: true },
        inputs: [tensorOf("x", "FP32", [2, 1, 28, 28], batch)],
        outputs: [{ name: "attributions", parameters: {} }],
      });
      const { outputs } = await opened(answer);
      expect(outputs[0]).to.deep.include({ name: "attributions", datatype: "FP32", shape: [2, 1, 28, 28] });
      expect(outputs[0].data).to.deep.equal(Float32Array.from([...mapOf(0, 6), ...mapOf(1, 6)]));
    });

    it("with target and convergence delta where they are requested", async () => {
      const [explanation] = mnist.explain(xs[0], { target: "predicted" });
      const { outputs } = (await infer({
        parameters: { target: "predicted" },
        inputs: [sample(0)],
        outputs: ["target", "convergence_delta", "prediction", "attributions"].map((name) => ({ name })),
      })) as { outputs: { data: number[] }[] };
      expect(outputs.slice(0, 3).map(({ data }) => data)).to.deep.equal([
        [classes[0]],
        [explanation.convergenceDelta],
        [classes[0]],
      ]);
    });

    it("with NaN, which the schema wants to be text, for a delta that the method does not have", async () => {
      const { outputs } = (await infer({
        parameters: { method: "saliency" },
        inputs: [sample(0)],
        outputs: [{ name: "convergence_delta" }],
      })) as { outputs: { data: unknown }[] };
      expect(outputs[0].data).to.deep.equal(["NaN"]);
    });
  });

  it("lists the repository", async () => {
    expect(await (await post("/v2/repository/index", {})).json()).to.deep.equal([
      { name: "mnist", version: "1.0", state: "READY", reason: "" },
      { name: "mnist", version: "2.0", state: "READY", reason: "" },
    ]);
  });
});
