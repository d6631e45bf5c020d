import { expect } from "chai";
import fc from "fast-check";
import { FormatError } from "../../src/errors.ts";
import {
  datatypes,
  readInferRequest,
  readInferResponse,
  splitBody,
  tensorOf,
  writeInferRequest,
  writeInferResponse,
  newArray,
} from "../../src/oip/index.ts";
import type { Datatype, InferRequest, InferTensor, JoinedBody } from "../../src/oip/index.ts";

const bytesOf = (body: string | Uint8Array): Uint8Array =>
  typeof body === "string" ? new TextEncoder().encode(body) : body;
const split = ({ body, headerLength }: JoinedBody): ReturnType<typeof splitBody> =>
  splitBody(bytesOf(body), headerLength === null ? undefined : String(headerLength));
const json = (value: unknown): ReturnType<typeof splitBody> =>
  splitBody(bytesOf(JSON.stringify(value)), undefined);
const input = (tensor: object): ReturnType<typeof json> => json({ inputs: [{ name: "x", ...tensor }] });
const dataOf = (tensor: object): unknown =>
  Array.from(readInferRequest(input(tensor)).inputs[0].data as ArrayLike<unknown>);

const samples: Readonly<Record<Exclude<Datatype, "FP16" | "BF16">, InferTensor["data"]>> = {
  BOOL: Uint8Array.of(0, 1, 1),
  UINT8: Uint8Array.of(0, 7, 255),
  UINT16: Uint16Array.of(0, 7, 65_535),
  UINT32: Uint32Array.of(0, 7, 4_294_967_295),
  UINT64: BigUint64Array.of(0n, 7n, 9_007_199_254_740_991n),
  INT8: Int8Array.of(-128, 0, 127),
  INT16: Int16Array.of(-32_768, 0, 32_767),
  INT32: Int32Array.of(-2_147_483_648, 0, 2_147_483_647),
  INT64: BigInt64Array.of(-9_007_199_254_740_991n, 0n, 5n),
  FP32: Float32Array.of(-1.5, 0, 3.25),
  FP64: Float64Array.of(-1e300, 0.1, 3),
  BYTES: ["a", "", "ñ"].map((text) => new TextEncoder().encode(text)),
};

describe("Messages of the Open Inference Protocol", () => {
  for (const [datatype, data] of Object.entries(samples) as [Datatype, InferTensor["data"]][]) {
    for (const binary of [false, true]) {
      it(`carry ${datatype} ${binary ? "as raw bytes" : "in JSON"}, there and back`, () => {
        const tensor = tensorOf("x", datatype, [3], data);
        const request: InferRequest = { id: "7", parameters: { target: 2 }, inputs: [tensor], outputs: [] };
        const back = readInferRequest(split(writeInferRequest(request, () => binary)));
        expect(back.inputs[0].data).to.deep.equal(data);
        expect(back).to.include({ id: "7" });
        expect(back.parameters).to.deep.equal({ target: 2 });
        const response = { id: "7", modelName: "m", modelVersion: "1.0", outputs: [tensor] };
        const answer = readInferResponse(split(writeInferResponse(response, () => binary)));
        expect(answer.outputs[0].data).to.deep.equal(data);
        expect(answer).to.include({ id: "7", modelName: "m", modelVersion: "1.0" });
      });
    }
  }

  it("mix raw and JSON tensors, raw ones in their order", () => {
    const tensors = [1, 2, 3].map((value, i) => tensorOf(`x${i}`, "FP32", [1], Float32Array.of(value)));
    const request: InferRequest = { id: undefined, parameters: {}, inputs: tensors, outputs: [] };
    const { body, headerLength } = writeInferRequest(request, ({ name }) => name !== "x1");
    expect(body.length - (headerLength ?? 0)).to.equal(8);
    const back = readInferRequest(split({ body, headerLength }));
    expect(back.inputs.map(({ data }) => Number(data[0]))).to.deep.equal([1, 2, 3]);
  });

  it("widen FP16 and BF16 from raw bytes, and refuse them in JSON", () => {
    for (const [datatype, code] of [
      ["FP16", 0x3e00],
      ["BF16", 0x3fc0],
    ] as const) {
      const head = JSON.stringify({
        inputs: [{ name: "x", shape: [1], datatype, parameters: { binary_data_size: 2 } }],
      });
      const body = Uint8Array.of(...bytesOf(head), code & 255, code >> 8);
      expect(readInferRequest(splitBody(body, String(head.length))).inputs[0].data[0]).to.equal(1.5);
      expect(() => dataOf({ datatype, shape: [1], data: [1.5] })).to.throw(
        FormatError,
        `${datatype} has no form in JSON`,
      );
    }
  });

  it("take data nested or flat", () => {
    const nested = [
      [
        [1, 2],
        [3, 4],
      ],
    ];
    expect(dataOf({ datatype: "FP32", shape: [1, 2, 2], data: nested })).to.deep.equal([1, 2, 3, 4]);
    expect(dataOf({ datatype: "FP32", shape: [1, 2, 2], data: [1, 2, 3, 4] })).to.deep.equal([1, 2, 3, 4]);
  });

  for (const [shape, data, resolved] of [
    [[-1], ["a"], [1]],
    [[], ["a"], []],
    [
      [-1, 2],
      ["a", "b", "c", "d"],
      [2, 2],
    ],
  ] as const) {
    it(`read the shape [${shape.join(", ")}] of ${data.length} elements as [${resolved.join(", ")}]`, () => {
      expect(readInferRequest(input({ datatype: "BYTES", shape, data })).inputs[0].shape).to.deep.equal(
        resolved,
      );
    });
  }

  for (const [what, tensor, reason] of [
    ["an unknown datatype", { datatype: "FP3", shape: [1], data: [1] }, "did you mean"],
    ["a missing datatype", { shape: [1], data: [1] }, "got none"],
    ["a missing shape", { datatype: "FP32", data: [1] }, "shape must be a list"],
    ["a shape of fractions", { datatype: "FP32", shape: [1.5], data: [1] }, "shape must be a list"],
    ["two open axes", { datatype: "FP32", shape: [-1, -1], data: [1] }, "one axis may be -1"],
    [
      "too few elements",
      { datatype: "FP32", shape: [2], data: [1] },
      "1 element does not fill the shape [2]",
    ],
    ["no data", { datatype: "FP32", shape: [1] }, "data must be a list"],
    ["text among numbers", { datatype: "FP32", shape: [1], data: ["1"] }, "finite number"],
    ["numbers among BYTES", { datatype: "BYTES", shape: [1], data: [1] }, "must be a string"],
    ["null among numbers", { datatype: "FP64", shape: [1], data: [null] }, "finite number"],
    ["an integer out of range", { datatype: "UINT8", shape: [1], data: [256] }, "from 0 to 255"],
    ["an integer that JSON cannot carry", { datatype: "INT64", shape: [1], data: [2 ** 53] }, "integer from"],
    ["a BOOL of 2", { datatype: "BOOL", shape: [1], data: [2] }, "true or false"],
    [
      "data and raw bytes at once",
      { datatype: "FP32", shape: [1], data: [1], parameters: { binary_data_size: 4 } },
      "exclude",
    ],
    [
      "raw bytes that did not come",
      { datatype: "FP32", shape: [1], parameters: { binary_data_size: 4 } },
      "0 bytes are left",
    ],
    [
      "a size that is no number",
      { datatype: "FP32", shape: [1], parameters: { binary_data_size: "4" } },
      "whole number",
    ],
    [
      "an object as parameter",
      { datatype: "FP32", shape: [1], data: [1], parameters: { target: {} } },
      "must be a string",
    ],
  ] as const) {
    it(`refuse ${what}`, () => {
      expect(() => readInferRequest(input(tensor))).to.throw(FormatError, reason);
    });
  }

  it("refuse what is no request", () => {
    const deep = JSON.parse(`${"[".repeat(2_000)}1${"]".repeat(2_000)}`) as unknown;
    for (const [body, reason] of [
      [[], "JSON object"],
      [{}, "inputs must be a list"],
      [{ inputs: [] }, "at least one"],
      [{ inputs: [1] }, "inputs[0] must be an object"],
      [{ inputs: [{ shape: [1], datatype: "FP32", data: [1] }] }, "name must be a string"],
      [{ inputs: [{ name: "x", shape: [1], datatype: "FP32", data: deep }] }, "nested more than"],
      [{ id: 5, inputs: [{ name: "x", shape: [1], datatype: "FP32", data: [1] }] }, "id must be a string"],
      [{ inputs: [{ name: "x", shape: [1], datatype: "FP32", data: [1] }], outputs: [{}] }, "outputs[0]"],
    ] as const) {
      expect(() => readInferRequest(json(body))).to.throw(FormatError, reason);
    }
    expect(() => splitBody(bytesOf("{}"), "3")).to.throw(FormatError, "at most the 2 of the body");
    expect(() => splitBody(bytesOf("{}"), "0")).to.throw(FormatError, "Inference-Header-Content-Length");
    expect(() => splitBody(bytesOf("{}x"), undefined)).to.throw(FormatError, "not valid JSON");
    const whole = '{"inputs":[{"name":"x","shape":[1],"datatype":"BOOL","data":[true]}]}';
    expect(() => readInferRequest(splitBody(bytesOf(`${whole}zz`), String(whole.length)))).to.throw(
      FormatError,
      "belong to no input",
    );
  });

  it("refuse raw bytes that are cut off, odd or no BOOL", () => {
    const raw = (datatype: Datatype, bytes: number[]): unknown => {
      const head = JSON.stringify({
        inputs: [{ name: "x", shape: [-1], datatype, parameters: { binary_data_size: bytes.length } }],
      });
      return readInferRequest(splitBody(Uint8Array.of(...bytesOf(head), ...bytes), String(head.length)));
    };
    expect(() => raw("FP32", [1, 2, 3])).to.throw(FormatError, "no whole number of FP32");
    expect(() => raw("BOOL", [2])).to.throw(FormatError, "byte 0 or 1");
    expect(() => raw("BYTES", [9, 0, 0, 0, 1])).to.throw(FormatError, "cut off");
    expect(() => raw("BYTES", [255, 255, 255, 255])).to.throw(FormatError, "cut off");
  });

  it("write NaN in JSON by its name, and as it is in raw bytes", () => {
    const tensor = tensorOf("x", "FP64", [1], Float64Array.of(NaN));
    const response = { id: "1", modelName: "m", modelVersion: undefined, outputs: [tensor] };
    expect(writeInferResponse(response, () => false).body).to.include('"data":["NaN"]');
    expect(readInferResponse(split(writeInferResponse(response, () => true))).outputs[0].data).to.deep.equal(
      Float64Array.of(NaN),
    );
  });

  it("are refused with a reason, whatever the bytes", () => {
    fc.assert(
      fc.property(
        fc.record({
          datatype: fc.constantFrom(...datatypes, "X"),
          shape: fc.oneof(fc.array(fc.integer({ min: -2, max: 4 }), { maxLength: 4 }), fc.anything()),
          data: fc.oneof(fc.array(fc.anything(), { maxLength: 4 }), fc.constant(undefined)),
          size: fc.option(fc.integer({ min: -1, max: 40 }), { nil: undefined }),
        }),
        fc.uint8Array({ maxLength: 40 }),
        ({ size, ...tensor }, tail) => {
          const parameters = size === undefined ? undefined : { binary_data_size: size };
          const head = bytesOf(
            JSON.stringify({ inputs: [{ name: "x", ...tensor, parameters }] }, bigintless),
          );
          const body = new Uint8Array([...head, ...tail]);
          try {
            const [{ shape, data }] = readInferRequest(splitBody(body, String(head.length))).inputs;
            expect(shape.reduce((product, extent) => product * extent, 1)).to.equal(data.length);
          } catch (error) {
            expect(error).to.be.instanceOf(FormatError);
          }
        },
      ),
    );
  });

  it("know the width of each datatype", () => {
    expect(newArray("INT64", 3).byteLength).to.equal(24);
  });
});

/** fast-check's anything may be what JSON cannot hold. */
function bigintless(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
