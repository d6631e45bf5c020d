/**
 * @module
 * Gradients against finite differences in float64, by random projection: for a direction v in input space and u in
 * output space, u · J v must agree between the adjoint (Jᵀu) · v and a central difference. Two evaluations for any size.
 */

import { grad } from "../../src/autograd/grad.ts";
import { noGrad } from "../../src/autograd/grad-mode.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { spreadValues, upstream } from "./case.ts";

/** Step of the central difference: its error is of order eps², rounding of order 1e-16 / eps. */
const EPS = 1e-6;

/**
 * The relative disagreement between the gradient of `f` at `inputs` and a central difference along random directions,
 * |adjoint − difference| / max(1, |difference|); the largest over the inputs taken one by one.
 * @param inputs float64 tensors that require gradients
 */
export function gradientError(
  f: (t: Record<string, Tensor>) => Tensor,
  inputs: Record<string, Tensor>,
): number {
  const y = f(inputs);
  const u = new Tensor(
    Float64Array.from(y.data, (_, i) => upstream(i) + 0.1),
    y.shape,
    "float64",
  );
  const names = Object.keys(inputs);
  const gradients = grad([y], Object.values(inputs), { gradOutputs: [u], allowUnused: true });
  let worst = 0;
  names.forEach((name, k) => {
    const x = inputs[name];
    const v = spreadValues(x.numel(), 77 + k, [-1, 1]);
    const at = (step: number): number =>
      noGrad(() => {
        const moved = new Tensor(
          Float64Array.from(x.data, (value, i) => value + step * v[i]),
          x.shape,
          "float64",
        );
        return dot(f({ ...inputs, [name]: moved }).data, u.data);
      });
    const difference = (at(EPS) - at(-EPS)) / (2 * EPS);
    const adjoint = dot(gradients[k].data, v);
    const error = Math.abs(adjoint - difference) / Math.max(1, Math.abs(difference));
    if (!(error <= worst)) worst = error;
  });
  return worst;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
