/** @module Recording operations and computing gradients. */

export { grad } from "./grad.ts";
export type { GradOptions } from "./grad.ts";
export { enableGrad, isGradEnabled, noGrad } from "./grad-mode.ts";
export { defineOp } from "./op.ts";
export type { Op, OpSpec, Plan } from "./op.ts";
export type { Pullback } from "./node.ts";
export { noteRead, trace } from "./trace.ts";
export type { Trace, TracedCall } from "./trace.ts";
