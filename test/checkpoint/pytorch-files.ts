/**
 * @module
 * The files in `test/fixtures/checkpoint`, and what PyTorch says is in them (`tools/checkpoint_fixtures.py`).
 */

import { expect } from "chai";
import { readFileSync } from "node:fs";
import type { CheckpointValue } from "../../src/checkpoint/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

const folder = new URL("../fixtures/checkpoint/", import.meta.url);

/** A tensor as PyTorch tells it: the values as text, in row-major order. */
export interface ExpectedTensor {
  readonly tensor: string;
  readonly stored: string;
  readonly shape: readonly number[];
  readonly requiresGrad: boolean;
  readonly values: readonly string[];
}

/** Any value as PyTorch tells it. */
export type Expected =
  | null
  | boolean
  | string
  | ExpectedTensor
  | { readonly number: string }
  | { readonly bigint: string }
  | { readonly bytes: readonly number[] }
  | { readonly list: readonly Expected[] }
  | { readonly set: readonly Expected[] }
  | { readonly dict: readonly (readonly [Expected, Expected])[] };

interface ExpectedFile {
  readonly torch: string;
  readonly contents: Readonly<Record<string, Expected>>;
  readonly files: Readonly<Record<string, string>>;
}

const expectedFile = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as ExpectedFile;

/** The files that candil reads, with what is in them. */
export const readable: readonly (readonly [file: string, content: Expected])[] = Object.entries(
  expectedFile.files,
).map(([file, name]) => [file, expectedFile.contents[name]]);

/** The bytes of a file. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

/** A value in the form of `expected.json`, so that differences show as text. -0, NaN and every bit count. */
export function plain(value: CheckpointValue): unknown {
  if (value instanceof Tensor) {
    const { dtype, shape, requiresGrad } = value;
    return { tensor: dtype, shape: [...shape], requiresGrad, values: Array.from(value.data, numberText) };
  }
  if (value instanceof Map) return { dict: [...value].map(([key, item]) => [plain(key), plain(item)]) };
  if (value instanceof Set) return { set: [...value].map(plain) };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return { list: value.map(plain) };
  if (typeof value === "bigint") return { bigint: String(value) };
  return typeof value === "number" ? { number: numberText(value) } : value;
}

/** {@link Expected} in the same form: Python's text of a number becomes JavaScript's. */
export function normalize(expected: Expected): unknown {
  if (expected === null || typeof expected !== "object") return expected;
  if ("tensor" in expected) {
    const { tensor, shape, requiresGrad } = expected;
    const isBig = tensor === "int64" || tensor === "uint64";
    const values = expected.values.map((text) => (isBig ? text : numberText(Number(text))));
    return { tensor, shape, requiresGrad, values };
  }
  if ("dict" in expected) return { dict: expected.dict.map((pair) => pair.map(normalize)) };
  if ("set" in expected) return { set: expected.set.map(normalize) };
  if ("list" in expected) return { list: expected.list.map(normalize) };
  return "number" in expected ? { number: numberText(Number(expected.number)) } : expected;
}

/** Passes when two state dicts have the same names in the same order, types, shapes and values to the bit. */
export function expectSame(actual: CheckpointValue, expected: CheckpointValue): void {
  expect(plain(actual)).to.deep.equal(plain(expected));
}

function numberText(value: number | bigint): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
