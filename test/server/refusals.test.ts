import { expect } from "chai";
import type { RunningServer } from "../../src/server/index.ts";
import { startServer } from "../../src/server/index.ts";
import { UUID } from "../support/http.ts";
import { quickMnist } from "../support/mnist.ts";
import { digitPng, pngBomb, pngOf } from "../support/png.ts";

const png = digitPng(7);

interface ErrorBody {
  readonly code: number;
  readonly type: string;
  readonly message: string;
}

describe("The inference port refuses", () => {
  let server: RunningServer;
  before(async () => {
    server = await startServer({ models: [quickMnist()], port: 0 });
  });
  after(() => server.stop());

  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(server.url + path, init);
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
