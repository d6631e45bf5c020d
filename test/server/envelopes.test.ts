import { expect } from "chai";
import { startServer } from "../../src/server/index.ts";
import type { RunningServer } from "../../src/server/index.ts";
import { readConfig } from "../../src/server/config/index.ts";
import type { Envelope } from "../../src/server/protocols/envelopes/inference.ts";
import { UUID } from "../support/http.ts";
import { quickMnist } from "../support/mnist.ts";
import { multipart } from "../support/multipart.ts";
import { digitPng } from "../support/png.ts";

const model = quickMnist();
const base64 = (digit: number): string => Buffer.from(digitPng(digit)).toString("base64");
const [two, three] = [2, 3].map((digit) => ({ data: base64(digit) }));

interface Said {
  readonly status: number;
  readonly type: string | null;
  readonly id: string | null;
  readonly text: string;
}

describe("service_envelope", () => {
  const servers = new Map<Envelope, RunningServer>();
  before(async () => {
    for (const envelope of ["body", "json", "kserve", "kservev2"] as const) {
      expect(readConfig(new Map([["service_envelope", { value: envelope, origin: "here" }]]))).to.include({
        serviceEnvelope: envelope,
      });
      servers.set(envelope, await startServer({ models: [model], port: 0, envelope }));
    }
  });
  after(() => Promise.all([...servers.values()].map((server) => server.stop())));

  async function ask(
    envelope: Envelope,
    path: string,
    body: object | Uint8Array<ArrayBuffer>,
    contentType = "application/json",
  ): Promise<Said> {
    const answer = await fetch(`${servers.get(envelope)?.url ?? ""}/${path}`, {
      method: "POST",
      headers: { "content-type": contentType },
      body: body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    const { headers, status } = answer;
    const text = await answer.text();
    return { status, type: headers.get("content-type"), id: headers.get("x-request-id"), text };
  }

  /** What the model says of a digit, and its attributions as TorchServe prints them. */
  const classOf = (digit: number): Promise<string> =>
    ask("body", "predictions/mnist", { data: base64(digit) }).then(({ text }) => text);
  const mapOf = async (digit: number, target = 0): Promise<unknown> =>
    JSON.parse((await ask("body", "explanations/mnist", { data: base64(digit), target })).text);

  it("body takes TorchServe's JSON, also as a part of a form", async () => {
    const row = { ...two, target: 3 };
    const form = multipart([{ name: "data", type: "application/json", content: JSON.stringify(row) }]);
    for (const path of ["predictions/mnist", "explanations/mnist"]) {
      const plain = await ask("body", path, row);
      expect([plain.status, plain.type]).to.deep.equal([200, null]);
      expect((await ask("body", path, form.body, form.type)).text).to.equal(plain.text);
    }
  });

  it("json answers on one line, under predictions in any case", async () => {
    const asked = { instances: [{ data: { b64: base64(2) }, target: 4 }, { data: base64(3) }] };
    const { status, type, text } = await ask("json", "predictions/mnist", asked);
    expect([status, type]).to.deep.equal([200, null]);
    expect(text).to.equal(`{"predictions": [${await classOf(2)}, ${await classOf(3)}]}`);
    const explained = await ask("json", "explanations/mnist", asked);
    expect(explained.text).to.match(/^\{"predictions": \[\[\[\[-?\d\S*, -?\d\S*, /);
    // The second instance names no target and takes that of the first one.
    expect(JSON.parse(explained.text)).to.deep.equal({ predictions: [await mapOf(2, 4), await mapOf(3, 4)] });
  });

  it("kserve answers as Python prints with an indent, and has a word for explanations", async () => {
    const asked = { instances: [{ ...two, target: 1 }, three] };
    const { status, type, text } = await ask("kserve", "predictions/mnist", asked);
    expect([status, type]).to.deep.equal([200, null]);
    expect(text).to.equal(`{\n  "predictions": [\n    ${await classOf(2)},\n    ${await classOf(3)}\n  ]\n}`);
    const explained = await ask("kserve", "explanations/mnist", asked);
    expect(explained.text).to.match(/^\{\n {2}"explanations": \[\n {4}\[\n {6}\[\n {8}\[\n {10}-?\d/);
    expect(JSON.parse(explained.text)).to.deep.equal({
      explanations: [await mapOf(2, 1), await mapOf(3, 1)],
    });
  });

  it("kserve reads JSON of any content type, and out of a form", async () => {
    const body = Buffer.from(JSON.stringify({ instances: [two] }));
    const expected = (await ask("kserve", "predictions/mnist", body)).text;
    expect((await ask("kserve", "predictions/mnist", body, "image/png")).text).to.equal(expected);
    const form = multipart([{ name: "body", content: body }]);
    expect((await ask("kserve", "predictions/mnist", form.body, form.type)).text).to.equal(expected);
  });

  it("kservev2 flattens each answer, in the order of TorchServe's keys, whatever outputs are asked for", async () => {
    const inputs = [2, 3].map((digit) => ({
      name: `input-${digit}`,
      shape: [-1],
      datatype: "BYTES",
      data: [base64(digit)],
    }));
    const asked = { id: "abc", inputs, outputs: [{ name: "whatever" }] };
    const { status, type, text } = await ask("kservev2", "predictions/mnist", asked);
    expect([status, type]).to.deep.equal([200, null]);
    const output = async (digit: number): Promise<object> => {
      return { name: `input-${digit}`, datatype: "INT64", data: [Number(await classOf(digit))], shape: [1] };
    };
    const document = {
      id: "abc",
      model_name: "mnist",
      model_version: "1.0",
      outputs: [await output(2), await output(3)],
    };
    expect(text).to.equal(JSON.stringify(document, null, 2));
    const explained = await ask("kservev2", "explanations/mnist", asked);
    const [first] = (JSON.parse(explained.text) as { outputs: object[] }).outputs;
    const map = (await mapOf(2)) as number[][][];
    expect(first).to.deep.equal({ name: "input-2", datatype: "FP64", data: map.flat(2), shape: [784] });
    expect(Object.keys(first)).to.deep.equal(["name", "datatype", "data", "shape"]);
  });

  it("kservev2 gives a request without an id that of the answer", async () => {
    const inputs = [
      { name: "n", shape: [1, 28, 28], datatype: "FP32", data: new Array<number>(784).fill(0.5) },
    ];
    const { id, text } = await ask("kservev2", "predictions/mnist", { id: " ", inputs });
    expect(id).to.match(UUID);
    expect(JSON.parse(text)).to.include({ id });
  });

  it("refuses what is not in the envelope, in TorchServe's form of errors", async () => {
    const cases: [Envelope, object, RegExp][] = [
      ["json", { data: base64(2) }, /Expected .*instances/],
      ["kserve", { instances: [] }, /list of instances is empty/],
      ["kserve", { instances: [{ data: "*" }] }, /Bad base64/],
      [
        "kservev2",
        { inputs: [{ name: "n", shape: [3], datatype: "FP32", data: [1, 2] }] },
        /do not fill the shape/,
      ],
    ];
    for (const [envelope, body, message] of cases) {
      const { status, text } = await ask(envelope, "predictions/mnist", body);
      expect(status).to.equal(400);
      const error = JSON.parse(text) as object;
      expect(error).to.include({ code: 400, type: "BadRequestException" });
      expect(text).to.match(message);
    }
  });
});
