import { expect } from "chai";
import { RequestError } from "../../src/server/errors.ts";
import { decodeBase64 } from "../../src/server/request/base64.ts";
import { readPayload } from "../../src/server/request/payload.ts";
import type { Payload } from "../../src/server/request/payload.ts";
import { multipart } from "../support/multipart.ts";

// The beginning is enough: nothing here decodes the picture.
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 0xff, 0xfe]);
const base64 = png.toString("base64");

function read(contentType: string | undefined, body: Buffer | string): Promise<Payload> {
  return readPayload(contentType, Buffer.from(body));
}

async function refusal(contentType: string | undefined, body: Buffer | string): Promise<string> {
  try {
    await read(contentType, body);
  } catch (error) {
    expect(error).to.be.instanceOf(RequestError);
    return error instanceof Error ? error.message : "";
  }
  throw new Error("the body was taken");
}

function expectPicture({ content }: Payload, bytes: Buffer = png): void {
  expect(content.kind).to.equal("picture");
  if (content.kind === "picture") expect(Buffer.from(content.bytes).equals(bytes)).to.equal(true);
}

describe("A request body", () => {
  for (const type of [
    undefined,
    "image/png",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "application/json",
    "text/plain",
  ]) {
    it(`that is a picture is one, sent as ${type ?? "no type"}`, async () => {
      expectPicture(await read(type, png));
    });
  }

  it("of text is base64, with line breaks, a data URL, the URL-safe alphabet or no padding", async () => {
    expectPicture(await read("text/plain; charset=utf-8", `${base64.slice(0, 8)}\r\n${base64.slice(8)}\n`));
    expectPicture(await read("text/plain", `data:image/png;base64,${base64}`));
    expectPicture(
      await read("text/plain", base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")),
    );
  });

  it("of base64 is a picture even where curl calls it a form", async () => {
    expectPicture(await read("application/x-www-form-urlencoded", base64));
  });

  it("of JSON gives data, or body, and the other keys as fields", async () => {
    const payload = await read(
      "application/json",
      JSON.stringify({ data: base64, target: 3, n_steps: "50" }),
    );
    expectPicture(payload);
    expect([...payload.fields]).to.deep.equal([
      ["target", 3],
      ["n_steps", "50"],
    ]);
    expectPicture(await read(undefined, JSON.stringify({ body: { b64: base64 } })));
    expectPicture(await read("application/json", JSON.stringify(base64)));
  });

  it("of JSON is JSON even where curl calls it a form", async () => {
    expectPicture(await read("application/x-www-form-urlencoded", ` {"data": "${base64}"}`));
  });

  it("of nested lists is numbers, alone or as data", async () => {
    const content = { kind: "numbers", values: [[[0, 1.5]]] };
    expect((await read("application/json", "[[[0, 1.5]]]")).content).to.deep.equal(content);
    expect((await read("application/json", '{"data": [[[0, 1.5]]]}')).content).to.deep.equal(content);
  });

  it("of multipart parts gives data, or body, as file or as text", async () => {
    const file = multipart([{ name: "data", filename: "0.png", type: "image/png", content: png }]);
    expectPicture(await read(file.type, file.body));
    const text = multipart([
      { name: "target", content: "7" },
      { name: "body", content: base64 },
    ]);
    const payload = await read(text.type, text.body);
    expectPicture(payload);
    expect([...payload.fields]).to.deep.equal([["target", "7"]]);
  });

  it("of multipart parts keeps every byte of a picture that is sent as a text field", async () => {
    const form = multipart([{ name: "data", content: png }]);
    expectPicture(await read(form.type, form.body));
  });

  it("of multipart parts takes the last of a repeated field, as TorchServe does", async () => {
    const last = Buffer.concat([png, Buffer.from("last")]);
    const form = multipart([
      { name: "data", filename: "a.png", content: png },
      { name: "data", filename: "b.png", content: last },
    ]);
    expectPicture(await read(form.type, form.body), last);
  });

  it("of multipart parts decodes a JSON part", async () => {
    const form = multipart([{ name: "data", type: "application/json", content: "[[[1]]]" }]);
    expect((await read(form.type, form.body)).content).to.deep.equal({ kind: "numbers", values: [[[1]]] });
  });

  it("of urlencoded fields gives data and the others, a plus that was not escaped included", async () => {
    const picture = Buffer.concat([png, Buffer.from([0, 0, 0xfb, 0xef, 0xbe])]);
    const text = picture.toString("base64");
    expect(text).to.include("+");
    const payload = await read(
      "application/x-www-form-urlencoded",
      `target=4&data=${text.replaceAll("=", "%3D")}`,
    );
    expectPicture(payload, picture);
    expect(payload.fields.get("target")).to.equal("4");
  });
});

describe("A request body that cannot be read", () => {
  const cases: readonly (readonly [
    what: string,
    type: string | undefined,
    body: Buffer | string,
    says: RegExp,
  ])[] = [
    ["nothing at all", undefined, "", /no body.*curl/],
    ["bytes that are no picture", "application/octet-stream", "hello", /PNG or JPEG.*5 bytes.*68656c6c/],
    ["broken JSON", "application/json", '{"data": ', /not valid JSON/],
    ["JSON without a picture", "application/json", '{"image": "x"}', /"data" \(or "body"\), got "image"/],
    ["a misspelt key", "application/json", '{"dat": "x"}', /Did you mean "data"\?/],
    ["JSON of another kind", "application/json", "17", /base64 or nested lists of numbers, got 17/],
    ["a null picture", "application/json", '{"data": null}', /got null/],
    ["bad base64", "application/json", '{"data": "iVBO*w0K"}', /Bad base64: character "\*" at position 4/],
    ["no base64", "text/plain", "  \n ", /Bad base64/],
    ["a form without a boundary", "multipart/form-data", "x", /Bad multipart form: Boundary not found/],
    [
      "a form that ends early",
      "multipart/form-data; boundary=b",
      '--b\r\nContent-Disposition: form-data; name="data"\r\n\r\nabc',
      /Bad multipart form/,
    ],
    ["a form without a picture", "multipart/form-data; boundary=b", "--b--\r\n", /got none/],
    [
      "urlencoded fields without a picture",
      "application/x-www-form-urlencoded",
      "image=abc",
      /form field "data".*got "image"/,
    ],
  ];
  for (const [what, type, body, says] of cases) {
    it(`is refused with the reason: ${what}`, async () => {
      expect(await refusal(type, body)).to.match(says);
    });
  }

  it("is refused for an empty form field and for too many of them", async () => {
    const empty = multipart([{ name: "data", content: "" }]);
    expect(await refusal(empty.type, empty.body)).to.equal('Form field "data" is empty.');
    const many = multipart(Array.from({ length: 40 }, (_, i) => ({ name: `f${i}`, content: "x" })));
    expect(await refusal(many.type, many.body)).to.match(/more than 32 parts/);
  });
});

describe("Base64 from strangers", () => {
  it("names the first foreign character instead of skipping it", () => {
    expect(() => decodeBase64("aGVs bG8$")).to.throw(RequestError, 'character "$" at position 7');
  });

  it("does not take an equals sign in the middle", () => {
    expect(() => decodeBase64("aGV=sbG8")).to.throw(RequestError, 'character "="');
  });
});
