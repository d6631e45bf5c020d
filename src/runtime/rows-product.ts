/**
 * @module
 * Products of rows with a fully connected layer's weight, forward and back. Both read the same panels, a panel for each block of 8 inputs,
 * `[in / 8][out][8]`.
 */

import type { Call } from "./call-queue.ts";
import type { Machine } from "./machine.ts";
import { blocksOf } from "./place.ts";
import { tableOf } from "./table.ts";
import type { Panels } from "./weights.ts";

/** A layer and the rows that it is given. Pitches are bytes. */
export interface RowsProduct {
  readonly rows: number;
  /** From one row of what is multiplied to the next. */
  readonly rowPitch: number;
  readonly panels: Panels;
  /** Blocks of 8 inputs: as many as panels. */
  readonly inBlocks: number;
  readonly outFeatures: number;
}

/** Where a product reads and writes. */
export interface RowsCall {
  readonly from: number;
  readonly to: number;
  /** Bytes from one row of the result to the next. */
  readonly toPitch: number;
  /** Address of what the sums start with; 0 adds to what is there. */
  readonly start: number;
  /** Room for {@link scratchFloats}. */
  readonly scratch: number;
  /** Who calls the kernel; this thread unless given. */
  readonly call?: Call;
}

/** 32-bit elements of scratch for products of so many rows. */
export function scratchFloats({ code }: Machine, rows: number): number {
  return Math.max(code.rowsScratch(rows), code.listedScratch(rows)) / 4;
}

/** y = start + x · weightᵀ, and with `rectify` max(y, 0): rows of inputs become rows of outputs. */
export function rowsForward(
  machine: Machine,
  { rows, rowPitch, panels: { address, pitch }, inBlocks, outFeatures }: RowsProduct,
  rectify: boolean,
): (call: RowsCall) => void {
  const { here } = machine.crew;
  const units = 8 * blocksOf(outFeatures);
  const ends = rectify ? 1 : 0;
  if (rows === 1) {
    return ({ from, to, start, call = here }) =>
      call("multiplyRow", to, from, inBlocks, address, pitch, units, start === 0 ? to : start, ends);
  }
  const bases = basesOf(machine, rows, rowPitch);
  const blocks = stepsOf(machine, 32, inBlocks);
  return ({ from, to, toPitch, start, scratch, call = here }) => {
    call(
      "multiplyRows",
      to,
      toPitch,
      from,
      bases,
      rows,
      blocks,
      0,
      inBlocks,
      address,
      pitch,
      units,
      start,
      ends,
      scratch,
    );
  };
}

/** dx = start + dy · weight: rows of outputs' gradients become rows of inputs' gradients. */
export function rowsBackward(
  machine: Machine,
  { rows, rowPitch, panels: { address, pitch }, inBlocks, outFeatures }: RowsProduct,
): (call: RowsCall) => void {
  const bases = basesOf(machine, rows, rowPitch);
  const units = stepsOf(machine, 4, outFeatures);
  const { here } = machine.crew;
  return ({ from, to, toPitch, start, scratch, call = here }) => {
    call(
      "contractListed",
      to,
      toPitch,
      32,
      from,
      bases,
      rows,
      units,
      outFeatures,
      address,
      pitch,
      inBlocks,
      start,
      scratch,
    );
  };
}

function basesOf(machine: Machine, rows: number, pitch: number): number {
  return tableOf(
    machine,
    Array.from({ length: rows }, (_, row) => row * pitch),
  );
}

/** Tables of the numbers 0, step, 2 · step, ..., which all products of a machine share. */
const tables = new WeakMap<Machine, Map<string, number>>();

function stepsOf(machine: Machine, step: number, count: number): number {
  const known = tables.get(machine) ?? new Map<string, number>();
  tables.set(machine, known);
  const key = `${step} ${count}`;
  const table =
    known.get(key) ??
    tableOf(
      machine,
      Array.from({ length: count }, (_, i) => step * i),
    );
  known.set(key, table);
  return table;
}
