import { expect } from "chai";
import { deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { HEADER_LENGTH } from "../../../src/oip/index.ts";
import { startServer } from "../../../src/server/index.ts";
import type { RunningServer } from "../../../src/server/index.ts";
import { fromData } from "../../../src/tensor/creation.ts";
import { rawPost } from "../../support/http.ts";
import { classes, mapOf, mnist, numbers, sample } from "../../support/two-digits.ts";

/** The number 1 in each datatype, little-endian, in hexadecimal. */
const ones = {
  BOOL: "01",
  UINT8: "01",
  UINT16: "0100",
  UINT32: "01000000",
  UINT64: "0100000000000000",
  INT8: "01",
  INT16: "0100",
  INT32: "01000000",
  INT64: "0100000000000000",
  FP16: "003c",
  BF16: "803f",
  FP32: "0000803f",
  FP64: "000000000000f03f",
};

describe("Bodies of KServe's V2 protocol", () => {
  let server: RunningServer;
  before(async () => {
    server = await startServer({ models: [mnist], port: 0, limits: { maxRequestSize: 100_000 } });
  });
  after(() => server.stop());

  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(server.url + path, init);
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    ask(path, { method: "POST", body: JSON.stringify(body), headers });

  describe("hold the same numbers, taken as they are,", () => {
    const pixels = Array.from({ length: 784 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const [{ scores }] = mnist.predict(fromData(Float32Array.from(pixels), [1, 1, 28, 28]));
    const outputs = [{ name: "scores" }];
    const scoresOf = async (answer: Response): Promise<number[]> =>
      ((await answer.json()) as { outputs: [{ data: number[] }] }).outputs[0].data;

    for (const [datatype, one] of Object.entries(ones)) {
      const tensor = { name: "x", shape: [1, 28, 28], datatype };

      it(`as raw ${datatype}`, async () => {
        const bytes = Buffer.from(one, "hex");
        const raw = Buffer.concat(pixels.map((pixel) => (pixel === 1 ? bytes : Buffer.alloc(bytes.length))));
        const parameters = { binary_data_size: raw.length };
        const json = Buffer.from(JSON.stringify({ inputs: [{ ...tensor, parameters }], outputs }));
        const answer = await ask("/v2/models/mnist/infer", {
          method: "POST",
          body: Buffer.concat([json, raw]),
          headers: { [HEADER_LENGTH]: String(json.length) },
        });
        expect(await scoresOf(answer)).to.deep.equal(scores);
      });

      // The 16-bit floats have no form in JSON.
      if (datatype === "FP16" || datatype === "BF16") continue;
      it(`as ${datatype} in JSON`, async () => {
        const data = datatype === "BOOL" ? pixels.map((pixel) => pixel === 1) : pixels;
        const answer = await post("/v2/models/mnist/infer", { inputs: [{ ...tensor, data }], outputs });
        expect(await scoresOf(answer)).to.deep.equal(scores);
      });
    }
  });

  describe("are compressed: it", () => {
    const body = JSON.stringify({ inputs: [sample(0)] });

    for (const [encoding, compress] of [
      ["gzip", gzipSync],
      ["deflate", deflateSync],
    ] as const) {
      it(`reads ${encoding}`, async () => {
        const answer = await ask("/v2/models/mnist/infer", {
          method: "POST",
          body: compress(body),
          headers: { "content-encoding": encoding },
        });
        expect(await answer.json()).to.nested.include({ "outputs[0].data[0]": classes[0] });
      });

      it(`refuses ${encoding} that unfolds beyond the limit, and ${encoding} that is none`, async () => {
        for (const [bytes, status] of [
          [compress(Buffer.alloc(200_000)), 413],
          [Buffer.from("nothing of the kind"), 400],
        ] as const) {
          const headers = { "content-encoding": encoding };
          const answer = await ask("/v2/models/mnist/infer", { method: "POST", body: bytes, headers });
          expect([answer.status, Object.keys((await answer.json()) as object)]).to.deep.equal([
            status,
            ["error"],
          ]);
        }
      });
    }

    for (const [encoding, decompress] of [
      ["gzip", gunzipSync],
      ["deflate", inflateSync],
    ] as const) {
      it(`writes ${encoding} where a client asks for it`, async () => {
        const { status, headers, bytes } = await rawPost(server, "/v2/models/mnist/explain", body, {
          "accept-encoding": encoding,
        });
        expect([status, headers["content-encoding"]]).to.deep.equal([200, encoding]);
        expect(JSON.parse(decompress(bytes).toString())).to.nested.include({
          "outputs[0].data[0]": mapOf(0, 0)[0],
        });
      });
    }

    it("writes small answers as they are", async () => {
      const { headers } = await rawPost(server, "/v2/models/mnist/infer", body, {
        "accept-encoding": "gzip",
      });
      expect(headers["content-encoding"]).to.equal(undefined);
    });

    it("refuses other encodings", async () => {
      const headers = { "content-encoding": "br" };
      expect((await ask("/v2/models/mnist/infer", { method: "POST", body, headers })).status).to.equal(415);
    });
  });

  describe("are refused with an error in JSON:", () => {
    const nan = { ...sample(0), datatype: "FP64", data: [1e300, ...numbers[0].slice(1)] };
    for (const [what, body, reason] of [
      ["no inputs", {}, "inputs must be a list"],
      ["an empty input", { inputs: [{ name: "x", shape: [0], datatype: "BYTES", data: [] }] }, "is empty"],
      [
        "the wrong shape",
        { inputs: [{ name: "x", shape: [1, 2], datatype: "FP32", data: [1, 2] }] },
        "[1, 28, 28]",
      ],
      ["numbers beyond float32", { inputs: [nan] }, "finite float32"],
      ["FP16 in JSON", { inputs: [{ ...sample(0), datatype: "FP16" }] }, "FP16 has no form in JSON"],
      ["an unknown output", { inputs: [sample(0)], outputs: [{ name: "score" }] }, 'Did you mean "scores"'],
      [
        "an output named like a part of every object",
        { inputs: [sample(0)], outputs: [{ name: "constructor" }] },
        "no output",
      ],
      [
        "an impossible target",
        { inputs: [sample(0)], parameters: { explain: true, target: 12 } },
        "10 classes",
      ],
      [
        "a misspelt option",
        { inputs: [sample(0)], parameters: { explain: true, n_step: 5 } },
        'Did you mean "n_steps"',
      ],
      [
        "too many steps",
        { inputs: [sample(0)], parameters: { explain: true, n_steps: 1_001 } },
        "at most 1000",
      ],
      [
        "a BYTES element that is no picture",
        { inputs: [{ name: "x", shape: [1], datatype: "BYTES", data: ["!"] }] },
        "Bad base64",
      ],
    ] as const) {
      it(what, async () => {
        const answer = await post("/v2/models/mnist/infer", body);
        const { error, ...rest } = (await answer.json()) as { error: string };
        expect(answer.status).to.equal(400);
        expect(error).to.include(reason);
        expect(rest).to.deep.equal({});
      });
    }

    for (const [method, path, status] of [
      ["GET", "/v2/models/nobody", 404],
      ["GET", "/v2/models/mnist/versions/9", 404],
      ["GET", "/v2/models/nobody/ready", 404],
      ["POST", "/v2/models/nobody/infer", 404],
      ["GET", "/v2/models/mnist/infer", 405],
      ["POST", "/v2/health/live", 405],
      ["GET", "/v2/nothing", 404],
      ["POST", "/v2/repository/models/nobody/load", 404],
      ["POST", "/v2/repository/models/nobody/unload", 404],
    ] as const) {
      it(`${method} ${path}: ${status}`, async () => {
        const answer = await ask(path, { method });
        expect([answer.status, Object.keys((await answer.json()) as object)]).to.deep.equal([
          status,
          ["error"],
        ]);
      });
    }

    it("a body larger than allowed", async () => {
      const answer = await post("/v2/models/mnist/infer", { inputs: ["x".repeat(100_000)] });
      expect(answer.status).to.equal(413);
    });
  });
});
