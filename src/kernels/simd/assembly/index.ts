/**
 * @module
 * The WebAssembly side of the SIMD kernels, in AssemblyScript. Functions take byte addresses into the one imported
 * memory, which TypeScript lays out (see ../arena.ts); they allocate nothing and keep no state.
 *
 * One source gives two modules: compiled with relaxed SIMD, {@link multiplyAdd} is one fused instruction and tiles are
 * larger; without it, a product and a sum.
 */

export { contractBlocks } from "./blocks";
export { contract } from "./contract";
export { contractListed, listedScratch, sumPanels } from "./listed";
export { addInputStrips, addWeightStrips, listByChannel, listByPlace, orderStrips } from "./maxima";
export { multiplyRow, multiplyRows, rowsScratch } from "./linear";
export { copyPicture, gatherTaps, maskRectified } from "./plans";
export { decideWindows } from "./doubts";
export { applyFlips, gatherFlips, listFlips, unitsOn } from "./flips";
export { addUnpooled, blocksOfRows, keepOn, largest, pointOnLine, poolLine, spreadWindow } from "./line";
export { poolBlocks, unpoolBlocks } from "./pool-blocks";
export { SCRATCH } from "./scratch";
export { dotRows, addScaledRows } from "./rows";
export {
  copyColumns,
  cutIntoPanels,
  packPanels,
  packPixels,
  packPlanes,
  spreadPhase,
  transpose,
} from "./rearrange";
export { listNonZero, scatterStrip, scatterVector } from "./scatter";
export { slide } from "./slide";
export { adadelta, addPixelSums, addTapGradients, scaleRuns } from "./training";
export { convolve3x3, winogradScratch } from "./winograd";
export { packWinograd } from "./winograd-weights";
export { add, maxPool2x2, reluBackward, reluForward } from "./elementwise";
