/**
 * @module
 * What a training plan is made of: values that follow each other, and the stages between them.
 */

import type { Call } from "../call-queue.ts";
import { blocksOf, imagePitch } from "../place.ts";
import type { BlockShape } from "../place.ts";
import type { Machine } from "../machine.ts";
import type { LearnedParameters } from "./learned.ts";

/** One layer, or a few that belong together: forward, and backward from the gradient of what it computes. */
export interface Stage {
  /** For people. */
  readonly name: string;
  forward(): void;
  /** Writes the gradients of its parameters and, where wanted, of the value before it. */
  backward(): void;
}

/** Pictures as the input has them, `[N, C, H, W]`. */
export interface PlainValue {
  readonly form: "plain";
  readonly picture: BlockShape;
  readonly address: number;
}

/** Pictures in blocks of 8 channels, {@link imagePitch} bytes apart, and their gradient. */
export interface BlocksValue {
  readonly form: "blocks";
  readonly picture: BlockShape;
  readonly address: number;
  readonly gradient: number;
}

/** A matrix [rows, features]: rows {@link rowPitch} bytes apart, filled up with zeros to whole blocks of 8; and its gradient. */
export interface RowsValue {
  readonly form: "rows";
  readonly rows: number;
  readonly features: number;
  readonly address: number;
  readonly gradient: number;
}

/** What flows from stage to stage. */
export type Value = PlainValue | BlocksValue | RowsValue;

/** What stages are built on. */
export interface Workshop {
  readonly machine: Machine;
  readonly learned: LearnedParameters;
}

/** A stage, and the value that it computes. */
export interface Built<V extends Value = Value> {
  readonly stage: Stage;
  readonly value: V;
}

/** Bytes from one row of a matrix to the next; off multiples of 4096, as between images. */
export function rowPitch(features: number): number {
  return 32 * blocksOf(features) + 64;
}

/** Room for pictures in blocks. */
export function takeBlocks({ machine }: Workshop, picture: BlockShape): BlocksValue {
  const count = (picture.images * imagePitch(picture)) / 4;
  return { form: "blocks", picture, address: machine.take(count), gradient: machine.take(count) };
}

/** Room for a matrix. */
export function takeRows({ machine }: Workshop, rows: number, features: number): RowsValue {
  const count = (rows * rowPitch(features)) / 4;
  return { form: "rows", rows, features, address: machine.take(count), gradient: machine.take(count) };
}

/** Bytes that all pictures, or all rows, of a value with a gradient take. */
export function bytesOf(value: BlocksValue | RowsValue): number {
  return pitchOf(value) * (value.form === "blocks" ? value.picture.images : value.rows);
}

/** Bytes from one picture, or one row, of a value with a gradient to the next. */
function pitchOf(value: BlocksValue | RowsValue): number {
  return value.form === "blocks" ? imagePitch(value.picture) : rowPitch(value.features);
}

/** Sets the gradients of some pictures or rows to zero where a rectifier left their values at 0. */
export function maskRectified(call: Call, value: BlocksValue | RowsValue, from: number, to: number): void {
  const pitch = pitchOf(value);
  call(
    "maskRectified",
    value.gradient + from * pitch,
    value.address + from * pitch,
    ((to - from) * pitch) / 4,
  );
}

/** Adds to the sums of the first part of a batch those of the others, `bytes` each, one behind the other. */
export function addParts({ code, crew }: Machine, sums: number, bytes: number): void {
  for (let part = 1; part < crew.size; part++) code.add(sums, sums, sums + part * bytes, bytes / 4);
}

/** Sets memory to zero. */
export function clear(machine: Machine, address: number, bytes: number): void {
  machine.floats.fill(0, address >>> 2, (address + bytes) >>> 2);
}
