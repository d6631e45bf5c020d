/**
 * @module
 * Elementary functions, element by element.
 */

import {
  abs as absFunction,
  exp as expFunction,
  log as logFunction,
} from "../kernels/reference/functions.ts";
import { neg as negFunction, sqrt as sqrtFunction } from "../kernels/reference/functions.ts";
import { definePointwise } from "./pointwise.ts";

/** -x. As `torch.neg`. */
export const neg = definePointwise("neg", negFunction);

/** e^x. As `torch.exp`. */
export const exp = definePointwise("exp", expFunction);

/** The natural logarithm; -Infinity at 0, NaN below. As `torch.log`. */
export const log = definePointwise("log", logFunction);

/** √x; NaN below 0, gradient Infinity at 0. As `torch.sqrt`. */
export const sqrt = definePointwise("sqrt", sqrtFunction);

/** |x|; the gradient at 0 is 0. As `torch.abs`. */
export const abs = definePointwise("abs", absFunction);
