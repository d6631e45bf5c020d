/** @module WebAssembly functions of Integrated Gradients along a line (src/runtime/line.ts). */

/** A part of what the module exports; see ./index.ts. */
export type LineExports = {
  sumPanels(
    to: number,
    panels: number,
    panelPitch: number,
    blocks: number,
    list: number,
    count: number,
    channelBlocks: number,
    planeBytes: number,
  ): void;
  unitsOn(mask: number, z: number, blocks: number, pixels: number): void;
  listFlips(
    entries: number,
    limit: number,
    before: number,
    after: number,
    p: number,
    q: number,
    blocks: number,
    pixels: number,
  ): number;
  applyFlips(
    entries: number,
    end: number,
    inWidth: number,
    weights: number,
    channels: number,
    P: number,
    Q: number,
    rows: number,
    outHeight: number,
    outWidth: number,
    kernelHeight: number,
    kernelWidth: number,
    padTop: number,
    padLeft: number,
  ): void;
  gatherFlips(
    entries: number,
    end: number,
    gradient: number,
    blockBytes: number,
    inWidth: number,
    weights: number,
    channels: number,
    sums: number,
    sumsWidth: number,
    outHeight: number,
    outWidth: number,
    kernelHeight: number,
    kernelWidth: number,
    padTop: number,
    padLeft: number,
  ): void;
  decideWindows(
    entries: number,
    end: number,
    y: number,
    places: number,
    total: number,
    poolWidth: number,
    source: number,
    sourceWidth: number,
    offsets: number,
    runs: number,
    runsPerChunk: number,
    length: number,
    panels: number,
    panelPitch: number,
    bias: number,
    rectify: number,
  ): void;
  poolLine(
    y: number,
    places: number,
    total: number,
    P: number,
    Q: number,
    alpha: number,
    windows: number,
    count: number,
    blocks: number,
    margins: number,
    doubts: number,
    limit: number,
    rectify: number,
  ): number;
  addUnpooled(sums: number, d: number, places: number, pixels: number, count: number, blocks: number): void;
  blocksOfRows(
    to: number,
    from: number,
    lineBytes: number,
    blocks: number,
    height: number,
    width: number,
  ): void;
  spreadWindow(y: number, total: number, blocks: number, from: number, list: number, count: number): void;
  largest(values: number, length: number): number;
  keepOn(to: number, values: number, on: number, length: number): void;
  pointOnLine(to: number, a: number, b: number, scale: number, length: number): void;
};
