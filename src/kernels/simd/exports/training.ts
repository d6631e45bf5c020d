/** @module WebAssembly functions of training steps (src/runtime/training). */

/** A part of what the module exports; see ./index.ts. */
export type TrainingExports = {
  cutIntoPanels(
    to: number,
    panelPitch: number,
    from: number,
    fromPitch: number,
    rows: number,
    columns: number,
  ): void;
  listByChannel(
    entries: number,
    starts: number,
    dy: number,
    places: number,
    blocks: number,
    height: number,
    width: number,
    rowBytes: number,
  ): void;
  listByPlace(
    entries: number,
    starts: number,
    dy: number,
    places: number,
    blocks: number,
    windows: number,
    scratch: number,
  ): void;
  addWeightStrips(
    dw: number,
    starts: number,
    x: number,
    pairs: number,
    plane: number,
    rowBytes: number,
    outChannels: number,
  ): void;
  addInputStrips(
    dx: number,
    starts: number,
    weights: number,
    pairs: number,
    plane: number,
    rowBytes: number,
    outChannels: number,
    height: number,
    width: number,
  ): void;
  orderStrips(
    strips: number,
    weights: number,
    outChannels: number,
    stripChannels: number,
    inChannels: number,
    back: number,
  ): void;
  addTapGradients(
    dw: number,
    dy: number,
    x: number,
    blocks: number,
    height: number,
    width: number,
    channels: number,
    inHeight: number,
    inWidth: number,
    kernelHeight: number,
    kernelWidth: number,
  ): void;
  addPixelSums(db: number, dy: number, blocks: number, pixels: number): void;
  scaleRuns(x: number, factors: number, count: number, run: number): void;
};
