import { expect } from "chai";
import { pythonFloatLists } from "../../src/server/answer/python-json.ts";
import type { RunningServer } from "../../src/server/index.ts";
import { startServer } from "../../src/server/index.ts";
import { decodeImage, encodePng } from "../../src/node/image.ts";
import { heatMap } from "../../src/vision/index.ts";
import { IntegratedGradients } from "../../src/attribution/index.ts";
import { digitPng } from "../support/png.ts";
import { exchange, RawClient, UUID } from "../support/http.ts";
import { quickMnist } from "../support/mnist.ts";
import { multipart } from "../support/multipart.ts";

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

  it("ignores the options of explanations when it predicts, as TorchServe ignores a target there", async () => {
    const json = JSON.stringify({ data: png.toString("base64"), target: "cat", nsteps: -1 });
    expect(await textOf(put("/predictions/mnist?method=magic", json))).to.equal(String(prediction));
  });

  it("ignores options that it does not know, as TorchServe ignores all", async () => {
    expect(await textOf(put("/predictions/mnist?session=42&x="))).to.equal(String(prediction));
  });
});
