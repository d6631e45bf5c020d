import { expect } from "chai";
import { format } from "node:util";
import { gzipSync } from "node:zlib";
import { KServeClient } from "../../../src/client/index.ts";
import { tensor } from "../../../src/index.ts";
import { startServer } from "../../../src/server/index.ts";
import type { RunningServer } from "../../../src/server/index.ts";
import { UUID } from "../../support/http.ts";
import { quickMnist } from "../../support/mnist.ts";
import { base64, classes, mnist, pngs, xs as inputs } from "../../support/two-digits.ts";

// JSON has no -0.
const overJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const mapOf = (i: number, target: number): unknown =>
  overJson(mnist.attribute(inputs[i], { target })[0].toArray());

describe("KServe's V1 protocol", () => {
  let server: RunningServer;
  before(async () => {
    server = await startServer({
      models: [mnist, quickMnist({ version: "2.0" }, true), quickMnist({ name: "other" })],
      port: 0,
    });
  });
  after(() => server.stop());

  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(server.url + path, init);
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    ask(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), headers });
  const text = async (response: Promise<Response>): Promise<string> => (await response).text();
  const json = async (response: Promise<Response>): Promise<unknown> => (await response).json();
  const predict = (body: unknown): Promise<unknown> => json(post("/v1/models/mnist:predict", body));
  const explain = (body: unknown, query = ""): Promise<unknown> =>
    json(post(`/v1/models/mnist:explain${query}`, body));

  it("lists models", async () => {
    expect(await text(ask("/v1/models"))).to.equal('{"models":["mnist","other"]}');
  });

  it("says that a model is ready, also by version", async () => {
    for (const path of ["/v1/models/mnist", "/v1/models/mnist/versions/2.0"]) {
      expect(await text(ask(path))).to.equal('{"name":"mnist","ready":true}');
    }
  });

  it("answers predictions in exactly the bytes of TorchServe's wrapper", async () => {
    const answer = await post("/v1/models/mnist:predict", { instances: [{ data: base64[0], target: 0 }] });
    expect(answer.headers.get("content-type")).to.equal("application/json");
    expect(await answer.text()).to.equal(`{"predictions":[${classes[0]}]}`);
  });

  it("takes the colon percent-encoded", async () => {
    expect(await json(post("/v1/models/mnist%3Apredict", { instances: [base64[0]] }))).to.deep.equal({
      predictions: [classes[0]],
    });
  });

  it("asks another version of the model", async () => {
    const second = quickMnist({}, true).predict(inputs[1])[0].prediction;
    expect(
      await json(post("/v1/models/mnist/versions/2.0:predict", { instances: [base64[1]] })),
    ).to.deep.equal({
      predictions: [second],
    });
  });

  for (const [what, instances] of [
    ["data in base64", [{ data: base64[0] }, { data: base64[1] }]],
    ["body in base64", [{ body: base64[0] }, { body: base64[1] }]],
    ["b64 objects", base64.map((b64) => ({ b64 }))],
    ["b64 objects under data", base64.map((b64) => ({ data: { b64 } }))],
    ["b64 objects under a name of the client's own", base64.map((b64) => ({ image: { b64 }, id: 5 }))],
    ["bare strings", base64],
    ["nested numbers", inputs.map((x) => x.toArray())],
    ["nested numbers under data", inputs.map((x) => ({ data: x.toArray() }))],
  ] as const) {
    it(`takes instances as ${what}`, async () => {
      expect(await predict({ instances })).to.deep.equal({ predictions: classes });
    });
  }

  it("takes inputs for instances", async () => {
    expect(await predict({ inputs: base64 })).to.deep.equal({ predictions: classes });
  });

  it("takes a bare picture for one instance", async () => {
    const answer = ask("/v1/models/mnist:predict", { method: "PUT", body: pngs[1] });
    expect(await json(answer)).to.deep.equal({ predictions: [classes[1]] });
  });

  for (const type of [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/octet-stream",
  ]) {
    it(`takes JSON that calls itself ${type}`, async () => {
      const answer = post("/v1/models/mnist:predict", { instances: [base64[0]] }, { "content-type": type });
      expect(await json(answer)).to.deep.equal({ predictions: [classes[0]] });
    });
  }

  it("takes a compressed body", async () => {
    const body = gzipSync(JSON.stringify({ instances: [base64[0]] }));
    const answer = ask("/v1/models/mnist:predict", {
      method: "POST",
      body,
      headers: { "content-encoding": "gzip" },
    });
    expect(await json(answer)).to.deep.equal({ predictions: [classes[0]] });
  });

  describe("explains", () => {
    it("names numbers that JSON does not have, as V2 does, and the client reads them", async () => {
      const huge = Array.from({ length: 28 }, () => new Array<number>(28).fill(3e38));
      const x = tensor([[huge]]);
      const named = (value: unknown): unknown =>
        Array.isArray(value) ? value.map(named) : Number.isFinite(value) ? value : String(value);
      const [map] = mnist.attribute(x, { target: 0 }).map((one) => one.toArray());
      expect(JSON.stringify(named(map))).to.match(/"(NaN|-?Infinity)"/);
      expect(await explain({ instances: [[huge]] })).to.deep.equal({ explanations: [overJson(named(map))] });
      const { v1 } = new KServeClient(server.url);
      const read = async (options: object): Promise<string> =>
        format((await v1.explain("mnist", [[huge]], { target: 0, ...options }))[0]);
      expect(await read({})).to.equal(format(map));
      expect(await read({ parameters: { detail: "full" } })).to.match(/convergence_delta: NaN/);
    });

    it("each instance for its own target, and says nothing else", async () => {
      const instances = [
        { data: base64[0], target: 4 },
        { data: base64[1], target: 9 },
      ];
      expect(await explain({ instances })).to.deep.equal({ explanations: [mapOf(0, 4), mapOf(1, 9)] });
    });

    it("class 0 where no target is named, as TorchServe", async () => {
      expect(await explain({ instances: [base64[1]] })).to.deep.equal({ explanations: [mapOf(1, 0)] });
    });

    it("by the first instance's target where another names none, as TorchServe", async () => {
      const instances = [{ data: base64[0], target: 3 }, { data: base64[1] }];
      expect(await explain({ instances })).to.deep.equal({ explanations: [mapOf(0, 3), mapOf(1, 3)] });
    });

    it("as parameters say, and as the query says before them", async () => {
      const options = { target: "predicted", n_steps: 4 } as const;
      const four = overJson(mnist.attribute(inputs[0], { target: "predicted", nSteps: 4 })[0].toArray());
      expect(await explain({ instances: [base64[0]], parameters: options })).to.deep.equal({
        explanations: [four],
      });
      const asked = explain(
        { instances: [base64[0]], parameters: { target: 1 } },
        "?target=predicted&n_steps=4",
      );
      expect(await asked).to.deep.equal({ explanations: [four] });
    });

    it("with all that is known where detail=full asks for it", async () => {
      const { explanations } = (await explain(
        { instances: [base64[0]], parameters: { target: 5 } },
        "?detail=full",
      )) as { explanations: [Record<string, unknown>] };
      expect(Object.keys(explanations[0])).to.deep.equal([
        "prediction",
        "scores",
        "target",
        "method",
        "n_steps",
        "baseline",
        "convergence_delta",
        "attributions",
      ]);
      expect(explanations[0]).to.deep.include({ target: 5, n_steps: 15, attributions: mapOf(0, 5) });
    });
  });

  it("gives scores and classes with detail=full", async () => {
    const [{ prediction, scores }] = mnist.predict(inputs[0]);
    expect(
      await json(post("/v1/models/mnist:predict?detail=full", { instances: [base64[0]] })),
    ).to.deep.equal({
      predictions: [{ prediction, scores, classes: mnist.classes }],
    });
  });

  describe("refuses with an error in JSON", () => {
    for (const [what, path, body, status, reason] of [
      ["broken JSON", "mnist:predict", "{", 400, "not valid JSON"],
      ["an empty body", "mnist:predict", "", 400, "not valid JSON"],
      ["a body without instances", "mnist:predict", {}, 400, 'Expected {"instances": [...]}'],
      ["no instance", "mnist:predict", { instances: [] }, 400, "empty"],
      ["instances that are no list", "mnist:predict", { instances: {} }, 400, "Expected"],
      [
        "an instance without picture",
        "mnist:predict",
        { instances: [{ date: "" }] },
        400,
        'instances[0] must have the picture under "data"',
      ],
      ["broken base64", "mnist:predict", { instances: ["*"] }, 400, "Bad base64"],
      [
        "the wrong shape",
        "mnist:predict",
        { instances: [[[1, 2]]] },
        400,
        "takes tensors [1, 28, 28], got [1, 2]",
      ],
      [
        "a class that does not exist",
        "mnist:explain",
        { instances: [{ data: base64[0], target: 10 }] },
        400,
        "10 classes",
      ],
      [
        "parameters that are no object",
        "mnist:predict",
        { instances: base64, parameters: 1 },
        400,
        '"parameters"',
      ],
      [
        "too many instances",
        "mnist:predict",
        { instances: new Array(1_025).fill("") },
        400,
        "at most 1024 instances",
      ],
      ["an unknown model", "nobody:predict", { instances: base64 }, 404, "Model not found: nobody"],
      ["an unknown version", "mnist/versions/7:predict", { instances: base64 }, 404, "7"],
      ["an unknown verb", "mnist:train", { instances: base64 }, 404, "not found"],
      ["no verb", "mnist", {}, 405, "not allowed"],
      [
        "an incomplete CloudEvent",
        "mnist:predict",
        { specversion: "1.0", id: "1", data: {} },
        400,
        "lacks attribute source, attribute type",
      ],
    ] as const) {
      it(what, async () => {
        const answer = await post(`/v1/models/${path}`, body);
        const { error, ...rest } = (await answer.json()) as { error: string };
        expect(answer.status).to.equal(status);
        expect(error).to.include(reason);
        expect(rest).to.deep.equal({});
      });
    }

    it("a wrong method, and a path that leads nowhere", async () => {
      for (const [path, status] of [
        ["/v1/models/mnist:predict", 405],
        ["/v1/nothing", 404],
        ["/v1", 404],
        ["/v1/models/%zz", 400],
        ["/v2/models/%zz", 400],
      ] as const) {
        const answer = await ask(path);
        expect([answer.status, Object.keys((await answer.json()) as object)]).to.deep.equal([
          status,
          ["error"],
        ]);
      }
    });
  });

  it("carries the client's request id through, and makes one where there is none", async () => {
    const answer = await ask("/v1/models", { headers: { "x-request-id": "abc-1" } });
    expect(answer.headers.get("x-request-id")).to.equal("abc-1");
    for (const headers of [{}, { "x-request-id": "no spaces please" }]) {
      expect((await ask("/v1/models", { headers })).headers.get("x-request-id")).to.match(UUID);
    }
  });

  describe("speaks CloudEvents", () => {
    const event = { specversion: "1.0", id: "1", source: "urn:test", type: "t" };

    it("in headers, answered in headers", async () => {
      const headers = Object.fromEntries(Object.entries(event).map(([name, value]) => [`ce-${name}`, value]));
      const answer = await post("/v1/models/mnist:predict", { instances: [base64[0]] }, headers);
      expect(await answer.text()).to.equal(`{"predictions":[${classes[0]}]}`);
      expect(answer.headers.get("ce-type")).to.equal("io.kserve.inference.response");
      expect(answer.headers.get("ce-source")).to.equal("io.kserve.inference.mnist");
      expect(answer.headers.get("ce-specversion")).to.equal("1.0");
      expect(answer.headers.get("ce-id")).to.match(UUID);
    });

    it("in the body, answered in the body", async () => {
      const answer = await post(
        "/v1/models/mnist:predict",
        { ...event, data: { instances: [base64[0]] } },
        { "content-type": "application/cloudevents+json" },
      );
      expect(answer.headers.get("content-type")).to.equal("application/cloudevents+json");
      expect(await answer.json()).to.deep.include({
        specversion: "1.0",
        type: "io.kserve.inference.response",
        source: "io.kserve.inference.mnist",
        data: { predictions: [classes[0]] },
      });
    });

    for (const [what, bytes] of [
      ["a picture", pngs[0]],
      ["a request", Buffer.from(JSON.stringify({ instances: [base64[0]] }))],
    ] as const) {
      it(`in the body, with ${what} in base64`, async () => {
        const asked = { ...event, data_base64: bytes.toString("base64") };
        expect(await predict(asked)).to.deep.include({ data: { predictions: [classes[0]] } });
      });
    }

    it("around explanations too, with the colon percent-encoded", async () => {
      const answer = await json(
        post("/v1/models/mnist%3Aexplain", {
          ...event,
          data: { instances: [{ data: base64[0], target: 3 }] },
        }),
      );
      expect(answer).to.deep.include({ data: { explanations: [mapOf(0, 3)] } });
    });
  });
});
