/**
 * @module
 * TorchServe's MNIST net as an ONNX file, for the engines that read nothing else: a ModelProto in protobuf's wire format.
 * Field numbers are those of onnx.proto3.
 */

import type { AnyTensor } from "../../src/index.ts";

const FLOAT = 1;
/** AttributeProto.type. */
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;
/** Old enough for every engine here, new enough for LogSoftmax over one axis. */
const OPSET = 13;
const IR_VERSION = 8;

/** A message, field by field: a number is a varint, everything else is length-delimited. */
type Field = readonly [number: number, value: number | string | Uint8Array];

interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

const nodes: readonly OnnxNode[] = [
  { op: "Conv", inputs: ["x", "conv1.weight", "conv1.bias"], output: "conv1" },
  { op: "Relu", inputs: ["conv1"], output: "relu1" },
  { op: "Conv", inputs: ["relu1", "conv2.weight", "conv2.bias"], output: "conv2" },
  {
    op: "MaxPool",
    inputs: ["conv2"],
    output: "pool",
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  },
  { op: "Flatten", inputs: ["pool"], output: "flat", attributes: { axis: 1 } },
  { op: "Gemm", inputs: ["flat", "fc1.weight", "fc1.bias"], output: "fc1", attributes: { transB: 1 } },
  { op: "Relu", inputs: ["fc1"], output: "relu2" },
  { op: "Gemm", inputs: ["relu2", "fc2.weight", "fc2.bias"], output: "fc2", attributes: { transB: 1 } },
  { op: "LogSoftmax", inputs: ["fc2"], output: "log_probabilities", attributes: { axis: 1 } },
];

/** The file's bytes: input `x` [N, 1, 28, 28], output `log_probabilities` [N, 10]. */
export function mnistOnnx(state: ReadonlyMap<string, AnyTensor>): Uint8Array {
  const graph = message([
    ...nodes.map((node): Field => [1, nodeProto(node)]),
    [2, "mnist"],
    ...[...state].map(([name, tensor]): Field => [5, tensorProto(name, tensor)]),
    [11, valueInfo("x", ["N", 1, 28, 28])],
    [12, valueInfo("log_probabilities", ["N", 10])],
  ]);
  return message([
    [1, IR_VERSION],
    [2, "candil"],
    [7, graph],
    [8, message([[2, OPSET]])],
  ]);
}

function nodeProto({ op, inputs, output, attributes = {} }: OnnxNode): Uint8Array {
  return message([
    ...inputs.map((name): Field => [1, name]),
    [2, output],
    [4, op],
    ...Object.entries(attributes).map(([name, value]): Field => [5, attributeProto(name, value)]),
  ]);
}

function attributeProto(name: string, value: number | readonly number[]): Uint8Array {
  return typeof value === "number"
    ? message([
        [1, name],
        [3, value],
        [20, ATTRIBUTE_INT],
      ])
    : message([[1, name], ...value.map((item): Field => [8, item]), [20, ATTRIBUTE_INTS]]);
}

function tensorProto(name: string, { shape, data }: AnyTensor): Uint8Array {
  return message([
    ...shape.map((size): Field => [1, size]),
    [2, FLOAT],
    [8, name],
    [9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
  ]);
}

function valueInfo(name: string, shape: readonly (number | string)[]): Uint8Array {
  const dimensions = shape.map((size): Field => [1, message([[typeof size === "number" ? 1 : 2, size]])]);
  const tensorType = message([
    [1, FLOAT],
    [2, message(dimensions)],
  ]);
  return message([
    [1, name],
    [2, message([[1, tensorType]])],
  ]);
}

function message(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields.map(([number, value]) => field(number, value)));
}

function field(number: number, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === "number") return Buffer.concat([varint(number << 3), varint(value)]);
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
