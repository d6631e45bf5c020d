/** @module Loads the compiled kernels: decodes them, asks the engine whether it can run them, instantiates them. */

/**
 * What the WebAssembly module exports. All numbers are 32-bit integers; addresses are bytes in the arena's memory.
 * Each function is described where it is written, in ./assembly.
 */
export type SimdCode = {
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
};

/** The bytes of a base64 text. `atob` is in browsers and in Node; Buffer is not. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Whether this engine compiles the module, that is, knows its SIMD instructions. */
function runsHere(bytes: Uint8Array<ArrayBuffer>): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(bytes);
}

/**
 * Compiles a module, or gives null where the engine cannot. Synchronous: it is a few kilobytes, and a kernel is called from
 * synchronous code.
 */
export function compile(base64: string): WebAssembly.Module | null {
  const bytes = decodeBase64(base64);
  if (!runsHere(bytes)) return null;
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    // A page's content security policy may forbid WebAssembly, and older browsers compile nothing above 4 KB
    // synchronously on the main thread: the reference still works there.
    return null;
  }
}

/** The kernels over a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): SimdCode {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return instance.exports as SimdCode;
}
