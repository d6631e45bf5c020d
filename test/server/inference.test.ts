import { expect } from "chai";
import { pythonFloatLists } from "../../src/server/answer/python-json.ts";
import type { RunningServer } from "../../src/server/index.ts";
import { startServer } from "../../src/server/index.ts";
import { decodeImage, encodePng } from "../../src/node/image.ts";
import { heatMap } from "../../src/vision/index.ts";
import { IntegratedGradients } from "../../src/attribution/index.ts";
import { digitPng, pngBomb, pngOf } from "../support/png.ts";
import { exchange, RawClient } from "../support/http.ts";
import { quickMnist } from "../support/mnist.ts";
import { multipart } from "../support/multipart.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const mnist = quickMnist();
const png = digitPng(7);
const x = mnist.transform(decodeImage(png));
const [{ prediction, scores }] = mnist.predict(x);

interface ErrorBody {
  readonly code: number;
  readonly type: string;
  readonly message: string;
}

describe("The inference port", () => {
  let server: RunningServer;
  before(async () => {
    server = await startServer({ models: [mnist, quickMnist({ version: "2.0" }, true)], port: 0 });
  });
  after(() => server.stop());

  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(server.url + path, init);
  const put = (path: string, body: BodyInit = png, headers: Record<string, string> = {}): Promise<Response> =>
    ask(path, { method: "PUT", body, headers });
  const textOf = async (response: Promise<Response>): Promise<string> => (await response).text();

  describe("answers a prediction", () => {
    it("with the bare digit, TorchServe's headers in their spelling, and nothing else", async () => {
      const answer = await exchange(
        server,
        ["PUT /predictions/mnist HTTP/1.1", "Host: x", `Content-Length: ${png.length}`],
        png,
      );
      expect(answer.status).to.equal(200);
      expect(answer.body.toString()).to.equal(String(prediction));
      const [id, ...rest] = answer.headers;
      expect(id.replace("x-request-id: ", "")).to.match(UUID);
      expect(rest).to.deep.equal([
        "Pragma: no-cache",
        "Cache-Control: no-cache; no-store, must-revalidate, private",
        "Expires: Thu, 01 Jan 1970 00:00:00 UTC",
        "content-length: 1",
        "connection: close",
      ]);
    });

    it("and keeps the connection of a client that wants to go on", async () => {
      const client = new RawClient(server);
      const head = ["PUT /predictions/mnist HTTP/1.1", `Content-Length: ${png.length}`];
      client.send(head, png).send([...head, "Connection: close"], png);
      const { headers, body } = await client.untilClosed();
      expect(headers).to.include("connection: keep-alive");
      expect(headers.join()).not.to.match(/keep-alive: timeout/i);
      expect(body.toString()).to.match(new RegExp(`^${prediction}HTTP/1.1 200 OK\r\n.*${prediction}$`, "s"));
    });

    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      it(`by ${method}`, async () => {
        expect(await textOf(ask("/predictions/mnist", { method, body: png }))).to.equal(String(prediction));
      });
    }

    for (const path of [
      "/predictions/mnist/",
      "/predictions/mnist/1.0",
      "/predictions/mn%69st/1.0/",
      "/predictions/mnist/1.0/a/b",
    ]) {
      it(`at ${path}`, async () => {
        expect(await textOf(put(path))).to.equal(String(prediction));
      });
    }

    it("of the version that is asked for", async () => {
      const other = quickMnist({}, true).predict(x)[0];
      const answer = (await (await put("/predictions/mnist/2.0?detail=full")).json()) as { scores: number[] };
      expect(answer.scores).to.deep.equal(other.scores);
    });

    it("with probabilities and class names when detail=full asks for them", async () => {
      const response = await put("/predictions/mnist?detail=full");
      expect(response.headers.get("content-type")).to.equal("application/json");
      expect(await response.json()).to.deep.equal({
        prediction,
        scores,
        classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
      });
    });

    it("for every kind of body that a TorchServe client sends", async () => {
      const base64 = png.toString("base64");
      const form = multipart([{ name: "data", filename: "7.png", type: "image/png", content: png }]);
      const bodies: readonly (readonly [string, BodyInit])[] = [
        ["application/x-www-form-urlencoded", png],
        ["application/json", JSON.stringify({ data: base64, target: 0 })],
        ["application/x-www-form-urlencoded", JSON.stringify({ data: base64 })],
        ["text/plain", base64],
        [form.type, form.body],
        ["application/json", JSON.stringify({ data: mnist.transform(decodeImage(png)).toArray() })],
      ];
      for (const [type, body] of bodies) {
        const numbers = typeof body === "string" && body.includes("[[[[");
        const sent = numbers ? body.replace("[[[[", "[[[").replace("]]]]", "]]]") : body;
        expect(await textOf(put("/predictions/mnist", sent, { "content-type": type })), type).to.equal(
          String(prediction),
        );
      }
    });

    it("for numbers as they are, without scaling or normalising them", async () => {
      const zeros = JSON.stringify([new Array(28).fill(new Array(28).fill(0))]);
      const grey = new Float32Array(784);
      const { fromData } = await import("../../src/tensor/creation.ts");
      const [expected] = mnist.predict(fromData(grey, [1, 1, 28, 28]));
      const answer = await put("/predictions/mnist?detail=full", zeros, {
        "content-type": "application/json",
      });
      expect(((await answer.json()) as { scores: number[] }).scores).to.deep.equal(expected.scores);
    });
  });

  describe("answers an explanation", () => {
    it("with Integrated Gradients of class 0 in 15 steps, as Python prints them", async () => {
      const expected = new IntegratedGradients(mnist.forward).attribute(x, { target: 0, nSteps: 15 });
      const [picture] = expected.toArray() as number[][][][];
      const response = await put("/explanations/mnist");
      expect(response.headers.get("content-type")).to.equal(null);
      const text = await response.text();
      expect(text).to.equal(pythonFloatLists(picture));
      expect(text.startsWith("[\n  [\n    [\n      ")).to.equal(true);
      const lists = JSON.parse(text) as number[][][];
      expect([lists.length, lists[0].length, lists[0][0].length]).to.deep.equal([1, 28, 28]);
    });

    it("of the class in the query, the JSON body, the form, or the model's own choice", async () => {
      const three = pythonFloatLists(mnist.attribute(x, { target: 3 })[0].toArray());
      const json = JSON.stringify({ data: png.toString("base64"), target: 3 });
      const form = multipart([
        { name: "data", content: png },
        { name: "target", content: "3" },
      ]);
      expect(await textOf(put("/explanations/mnist?target=3"))).to.equal(three);
      expect(await textOf(put("/explanations/mnist?target=-7"))).to.equal(three);
      expect(await textOf(put("/explanations/mnist", json, { "content-type": "application/json" }))).to.equal(
        three,
      );
      expect(await textOf(put("/explanations/mnist", form.body, { "content-type": form.type }))).to.equal(
        three,
      );
      const chosen = pythonFloatLists(mnist.attribute(x, { target: prediction })[0].toArray());
      expect(await textOf(put("/explanations/mnist?target=predicted"))).to.equal(chosen);
    });

    it("of class 0 when a JSON target is null or empty, as TorchServe does", async () => {
      const zero = pythonFloatLists(mnist.attribute(x, { target: 0 })[0].toArray());
      for (const target of [null, "", 0]) {
        const json = JSON.stringify({ data: png.toString("base64"), target });
        expect(
          await textOf(put("/explanations/mnist", json, { "content-type": "application/json" })),
        ).to.equal(zero);
      }
    });

    it("with everything known beside it when detail=full asks for it", async () => {
      const query =
        "target=predicted&detail=full&n_steps=20&method=riemann_middle&baseline=black&output=prob";
      const answer = (await (await put(`/explanations/mnist?${query}`)).json()) as Record<string, unknown>;
      expect(Object.keys(answer)).to.deep.equal([
        "prediction",
        "scores",
        "target",
        "method",
        "n_steps",
        "baseline",
        "convergence_delta",
        "attributions",
      ]);
      const [expected] = mnist.explain(x, {
        target: "predicted",
        nSteps: 20,
        method: "riemann_middle",
        baseline: "black",
        output: "prob",
      });
      expect(answer).to.deep.include({
        prediction,
        scores,
        target: prediction,
        method: "riemann_middle",
        n_steps: 20,
        baseline: "black",
        convergence_delta: expected.convergenceDelta,
      });
      // JSON of JavaScript has no negative zero.
      expect(answer["attributions"]).to.deep.equal(
        JSON.parse(JSON.stringify(expected.attributions.toArray())),
      );
    });

    it("with a heat map when the client asks for a PNG by name, enlarged to be seen", async () => {
      const [attributions] = mnist.attribute(x, { target: 1 });
      const accept = { accept: "image/png" };
      const response = await put("/explanations/mnist?target=1", png, accept);
      expect(response.headers.get("content-type")).to.equal("image/png");
      expect(Buffer.from(await response.arrayBuffer())).to.deep.equal(
        Buffer.from(encodePng(heatMap(attributions, { sign: "all", scale: 10 }))),
      );
      const query = "target=1&overlay=true&sign=positive&scale=2&colormap=Blues";
      const over = await put(`/explanations/mnist?${query}`, png, accept);
      const options = { sign: "positive", scale: 2, colormap: "Blues", overlay: decodeImage(png) } as const;
      expect(Buffer.from(await over.arrayBuffer())).to.deep.equal(
        Buffer.from(encodePng(heatMap(attributions, options))),
      );
    });

    it("with TorchServe's lists when a client would take anything", async () => {
      const response = await put("/explanations/mnist", png, { accept: "image/*, */*" });
      expect((await response.text()).startsWith("[\n  [")).to.equal(true);
    });

    it("with the reason when a heat map cannot be drawn as asked", async () => {
      const refused: readonly (readonly [query: string, body: BodyInit, says: RegExp])[] = [
        ["scale=33", png, /"scale" must be an integer from 1 to 32, got 33/],
        ["sign=both", png, /"sign" must be one of all, positive, negative, absolute_value/],
        ["colormap=blues", png, /Did you mean "Blues"\?/],
        ["overlay=maybe", png, /"overlay" must be true or false/],
        [
          "overlay=1",
          JSON.stringify([new Array(28).fill(new Array(28).fill(0))]),
          /needs a picture under the map, got bare numbers/,
        ],
      ];
      for (const [query, body, says] of refused) {
        const response = await put(`/explanations/mnist?${query}`, body, { accept: "image/png" });
        expect(response.status).to.equal(400);
        expect(((await response.json()) as ErrorBody).message).to.match(says);
      }
    });

    for (const method of ["saliency", "input_x_gradient", "occlusion"] as const) {
      it(`by ${method}`, async () => {
        const [expected] = mnist.attribute(x, { target: 2, method });
        expect(await textOf(put(`/explanations/mnist?target=2&method=${method}`))).to.equal(
          pythonFloatLists(expected.toArray()),
        );
      });
    }
  });

  describe("answers on the side", () => {
    it("that it is healthy, in TorchServe's bytes", async () => {
      const response = await ask("/ping");
      expect(response.status).to.equal(200);
      expect(response.headers.get("content-type")).to.equal("application/json");
      expect(await response.text()).to.equal('{\n  "status": "Healthy"\n}\n');
    });

    it("that it is alive, in KServe's bytes", async () => {
      const response = await ask("/");
      expect(response.headers.get("content-type")).to.equal("application/json");
      expect(await response.text()).to.equal('{"status":"alive"}');
    });
  });

  describe("refuses", () => {
    const gray = (width: number, height: number): Buffer<ArrayBuffer> =>
      pngOf(new Uint8Array(width * height), width, height);
    const rgb = pngOf(new Uint8Array(32 * 30 * 3), 32, 30, 3);
    const json = { "content-type": "application/json" };
    const withTarget = (target: unknown): string => JSON.stringify({ data: png.toString("base64"), target });
    const cases: readonly (readonly [
      what: string,
      path: string,
      body: BodyInit | null,
      headers: Record<string, string>,
      status: number,
      type: string,
      says: RegExp,
    ])[] = [
      [
        "an unknown model",
        "/predictions/resnet",
        png,
        {},
        404,
        "ModelNotFoundException",
        /^Model not found: resnet$/,
      ],
      [
        "an unknown version",
        "/explanations/mnist/9",
        png,
        {},
        404,
        "ModelVersionNotFoundException",
        /^Model version: 9 does not exist for model: mnist$/,
      ],
      [
        "an unknown path",
        "/nothing/here",
        null,
        {},
        404,
        "ResourceNotFoundException",
        /^Requested resource is not found, please refer to API document\.$/,
      ],
      ["a path without a model", "/predictions", png, {}, 404, "ResourceNotFoundException", /not found/],
      [
        "another spelling of a path",
        "/Predictions/mnist",
        png,
        {},
        404,
        "ResourceNotFoundException",
        /not found/,
      ],
      ["a broken percent escape", "/predictions/%zz", png, {}, 400, "BadRequestException", /decode/],
      ["an empty body", "/predictions/mnist", null, {}, 400, "BadRequestException", /no body/],
      [
        "text that is no picture",
        "/predictions/mnist",
        "hello",
        { "content-type": "application/pdf" },
        400,
        "BadRequestException",
        /PNG or JPEG/,
      ],
      ["half a picture", "/predictions/mnist", png.subarray(0, 60), {}, 400, "BadRequestException", /PNG/],
      [
        "a picture of the wrong size and colour",
        "/predictions/mnist",
        rgb,
        {},
        400,
        "BadRequestException",
        /^mnist takes pictures of 1 channel, 28 x 28; got 3 channels, 30 x 32$/,
      ],
      [
        "a grey picture that is too large",
        "/explanations/mnist",
        gray(29, 28),
        {},
        400,
        "BadRequestException",
        /got 1 channel, 28 x 29$/,
      ],
      [
        "a header that promises 900 million pixels",
        "/predictions/mnist",
        pngBomb(30_000, 30_000),
        {},
        400,
        "BadRequestException",
        /30000 x 30000/,
      ],
      ["bad base64", "/predictions/mnist", '{"data": "!"}', json, 400, "BadRequestException", /Bad base64/],
      ["bad JSON", "/predictions/mnist", '{"data"', json, 400, "BadRequestException", /not valid JSON/],
      [
        "numbers of the wrong shape",
        "/predictions/mnist",
        "[[1, 2], [3, 4]]",
        json,
        400,
        "BadRequestException",
        /takes tensors \[1, 28, 28\], got \[2, 2\]/,
      ],
      [
        "ragged numbers",
        "/predictions/mnist",
        "[[1, 2], [3]]",
        json,
        400,
        "BadRequestException",
        /not one tensor/,
      ],
      [
        "numbers that are text",
        "/predictions/mnist",
        '[["1"]]',
        json,
        400,
        "BadRequestException",
        /finite float32 numbers/,
      ],
      [
        "numbers beyond float32",
        "/predictions/mnist",
        "[[1e39]]",
        json,
        400,
        "BadRequestException",
        /finite float32 numbers/,
      ],
      [
        "lists as deep as a well",
        "/predictions/mnist",
        "[".repeat(50_000) + "]".repeat(50_000),
        json,
        400,
        "BadRequestException",
        /deep/,
      ],
      [
        "a target beyond the classes",
        "/explanations/mnist?target=10",
        png,
        {},
        400,
        "BadRequestException",
        /target 10 is out of range: the model has 10 classes, 0 to 9/,
      ],
      [
        "a target below the classes",
        "/explanations/mnist?target=-11",
        png,
        {},
        400,
        "BadRequestException",
        /10 classes/,
      ],
      [
        "a target that is a fraction",
        "/explanations/mnist",
        withTarget(1.5),
        json,
        400,
        "BadRequestException",
        /"target" must be an integer or "predicted", got 1.5/,
      ],
      [
        "a target that is a word",
        "/explanations/mnist?target=seven",
        png,
        {},
        400,
        "BadRequestException",
        /"target" must be an integer.*"seven"/,
      ],
      [
        "several targets for one picture",
        "/explanations/mnist",
        withTarget([1, 2]),
        json,
        400,
        "BadRequestException",
        /one class for the one picture/,
      ],
      [
        "an unknown method",
        "/explanations/mnist?method=saliancy",
        png,
        {},
        400,
        "BadRequestException",
        /integrated_gradients.*Did you mean "saliency"\?/,
      ],
      [
        "no steps",
        "/explanations/mnist?n_steps=0",
        png,
        {},
        400,
        "BadRequestException",
        /n_steps must be an integer from 1/,
      ],
      [
        "more steps than the server grants",
        "/explanations/mnist?n_steps=1001",
        png,
        {},
        400,
        "BadRequestException",
        /at most 1000/,
      ],
      [
        "one step for a Riemann sum",
        "/explanations/mnist?n_steps=1&method=riemann_left",
        png,
        {},
        400,
        "BadRequestException",
        /from 2/,
      ],
      [
        "a baseline that is no number",
        "/explanations/mnist?baseline=white",
        png,
        {},
        400,
        "BadRequestException",
        /"zero" or "black"/,
      ],
      [
        "an unknown output",
        "/explanations/mnist?output=logits",
        png,
        {},
        400,
        "BadRequestException",
        /Did you mean "logit"\?/,
      ],
      [
        "a misspelt option",
        "/explanations/mnist?nsteps=50",
        png,
        {},
        400,
        "BadRequestException",
        /Unknown option "nsteps". Did you mean "n_steps"\?/,
      ],
      [
        "an unknown detail",
        "/predictions/mnist?detail=all",
        png,
        {},
        400,
        "BadRequestException",
        /one of full, none/,
      ],
    ];
    for (const [what, path, body, headers, status, type, says] of cases) {
      it(what, async () => {
        const response = await ask(path, { method: "POST", body, headers });
        const text = await response.text();
        expect(response.status, text).to.equal(status);
        expect(response.headers.get("content-type")).to.equal("application/json");
        expect(response.headers.get("connection")).to.equal("close");
        expect(response.headers.get("x-request-id")).to.match(UUID);
        const error = JSON.parse(text) as ErrorBody;
        expect(text).to.equal(`${JSON.stringify({ code: status, type, message: error.message }, null, 2)}\n`);
        expect(error.message).to.match(says);
      });
    }

    for (const [method, path] of [
      ["POST", "/"],
      ["OPTIONS", "/predictions/mnist"],
      ["OPTIONS", "/ping"],
    ] as const) {
      it(`${method} ${path}: 405 in TorchServe's words`, async () => {
        const response = await ask(path, { method });
        expect(response.status).to.equal(405);
        expect(await response.json()).to.deep.equal({
          code: 405,
          type: "MethodNotAllowedException",
          message: "Requested method is not allowed, please refer to API document.",
        });
      });
    }

    it("GET without a body, saying how it is done", async () => {
      const response = await ask("/predictions/mnist");
      expect(response.status).to.equal(400);
      expect(((await response.json()) as ErrorBody).message).to.match(/curl .* -T 0\.png/);
    });
  });

  it("ignores the options of explanations when it predicts, as TorchServe ignores a target there", async () => {
    const json = JSON.stringify({ data: png.toString("base64"), target: "cat", nsteps: -1 });
    expect(await textOf(put("/predictions/mnist?method=magic", json))).to.equal(String(prediction));
  });

  it("ignores options that it does not know, as TorchServe ignores all", async () => {
    expect(await textOf(put("/predictions/mnist?session=42&x="))).to.equal(String(prediction));
  });
});
