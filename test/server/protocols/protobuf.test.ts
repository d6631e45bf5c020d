import type { ServiceDefinition } from "@grpc/grpc-js";
import { expect } from "chai";
import fc from "fast-check";
import { FormatError } from "../../../src/errors.ts";
import {
  ModelInferRequest,
  RepositoryModelLoadRequest,
} from "../../../src/server/protocols/grpc/inference-messages.ts";
import { message, many, nested, one } from "../../../src/server/protocols/grpc/message.ts";
import { double, float, int32, string, uint64 } from "../../../src/server/protocols/grpc/scalars.ts";
import { definition } from "../../support/grpc-client.ts";

const { ModelInfer } = definition["inference.GRPCInferenceService"] as ServiceDefinition;

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const request = fc.record({
  model_name: fc.string({ unit: "grapheme" }),
  id: fc.string(),
  parameters: fc.dictionary(
    fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== "__proto__"),
    fc.oneof(
      fc.record({ bool_param: fc.boolean() }),
      fc.record({ int64_param: int64 }),
      fc.record({ string_param: fc.string() }),
      fc.record({ double_param: fc.double({ noNaN: true }) }),
    ),
    { maxKeys: 3 },
  ),
  inputs: fc.array(
    fc.record({
      name: fc.string(),
      datatype: fc.constantFrom("FP32", "BYTES"),
      shape: fc.array(int64, { maxLength: 4 }),
      contents: fc.record({
        bool_contents: fc.array(fc.boolean(), { maxLength: 3 }),
        int_contents: fc.array(fc.integer(), { maxLength: 3 }),
        uint64_contents: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 3 }),
        fp32_contents: fc.array(fc.float({ noNaN: true }), { maxLength: 3 }),
        fp64_contents: fc.array(fc.double({ noNaN: true }), { maxLength: 3 }),
        bytes_contents: fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 3 }),
      }),
    }),
    { maxLength: 3 },
  ),
  raw_input_contents: fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 3 }),
});

/** protobufjs takes and gives 64-bit numbers as text, bytes as Buffers, maps as objects. */
function asTheirs(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, entry]) => [key, asTheirs(entry)]));
  if (Array.isArray(value)) return value.map(asTheirs);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, asTheirs(entry)]));
}

/** Without what a message may as well leave out, and without the name of the member of a oneof. */
function dense(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dense);
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return value;
  const kept = Object.entries(value)
    .filter(([key]) => key !== "parameter_choice")
    .map(([key, entry]) => [key, dense(entry)] as const)
    .filter(([, entry]) => entry !== undefined && entry !== "" && !isEmpty(entry));
  return Object.fromEntries(kept);
}

function isEmpty(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && !Buffer.isBuffer(value) && Object.keys(value).length === 0
  );
}

describe("The codec for Protocol Buffers", () => {
  it("reads what protobufjs writes, and protobufjs reads what it writes", () => {
    fc.assert(
      fc.property(request, ({ parameters, ...rest }) => {
        const value = { ...rest, parameters: new Map(Object.entries(parameters)) };
        const theirs = ModelInfer.requestSerialize(asTheirs(value));
        expect(dense(asTheirs(ModelInferRequest.decode(theirs)))).to.deep.equal(dense(asTheirs(value)));
        const ours = Buffer.from(ModelInferRequest.encode(value));
        expect(dense(ModelInfer.requestDeserialize(ours))).to.deep.equal(
          dense(ModelInfer.requestDeserialize(theirs)),
        );
      }),
    );
  });

  it("refuses any other bytes with a reason, or reads them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          ModelInferRequest.decode(bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(FormatError);
        }
      }),
    );
  });

  it("survives a message with any one byte changed", () => {
    const [value] = fc.sample(request, { numRuns: 1, seed: 7 });
    const bytes = ModelInferRequest.encode({
      ...value,
      parameters: new Map(Object.entries(value.parameters)),
    });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const broken = bytes.slice();
        broken[at] = byte;
        try {
          ModelInferRequest.decode(broken);
        } catch (error) {
          expect(error).to.be.instanceOf(FormatError);
        }
      }),
    );
  });

  const Sample = message("test.Sample", {
    id: one(1, uint64),
    name: one(2, string),
    list: many(3, int32),
    inner: nested(4, message("test.Inner", { x: one(1, float), y: one(2, double) })),
  });

  it("passes over unknown fields of every wire type", () => {
    const unknown = Buffer.from("98060199060000000000000000" + "9a060161" + "9d0600000000", "hex");
    expect(Sample.decode(Buffer.concat([unknown, Buffer.from("0805", "hex")])).id).to.equal(5n);
  });

  it("reads lists packed or not, and negative numbers in ten bytes", () => {
    expect(Sample.decode(Buffer.from("180118021a020304", "hex")).list).to.deep.equal([1, 2, 3, 4]);
    expect(Sample.decode(Sample.encode({ list: [-1, -2_147_483_648] })).list).to.deep.equal([
      -1, -2_147_483_648,
    ]);
  });

  it("writes nothing for zero values, but for negative zero", () => {
    expect(Sample.encode({ id: 0n, name: "", list: [] })).to.have.length(0);
    const inner = Sample.decode(Sample.encode({ inner: { x: -0, y: 1.5 } })).inner;
    expect(Object.is(inner?.x, -0)).to.equal(true);
  });

  for (const [what, hex, reason] of [
    ["a varint that does not end", "08" + "ff".repeat(10), "more than 10 bytes"],
    ["a varint that is cut off", "0880", "1 bytes were announced, 0 came"],
    ["a length beyond the end", "120561", "5 bytes were announced, 1 came"],
    ["a length beyond all memory", "12ffffffffffffffffff01", "were announced"],
    ["a group", "0b", "wire type 3"],
    ["field number 0", "00", "number 0"],
    ["a string that is not UTF-8", "1201ff", "not UTF-8"],
    ["a field of another wire type", "0a00", "has wire type 2, expected 0"],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => Sample.decode(Buffer.from(hex, "hex"))).to.throw(FormatError, reason);
    });
  }

  it("reads the model's name where Triton puts it and where KServe does", () => {
    expect(RepositoryModelLoadRequest.decode(Buffer.from("12016d", "hex"))).to.include({
      triton_model_name: "m",
    });
    expect(RepositoryModelLoadRequest.decode(Buffer.from("0a016d", "hex"))).to.include({ model_name: "m" });
  });
});
