/**
 * @module
 * `torch.nn.init`. Where weights are loaded afterwards anyway (`machine.initialize` is off) nothing is drawn.
 */

import * as init from "../../nn/init.ts";
import type { KaimingOptions } from "../../nn/init.ts";
import { zeros } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { unsupported } from "../python-error.ts";
import { hostFunction } from "../values/host-function.ts";
import { PyFloat, shownValue } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import { PyTuple } from "../values/sequences.ts";
import { floatNumber, tensorOf } from "./arguments.ts";

/** One function: fills the tensor in place and returns it. */
function filling(signature: string, fill: (x: Tensor, values: readonly Value[]) => void): [string, Value][] {
  const callee = hostFunction(signature, ([x, ...values], machine) => {
    const holder = tensorOf(x, signature);
    if (machine.initialize) fill(holder.float, values);
    return holder;
  });
  const { name } = callee.signature;
  // Names without the underscore are those of old releases.
  return [
    [name, callee],
    [name.replace(/_$/, ""), callee],
  ];
}

/** The factor that keeps the variance through a nonlinearity. */
function gain(nonlinearity: Value, a: Value): number {
  switch (nonlinearity) {
    case "linear":
    case "sigmoid":
    case "conv2d":
    case "conv1d":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "selu":
      return 3 / 4;
    case "leaky_relu":
      return Math.sqrt(2 / (1 + (a === null ? 0.01 : floatNumber(a, "gain")) ** 2));
    default:
      return raise("ValueError", `Unsupported nonlinearity ${shownValue(nonlinearity)}`);
  }
}

/** √(2 / (1 + a²)) is the gain that candil's initialisation wants, so `a` follows from it. */
function kaiming(a: Value, mode: Value, nonlinearity: Value): KaimingOptions {
  const slope = floatNumber(a, "kaiming");
  const wanted = gain(nonlinearity, new PyFloat(slope));
  return { a: Math.sqrt(Math.max(0, 2 / wanted ** 2 - 1)), mode: mode === "fan_out" ? "fanOut" : "fanIn" };
}

const number = (value: Value): number => floatNumber(value, "init");

/** Normal numbers, those outside of the bounds drawn anew, and cut to them when luck fails a hundred times. */
function truncatedNormal(x: Tensor, [mean, std, low, high]: readonly number[]): void {
  init.normal(x, mean, std);
  const one = zeros([1]);
  for (let i = 0; i < x.data.length; i++) {
    for (let round = 0; round < 100 && (x.data[i] < low || x.data[i] > high); round++) {
      x.data[i] = init.normal(one, mean, std).data[0];
    }
    x.data[i] = Math.min(high, Math.max(low, x.data[i]));
  }
}

/** The names of torch.nn.init. */
export const initNames: readonly (readonly [string, Value])[] = [
  ...filling("uniform_(tensor, a=0.0, b=1.0)", (x, [a, b]) => void init.uniform(x, number(a), number(b))),
  ...filling(
    "normal_(tensor, mean=0.0, std=1.0)",
    (x, [mean, std]) => void init.normal(x, number(mean), number(std)),
  ),
  ...filling("trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0)", (x, values) =>
    truncatedNormal(x, values.map(number)),
  ),
  ...filling("constant_(tensor, val)", (x, [value]) => void init.constant(x, number(value))),
  ...filling("zeros_(tensor)", (x) => void init.zeros(x)),
  ...filling("ones_(tensor)", (x) => void init.ones(x)),
  ...filling(
    "kaiming_uniform_(tensor, a=0, mode='fan_in', nonlinearity='leaky_relu')",
    (x, [a, mode, kind]) => void init.kaimingUniform(x, kaiming(a, mode, kind)),
  ),
  ...filling(
    "kaiming_normal_(tensor, a=0, mode='fan_in', nonlinearity='leaky_relu')",
    (x, [a, mode, kind]) => void init.kaimingNormal(x, kaiming(a, mode, kind)),
  ),
  ...filling(
    "xavier_uniform_(tensor, gain=1.0)",
    (x, [factor]) => void init.xavierUniform(x, number(factor)),
  ),
  ...filling("xavier_normal_(tensor, gain=1.0)", (x, [factor]) => void init.xavierNormal(x, number(factor))),
  ...filling("orthogonal_(tensor, gain=1.0)", () => {
    throw unsupported("nn.init.orthogonal_ (load weights and switch initial values off)");
  }),
  [
    "calculate_gain",
    hostFunction("calculate_gain(nonlinearity, param=None)", ([kind, a]) => new PyFloat(gain(kind, a))),
  ],
  [
    "_calculate_fan_in_and_fan_out",
    hostFunction("_calculate_fan_in_and_fan_out(tensor)", ([x]) => {
      const { fanIn, fanOut } = init.fans(tensorOf(x, "fans").shape);
      return new PyTuple([fanIn, fanOut]);
    }),
  ],
];
