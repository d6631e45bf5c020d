import { expect } from "chai";
import { digitPng } from "../support/png.ts";
import { multipart } from "../support/multipart.ts";
import { withServing } from "../support/serving.ts";

const open = { disable_token_authorization: "true" };
const json = { "content-type": "application/json" };

async function ask(
  url: string,
  body: Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(url, { method: "POST", body, headers });
  const text = await answer.text();
  try {
    return { status: answer.status, body: JSON.parse(text) };
  } catch {
    return { status: answer.status, body: text };
  }
}

describe("max_response_size", () => {
  const message = (size: number): string =>
    `The answer has ${size} bytes, more than max_response_size allows: 100. Raise it in config.properties.`;

  it("refuses a larger answer of TorchServe's and of KServe's routes, and the server goes on", async () => {
    await withServing({ ...open, max_response_size: "100" }, async ({ url }) => {
      const explanation = await ask(`${url}/explanations/mnist`, digitPng(4));
      expect(explanation.status).to.equal(500);
      expect(explanation.body).to.have.property("type", "InternalServerException");
      expect(explanation.body)
        .to.have.property("message")
        .that.matches(/^The answer has \d+ bytes, more than/);
      const instances = JSON.stringify({ instances: [{ data: digitPng(4).toString("base64") }] });
      const v1 = await ask(`${url}/v1/models/mnist:explain`, instances, json);
      expect(v1.status).to.equal(500);
      expect(v1.body).to.have.property("error").that.includes("max_response_size");
      expect((await ask(`${url}/predictions/mnist`, digitPng(4))).status).to.equal(200);
    });
  });

  it("counts bytes, and takes an answer of exactly as many", async () => {
    const body = digitPng(4);
    let size = 0;
    await withServing(open, async ({ url }) => {
      const answer = await fetch(`${url}/explanations/mnist`, { method: "POST", body });
      size = (await answer.arrayBuffer()).byteLength;
    });
    await withServing({ ...open, max_response_size: String(size) }, async ({ url }) => {
      expect((await ask(`${url}/explanations/mnist`, body)).status).to.equal(200);
    });
    await withServing({ ...open, max_response_size: String(size - 1) }, async ({ url }) => {
      expect((await ask(`${url}/explanations/mnist`, body)).body)
        .to.have.property("message")
        .that.equals(message(size).replace(": 100", `: ${size - 1}`));
    });
  });
});

describe("decode_input_request=false", () => {
  const settings = { ...open, decode_input_request: "false" };
  const base64 = digitPng(4).toString("base64");

  it("leaves pictures, bare and in forms, as what TorchServe's routes take", async () => {
    await withServing(settings, async ({ url }) => {
      const path = `${url}/predictions/mnist`;
      const form = multipart([{ name: "data", filename: "4.png", type: "image/png", content: digitPng(4) }]);
      expect((await ask(path, digitPng(4))).status).to.equal(200);
      expect((await ask(path, form.body, { "content-type": form.type })).status).to.equal(200);
      for (const [body, type] of [
        [JSON.stringify({ data: base64 }), "application/json"],
        [base64, "text/plain"],
        [`data=${encodeURIComponent(base64)}`, "application/x-www-form-urlencoded"],
      ]) {
        const answer = await ask(path, body, { "content-type": type });
        expect(answer.status, type).to.equal(400);
        expect(answer.body).to.have.property("message").that.includes("decode_input_request=false");
      }
    });
  });

  it("changes nothing for KServe's protocols and envelopes, which read JSON themselves", async () => {
    const instances = JSON.stringify({ instances: [{ data: base64 }] });
    await withServing({ ...settings, service_envelope: "kserve" }, async ({ url }) => {
      const path = `${url}/predictions/mnist`;
      expect((await ask(path, instances, json)).body)
        .to.have.property("predictions")
        .that.has.length(1);
      expect((await ask(`${url}/v1/models/mnist:predict`, instances, json)).status).to.equal(200);
    });
    await withServing({ ...settings, service_envelope: "json" }, async ({ url }) => {
      expect((await ask(`${url}/predictions/mnist`, instances, json)).status).to.equal(400);
    });
  });
});
