/**
 * @module
 * Functions small enough to work out by hand, under the names that Captum's own tests give them.
 * tools/attribution_fixtures.py has the same ones in PyTorch.
 */

import {
  add,
  conv2d,
  div,
  flatten,
  linear,
  mul,
  pow,
  relu,
  reshape,
  select,
  sub,
  sum,
} from "../../src/ops/index.ts";
import { full, ones, tensor } from "../../src/tensor/creation.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

/** 1 − relu(1 − x): flat from 1 on. */
function basicModel(x: Tensor): Tensor {
  return sub(1, relu(sub(1, x)));
}

/** relu(relu(a) − 1 − relu(b)). */
function basicModel2(a: Tensor, b: Tensor): Tensor {
  return relu(sub(sub(relu(a), 1), relu(b)));
}

/** relu(relu(a − 1) − relu(b)): equal to {@link basicModel2} where a is positive, written differently. */
function basicModel3(a: Tensor, b: Tensor): Tensor {
  return relu(sub(relu(sub(a, 1)), relu(b)));
}

/** relu(relu(a − 1) − relu(b) / c), column i. */
function basicModel4(a: Tensor, b: Tensor, c: Tensor | number, i: number): Tensor {
  return select(relu(sub(relu(sub(a, 1)), div(relu(b), c))), 1, i);
}

/** relu(relu(a − 1) · c0 − relu(b) · c1), column i. */
function basicModel5(a: Tensor, b: Tensor, c: readonly [number, number], i: number): Tensor {
  return select(relu(sub(mul(relu(sub(a, 1)), c[0]), mul(relu(b), c[1]))), 1, i);
}

/** 1 − relu(1 − (a + b)), column 1. */
function basicModel6(a: Tensor, b: Tensor): Tensor {
  return select(sub(1, relu(sub(1, add(a, b)))), 1, 1);
}

/** Σ x³ + x²: not linear anywhere, so that quadrature rules differ. */
function cubic(x: Tensor): Tensor {
  return sum(add(pow(x, 3), mul(x, x)), 1);
}

/** relu(3a₀ + a₁) + relu(2b₀ + 3b₁). */
function reluLinear(a: Tensor, b: Tensor): Tensor {
  return add(relu(linear(a, tensor([[3, 1, 0]]))), relu(linear(b, tensor([[2, 3, 0]]))));
}

/**
 * Three inputs, four rectified sums with biases (−10, 1, 1, 1), two sums of those with biases (−1, 1); [N, 2]. With a
 * second argument the outputs times [[1, 4], [2, 8]]; [N, 2, 2, 2].
 */
function multiLayer(x: Tensor, several?: number): Tensor {
  const hidden = relu(linear(x, ones([4, 3]), tensor([-10, 1, 1, 1])));
  const out = linear(hidden, ones([2, 4]), tensor([-1, 1]));
  return several === undefined
    ? out
    : mul(
        reshape(out, [-1, 2, 1, 1]),
        tensor([
          [1, 4],
          [2, 8],
        ]),
      );
}

/** A convolution with two kernels of ones and biases (−50, −75), rectified, and four equal linear outputs, rectified. */
function oneConv(x: Tensor, addend?: Tensor): Tensor {
  const dtype = x.dtype;
  const image = addend === undefined ? x : add(x, addend);
  const hidden = relu(conv2d(image, ones([2, 1, 3, 3], { dtype }), tensor([-50, -75], { dtype })));
  const row = [1, 1, 1, 1, 1, -1, -1, -1];
  return relu(linear(flatten(hidden, 1), tensor([row, row, row, row], { dtype }), full([4], 0, { dtype })));
}

/** The models by name. */
export const toyModels = {
  BasicModel: basicModel,
  BasicModel2: basicModel2,
  BasicModel3: basicModel3,
  BasicModel4: basicModel4,
  BasicModel5: basicModel5,
  BasicModel6: basicModel6,
  Cubic: cubic,
  ReLULinear: reluLinear,
  MultiLayer: multiLayer,
  OneConv: oneConv,
} as const;
