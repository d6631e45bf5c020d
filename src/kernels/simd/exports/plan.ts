/** @module WebAssembly functions of plans, whose pictures lie in blocks of 8 channels. */

/** A part of what the module exports; see ./index.ts. */
export type PlanExports = {
  contractBlocks(
    out: number,
    pointPitch: number,
    blockPitch: number,
    source: number,
    bases: number,
    points: number,
    offsets: number,
    runs: number,
    runsPerChunk: number,
    length: number,
    panels: number,
    panelPitch: number,
    blocks: number,
    bias: number,
    rectify: number,
  ): void;
  contractListed(
    out: number,
    pointPitch: number,
    blockPitch: number,
    source: number,
    bases: number,
    points: number,
    terms: number,
    count: number,
    panels: number,
    panelPitch: number,
    blocks: number,
    bias: number,
    scratch: number,
  ): void;
  listedScratch(points: number): number;
  multiplyRow(
    out: number,
    source: number,
    blocks: number,
    panels: number,
    panelPitch: number,
    units: number,
    bias: number,
    rectify: number,
  ): void;
  multiplyRows(
    out: number,
    outPitch: number,
    source: number,
    bases: number,
    rows: number,
    blocks: number,
    less: number,
    count: number,
    panels: number,
    panelPitch: number,
    units: number,
    bias: number,
    rectify: number,
    scratch: number,
  ): void;
  rowsScratch(rows: number): number;
  packWinograd(to: number, from: number, outChannels: number, inChannels: number, transposed: number): void;
  winogradScratch(inBlocks: number, width: number): number;
  convolve3x3(
    out: number,
    argmax: number,
    from: number,
    weights: number,
    bias: number,
    mask: number,
    scratch: number,
    images: number,
    imagePitch: number,
    outPitch: number,
    inBlocks: number,
    height: number,
    width: number,
    outBlocks: number,
    outHeight: number,
    outWidth: number,
    padTop: number,
    padLeft: number,
    flags: number,
  ): void;
  poolBlocks(
    y: number,
    places: number,
    x: number,
    planes: number,
    height: number,
    width: number,
    inHeight: number,
    inWidth: number,
    rectify: number,
  ): void;
  unpoolBlocks(
    dx: number,
    dy: number,
    places: number,
    rectified: number,
    planes: number,
    height: number,
    width: number,
    inHeight: number,
    inWidth: number,
  ): void;
  maskRectified(dy: number, y: number, length: number): void;
  copyPicture(
    to: number,
    toPlane: number,
    toRow: number,
    from: number,
    fromPlane: number,
    fromRow: number,
    planes: number,
    rows: number,
    rowBytes: number,
  ): void;
  gatherTaps(
    dx: number,
    terms: number,
    pitch: number,
    channels: number,
    height: number,
    width: number,
    rows: number,
    columns: number,
    kernelHeight: number,
    kernelWidth: number,
    padTop: number,
    padLeft: number,
  ): void;
};
