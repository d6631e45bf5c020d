import { expect } from "chai";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import {
  AnswerError,
  float32,
  KServeClient,
  NoAnswerError,
  output,
  pictures,
} from "../../src/client/index.ts";
import type { V1FullExplanation, V1FullPrediction } from "../../src/client/index.ts";
import { CandilError, ShapeError } from "../../src/errors.ts";
import { decodeImage } from "../../src/node/image.ts";
import { startServer } from "../../src/server/index.ts";
import type { AccessRecord, RunningServer } from "../../src/server/index.ts";
import { quickMnist } from "../support/mnist.ts";
import { digitPng } from "../support/png.ts";

const mnist = quickMnist();
const pngs = [digitPng(2), digitPng(7)];
const xs = pngs.map((png) => mnist.transform(decodeImage(png)));
const predictions = xs.map((x) => mnist.predict(x)[0]);
const classes = predictions.map(({ prediction }) => prediction);
const mapOf = (i: number, target: number): number[] =>
  Array.from(mnist.attribute(xs[i], { target })[0].data, Number);

/** The error of a promise that must fail. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure");
}

describe("candil/client against candil", () => {
  const accesses: AccessRecord[] = [];
  let server: RunningServer;
  let client: KServeClient;
  before(async () => {
    server = await startServer({
      models: [mnist, quickMnist({ version: "2.0" }, true)],
      port: 0,
      logger: { access: (record) => accesses.push(record) },
    });
    client = new KServeClient(`${server.url}/`);
  });
  after(() => server.stop());

  it("tells live, ready, and models that are ready", async () => {
    const { v1, v2 } = client;
    expect(
      await Promise.all([v2.live(), v2.ready(), v2.modelReady("mnist"), v1.ready("mnist")]),
    ).to.deep.equal([true, true, true, true]);
    expect(await v2.modelReady("mnist", { version: "2.0" })).to.equal(true);
  });

  it("lists models, and what server and model say about themselves", async () => {
    const { v1, v2 } = client;
    expect(await v1.models()).to.deep.equal(["mnist"]);
    expect(await v2.models()).to.deep.equal(["mnist"]);
    expect((await v2.metadata()).extensions).to.include("binary_tensor_data");
    const metadata = await v2.modelMetadata("mnist");
    expect(metadata.versions).to.deep.equal(["1.0", "2.0"]);
    expect(metadata.inputs[0].shape).to.deep.equal([-1, 1, 28, 28]);
  });

  describe("by V1", () => {
    it("predicts pictures, numbers and objects", async () => {
      const rows = Array.from({ length: 28 }, (_, y) =>
        Array.from(xs[1].data.slice(28 * y, 28 * (y + 1)), Number),
      );
      expect(await client.v1.predict("mnist", pngs)).to.deep.equal(classes);
      expect(
        await client.v1.predict("mnist", [{ data: pngs[1] }, { data: pngs[0].toString("base64") }]),
      ).to.deep.equal([...classes].reverse());
      expect(await client.v1.predict("mnist", [[rows]])).to.deep.equal([classes[1]]);
    });

    it("explains the predicted class unless told another", async () => {
      const [map] = await client.v1.explain<number[][][]>("mnist", [pngs[0]]);
      // JSON has no -0.
      expect(map.flat(2)).to.deep.equal(mapOf(0, classes[0]).map((value) => value + 0));
      const named = await client.v1.explain<V1FullExplanation>("mnist", [pngs[0]], {
        target: 3,
        nSteps: 7,
        parameters: { detail: "full" },
      });
      expect(named[0]).to.include({ target: 3, n_steps: 7, prediction: classes[0] });
    });

    it("asks for scores", async () => {
      const [full] = await client.v1.predict<V1FullPrediction>("mnist", [pngs[0]], {
        parameters: { detail: "full" },
      });
      expect(full.scores).to.have.length(10);
      expect(full.classes).to.have.length(10);
    });
  });

  describe("by V2", () => {
    for (const encoding of ["binary", "json"] as const) {
      it(`predicts pictures and tensors, ${encoding}`, async () => {
        const options = { encoding, outputs: ["prediction", "scores"] };
        const answer = await client.v2.infer("mnist", [pictures(pngs)], options);
        expect(answer.modelName).to.equal("mnist");
        expect(Array.from(output(answer, "prediction", "INT64").data, Number)).to.deep.equal(classes);
        const scores = output(answer, "scores", "FP32");
        expect(scores.shape).to.deep.equal([2, 10]);
        predictions[1].scores.forEach((score, i) => expect(scores.data[10 + i]).to.be.closeTo(score, 1e-7));
        const numbers = float32(Float32Array.from(xs[0].data), [1, 1, 28, 28]);
        const own = await client.v2.infer("mnist", [numbers], { encoding });
        expect(Array.from(output(own, "input-0", "INT64").data, Number)).to.deep.equal([classes[0]]);
      });

      it(`explains with one target for each input, ${encoding}`, async () => {
        const inputs = [
          pictures([pngs[0]], { name: "a", parameters: { target: 4 } }),
          pictures([pngs[1]], { name: "b" }),
        ];
        const found = await client.v2.explain("mnist", inputs, { encoding });
        expect(found.predictions).to.deep.equal(classes);
        expect(found.targets).to.deep.equal([4, classes[1]]);
        expect(found.attributions.shape).to.deep.equal([2, 1, 28, 28]);
        expect(Array.from(found.attributions.data, (v) => v + 0)).to.deep.equal(
          [...mapOf(0, 4), ...mapOf(1, classes[1])].map((v) => v + 0),
        );
        for (const delta of found.convergenceDeltas) expect(Math.abs(delta)).to.be.lessThan(1);
        expect(found.scores.shape).to.deep.equal([2, 10]);
      });
    }

    for (const encoding of ["binary", "json"] as const) {
      it(`has NaN where a method promises no sum, ${encoding}`, async () => {
        const options = { encoding, method: "saliency" } as const;
        const found = await client.v2.explain("mnist", [pictures([pngs[0]])], options);
        expect(found.convergenceDeltas).to.deep.equal([NaN]);
        expect(found.attributions.data.every(Number.isFinite)).to.equal(true);
      });
    }

    it("refuses numbers that are none", async () => {
      const values = new Float32Array(784).fill(NaN);
      for (const encoding of ["binary", "json"] as const) {
        const error = await failure(client.v2.infer("mnist", [float32(values, [1, 28, 28])], { encoding }));
        expect(error).to.include({ status: 400 });
        expect(String(error)).to.contain(
          'input "input-0": element 0 is NaN, expected finite float32 numbers',
        );
      }
    });

    it("asks a version, and has its own id back", async () => {
      const answer = await client.v2.infer("mnist", [pictures(pngs)], { version: "2.0", id: "mine-1" });
      expect(answer).to.include({ id: "mine-1", modelVersion: "2.0" });
    });
  });

  it("carries a request id into the server's log", async () => {
    await client.v1.predict("mnist", [pngs[0]], { requestId: "trace-me-7" });
    await client.v2.live();
    expect(accesses.map(({ requestId }) => requestId)).to.include("trace-me-7");
  });

  it("fails with the server's words, its status and its request id", async () => {
    const error = await failure(client.v1.explain("mnist", [pngs[0]], { target: 10, requestId: "r-1" }));
    expect(error).to.be.instanceOf(AnswerError).and.include({ status: 400, requestId: "r-1" });
    expect(String(error)).to.match(/POST http:.*:explain: 400 .*target 10 is out of range/);
    const unknown = await failure(client.v2.infer("nosuch", [pictures(pngs)]));
    expect(unknown).to.include({ status: 404 });
    expect(String(unknown)).to.match(/Model not found: nosuch/);
    expect(await failure(client.v2.modelReady("nosuch"))).to.include({ status: 404 });
  });

  it("names the outputs that there are", async () => {
    const answer = await client.v2.infer("mnist", [pictures(pngs)], { outputs: ["scores"] });
    expect(() => output(answer, "score", "FP32")).to.throw(
      CandilError,
      'the answer has no output "score" of FP32; it has scores (FP32); did you mean "scores"?',
    );
    expect(() => output(answer, "scores", "INT64")).to.throw(CandilError, "it has scores (FP32)");
  });

  it("refuses values that do not fill their shape before anything is sent", () => {
    expect(() => float32(new Float32Array(3), [1, 2])).to.throw(
      ShapeError,
      "3 values do not fill the shape [1, 2], which takes 2",
    );
  });

  it("lists the repository", async () => {
    expect(await client.repository.index()).to.deep.include({
      name: "mnist",
      version: "2.0",
      state: "READY",
      reason: "",
    });
    await client.repository.load("mnist");
    expect(await failure(client.repository.load("nosuch"))).to.include({ status: 404 });
  });
});

describe("candil/client against whatever answers", () => {
  let server: Server;
  let answering: RequestListener = () => undefined;
  let client: KServeClient;
  before(async () => {
    server = createServer((request, response) => answering(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    client = new KServeClient(`http://127.0.0.1:${address.port}`, { headers: { Authorization: "Bearer k" } });
  });
  after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const answer = (status: number, body: string, headers: Record<string, string> = {}): void => {
    answering = (_request, response) => response.writeHead(status, headers).end(body);
  };

  for (const [who, body, words] of [
    ["KServe", '{"error":"Model m is not ready."}', "Model m is not ready."],
    ["TorchServe", '{"code":500,"type":"X","message":"Prediction failed"}', "Prediction failed"],
    ["FastAPI", '{"detail":[{"msg":"field required"}]}', "field required"],
    ["a gateway", "<html>upstream is gone</html>\n", "<html>upstream is gone</html>"],
  ]) {
    it(`hands on the words of ${who}`, async () => {
      answer(500, body);
      const error = await failure(client.v1.predict("m", [pngs[0]]));
      expect(error)
        .to.be.instanceOf(AnswerError)
        .and.include({ status: 500, requestId: null, retryAfter: null });
      expect(String(error)).to.contain(words);
    });
  }

  it("takes 503 from a probe for no, and from a question for an error with its Retry-After", async () => {
    answer(503, '{"ready":false}', { "Retry-After": "3" });
    expect(await client.v2.ready()).to.equal(false);
    expect(await client.v1.ready("m")).to.equal(false);
    expect(await failure(client.v1.predict("m", [pngs[0]]))).to.include({ status: 503, retryAfter: 3 });
  });

  it("says what it got instead of an answer of the protocol", async () => {
    answer(200, "<html>welcome</html>");
    for (const call of [
      client.v1.models(),
      client.v2.metadata(),
      client.v2.infer("m", [pictures(pngs)]),
      client.repository.index(),
    ]) {
      const error = await failure(call);
      expect(error).to.be.instanceOf(AnswerError).and.include({ status: 200 });
      expect(String(error)).to.contain("welcome");
    }
  });

  it("sends the client's headers and those of the call", async () => {
    let seen: unknown;
    answering = (request, response) => {
      seen = [request.headers.authorization, request.headers["traceparent"], request.headers["x-request-id"]];
      response.end("{}");
    };
    await client.v2.metadata({ headers: { traceparent: "00-a-b-01" }, requestId: "id-1" });
    expect(seen).to.deep.equal(["Bearer k", "00-a-b-01", "id-1"]);
  });

  it("gives up after its time", async () => {
    answering = () => undefined;
    const error = await failure(client.v2.live({ timeoutMs: 1 }));
    expect(error).to.be.instanceOf(NoAnswerError);
    expect(String(error)).to.match(/GET http:.*\/v2\/health\/live: no answer within 1 ms/);
  });

  it("stops when its signal aborts, with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    answering = () => controller.abort(reason);
    expect(await failure(client.v2.infer("m", [pictures(pngs)], { signal: controller.signal }))).to.equal(
      reason,
    );
  });

  it("says why there was no answer", async () => {
    answering = (request) => request.socket.destroy();
    const error = await failure(client.v2.live());
    expect(error).to.be.instanceOf(NoAnswerError);
    expect(String(error)).to.match(/no answer \(.+\)/);
  });
});
