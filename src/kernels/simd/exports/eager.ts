/** @module WebAssembly functions of eager operations. */

/** A part of what the module exports; see ./index.ts. */
export type EagerExports = {
  contract(
    out: number,
    outPitch: number,
    bases: number,
    points: number,
    offsets: number,
    runs: number,
    runsPerChunk: number,
    length: number,
    panels: number,
    panelPitch: number,
    lanes: number,
    bias: number,
  ): void;
  slide(
    out: number,
    source: number,
    length: number,
    offsets: number,
    weights: number,
    taps: number,
    bias: number,
  ): void;
  listNonZero(entries: number, starts: number, from: number, pixels: number, channels: number): void;
  scatterStrip(bases: number, offset: number, starts: number, pixels: number, weights: number): void;
  scatterVector(bases: number, offset: number, starts: number, pixels: number, weights: number): void;
  dotRows(out: number, a: number, b: number, pitch: number, rows: number, length: number): void;
  addScaledRows(out: number, a: number, b: number, pitch: number, rows: number, length: number): void;
  transpose(
    to: number,
    toPitch: number,
    from: number,
    fromPitch: number,
    rows: number,
    columns: number,
  ): void;
  copyColumns(
    to: number,
    toPitch: number,
    from: number,
    fromPitch: number,
    rows: number,
    columns: number,
  ): void;
  packPixels(
    to: number,
    from: number,
    channels: number,
    height: number,
    width: number,
    block: number,
    firstRow: number,
    rows: number,
    firstColumn: number,
    columns: number,
  ): void;
  packPlanes(
    to: number,
    from: number,
    channels: number,
    height: number,
    width: number,
    strideHeight: number,
    strideWidth: number,
    firstRow: number,
    rows: number,
    firstColumn: number,
    columns: number,
  ): void;
  packPanels(
    to: number,
    from: number,
    lanes: number,
    laneStride: number,
    depth: number,
    depthStride: number,
    block: number,
    taps: number,
    tapCount: number,
  ): void;
  spreadPhase(
    to: number,
    height: number,
    width: number,
    firstRow: number,
    strideHeight: number,
    firstColumn: number,
    strideWidth: number,
    from: number,
    fromPlane: number,
    fromColumns: number,
    planes: number,
    rows: number,
    columns: number,
    add: number,
  ): void;
  maxPool2x2(
    y: number,
    argmax: number,
    x: number,
    planes: number,
    height: number,
    width: number,
    inWidth: number,
    inPlane: number,
  ): void;
  add(y: number, a: number, b: number, length: number): void;
  reluForward(y: number, x: number, length: number): void;
  reluBackward(dx: number, dy: number, x: number, length: number): void;
  adadelta(
    p: number,
    squares: number,
    deltas: number,
    gradient: number,
    length: number,
    lr: number,
    rho: number,
    rest: number,
    eps: number,
    decay: number,
  ): void;
};
