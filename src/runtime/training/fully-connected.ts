/** @module A fully connected layer, with the rectifier behind it where there is one. */

import type { Tensor } from "../../tensor/tensor.ts";
import type { Machine } from "../machine.ts";
import { blocksOf } from "../place.ts";
import { tableOf } from "../table.ts";
import { bytesOf, rowPitch, takeRows } from "./stage.ts";
import type { Built, RowsValue, Workshop } from "./stage.ts";

/** Most terms in a chunk of a sum, as in ../lower-linear.ts. */
const CHUNK_TERMS = 256;

/** One product: `points` rows of `terms` floats with panels of `terms` times 8 lanes. */
interface Product {
  readonly from: number;
  readonly fromPitch: number;
  readonly points: number;
  readonly terms: number;
  readonly panels: number;
  readonly blocks: number;
  readonly to: number;
  readonly toPitch: number;
  /** Where the sums start: `blocks · 8` floats. */
  readonly start: number;
  readonly rectify: boolean;
}

/** The stage. */
export function fullyConnected(
  shop: Workshop,
  weight: Tensor,
  bias: Tensor | null,
  rectify: boolean,
  x: RowsValue,
): Built<RowsValue> {
  const { machine, learned } = shop;
  const { code } = machine;
  const [outFeatures, inFeatures] = weight.shape;
  const value = takeRows(shop, x.rows, outFeatures);
  const outBlocks = blocksOf(outFeatures);
  const inBlocks = blocksOf(inFeatures);
  const outPitch = rowPitch(outFeatures);
  const inPitch = rowPitch(inFeatures);
  const zeros = machine.take(8 * Math.max(inBlocks, outBlocks));

  const columns = learned.ordered(weight, "columns", 8 * outBlocks * inFeatures, (to, from) => {
    for (let first = 0; first < outFeatures; first += 8) {
      const rows = Math.min(8, outFeatures - first);
      code.transpose(
        to + 4 * first * inFeatures,
        8,
        from + 4 * first * inFeatures,
        inFeatures,
        rows,
        inFeatures,
      );
    }
  });
  const rows = learned.ordered(weight, "rows", 8 * inBlocks * outFeatures, (to, from) => {
    cutIntoPanels(machine, to, from, inFeatures, outFeatures, inFeatures);
  });
  const forward = productOf(machine, {
    from: x.address,
    fromPitch: inPitch,
    points: x.rows,
    terms: inFeatures,
    panels: columns,
    blocks: outBlocks,
    to: value.address,
    toPitch: outPitch,
    start: bias === null ? zeros : learned.of(bias).value,
    rectify,
  });
  const toInput = productOf(machine, {
    from: value.gradient,
    fromPitch: outPitch,
    points: x.rows,
    terms: outFeatures,
    panels: rows,
    blocks: inBlocks,
    to: x.gradient,
    toPitch: inPitch,
    start: zeros,
    rectify: false,
  });
  // The gradient of the weight, whose rows are `inFeatures` floats: directly, or with rows filled up to whole blocks.
  const whole = inFeatures % 8 === 0;
  const { gradient } = learned.of(weight);
  const sums = whole ? gradient : machine.take(8 * inBlocks * outFeatures);
  const turned = machine.take(x.rows * 8 * outBlocks);
  const inputs = machine.take(x.rows * 8 * inBlocks);
  const toWeight = productOf(machine, {
    from: turned,
    fromPitch: 4 * x.rows,
    points: outFeatures,
    terms: x.rows,
    panels: inputs,
    blocks: inBlocks,
    to: sums,
    toPitch: 32 * inBlocks,
    start: zeros,
    rectify: false,
  });

  return {
    value,
    stage: {
      name: `linear ${weight.shape.join(" x ")}${rectify ? " + relu" : ""}`,
      forward,
      backward() {
        if (rectify) code.maskRectified(value.gradient, value.address, bytesOf(value) / 4);
        if (bias !== null) sumRows(machine, value, learned.gradientOf(bias));
        code.transpose(turned, x.rows, value.gradient, outPitch / 4, x.rows, outFeatures);
        cutIntoPanels(machine, inputs, x.address, inPitch / 4, x.rows, 8 * inBlocks);
        toWeight();
        if (!whole) code.copyColumns(gradient, inFeatures, sums, 8 * inBlocks, outFeatures, inFeatures);
        toInput();
      },
    },
  };
}

/** A matrix as panels of 8 columns, `[column / 8][row][8]`. Pitches count floats. */
function cutIntoPanels(
  { code }: Machine,
  to: number,
  from: number,
  pitch: number,
  rows: number,
  columns: number,
): void {
  for (let first = 0; first < columns; first += 8) {
    code.copyColumns(to + 4 * first * rows, 8, from + 4 * first, pitch, rows, Math.min(8, columns - first));
  }
}

/** The calls of `contractBlocks` of a product: whole runs of 256 terms, and what is left. */
function productOf(machine: Machine, p: Product): () => void {
  const whole = Math.floor(p.terms / CHUNK_TERMS);
  const rest = p.terms % CHUNK_TERMS;
  const bases = tableOf(
    machine,
    Array.from({ length: p.points }, (_, point) => point * p.fromPitch),
  );
  const runs = tableOf(
    machine,
    Array.from({ length: Math.max(1, whole) }, (_, run) => 4 * run * CHUNK_TERMS),
  );
  const last = tableOf(machine, [4 * whole * CHUNK_TERMS]);
  const panelPitch = 32 * p.terms;
  const multiply = (
    offsets: number,
    count: number,
    length: number,
    panels: number,
    start: number,
    ends: boolean,
  ): void => {
    machine.code.contractBlocks(
      p.to,
      p.toPitch,
      32,
      p.from,
      bases,
      p.points,
      offsets,
      count,
      1,
      length,
      panels,
      panelPitch,
      p.blocks,
      start,
      p.rectify && ends ? 1 : 0,
    );
  };
  return () => {
    if (whole > 0) multiply(runs, whole, CHUNK_TERMS, p.panels, p.start, rest === 0);
    if (rest > 0) {
      multiply(last, 1, rest, p.panels + 32 * whole * CHUNK_TERMS, whole > 0 ? 0 : p.start, true);
    }
  };
}

/** The gradient of a bias. */
function sumRows(machine: Machine, value: RowsValue, to: Float32Array): void {
  const pitch = rowPitch(value.features) / 4;
  const from = machine.view(value.gradient, value.rows * pitch);
  const sums = new Float64Array(to.length);
  for (let n = 0; n < value.rows; n++) {
    for (let i = 0; i < sums.length; i++) sums[i] += from[n * pitch + i];
  }
  to.set(sums);
}
