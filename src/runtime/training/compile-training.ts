/**
 * @module
 * From what a function did, call by call, to the stages that do it again and learn. The function must be a chain: each
 * operation on the result of the one before.
 */

import type { TracedCall } from "../../autograd/index.ts";
import { conv2dPlanOf } from "../../ops/conv2d.ts";
import type { Conv2dPlan } from "../../ops/conv2d.ts";
import { dropoutPlanOf } from "../../ops/dropout.ts";
import { linearPlanOf } from "../../ops/linear.ts";
import { maxPool2dPlanOf } from "../../ops/max-pool2d.ts";
import { reluPlanOf } from "../../ops/relu.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { CannotCompile } from "../compile.ts";
import type { Traced } from "../compile.ts";
import { blockShapeOf } from "../place.ts";
import { firstConvolution, isBare } from "./first-convolution.ts";
import type { Learning } from "./first-convolution.ts";
import { fullyConnected } from "./fully-connected.ts";
import { canPool, pooledConvolution } from "./pooled-convolution.ts";
import { dropRows, flattenBlocks, flattenPlain } from "./rows.ts";
import type { Built, RowsValue, Stage, Value, Workshop } from "./stage.ts";
import { tailOf } from "./tail.ts";
import { TrainingPlan } from "./training-plan.ts";

/**
 * Compiles a traced function whose parameters learn.
 * @throws CannotCompile saying which operation cannot be done, or that the calls form no chain
 */
export function compileTraining(shop: Workshop, { input, output, calls }: Traced): TrainingPlan {
  const picture = blockShapeOf(input.shape);
  if (picture === null) throw new CannotCompile("the input is neither pictures [N, C, H, W] nor a matrix");
  const address = shop.machine.take(input.numel());
  const chain = new Chain(shop, { form: "plain", picture, address });
  const pending = chained(input, output, calls);
  const parameters = parametersOf(calls);
  let learns = pending.filter((call) => parametersOf([call]).length > 0).length;
  while (learns > 0) {
    const call = pending.shift();
    if (call === undefined) break;
    if (parametersOf([call]).length > 0) learns--;
    lower(chain, call, pending);
  }
  const last = chain.rows();
  return new TrainingPlan({
    ...shop,
    parameters,
    stages: chain.stages,
    input: { address, count: input.numel() },
    outShape: output.shape,
    tail: tailOf(shop, last, pending),
  });
}

/** Stages so far, and the value that they end in. */
class Chain {
  readonly shop: Workshop;
  readonly stages: Stage[] = [];
  value: Value;

  constructor(shop: Workshop, value: Value) {
    this.shop = shop;
    this.value = value;
  }

  append({ stage, value }: Built): void {
    this.stages.push(stage);
    this.value = value;
  }

  /** The value as rows. */
  rows(): RowsValue {
    const { shop, value } = this;
    if (value.form === "rows") return value;
    const built = value.form === "blocks" ? flattenBlocks(shop, value) : flattenPlain(shop, value);
    this.append(built);
    return built.value;
  }
}

/** The calls, when each takes the result of the one before and otherwise constants, and the last gives `output`. */
function chained(input: Tensor, output: Tensor, calls: readonly TracedCall[]): TracedCall[] {
  const computed = new Set<Tensor>([input, ...calls.map((call) => call.output)]);
  let value = input;
  for (const call of calls) {
    const [first, ...others] = call.inputs;
    if (first !== value || others.some((x) => x !== null && (computed.has(x) || !x.isLeaf))) {
      throw new CannotCompile(`${call.name} takes more than the result of the operation before it`);
    }
    // Its running means would count the traced run as well.
    if (call.name === "batchNorm") throw new CannotCompile("training plans have no batchNorm");
    value = call.output;
  }
  if (value !== output) throw new CannotCompile("the result is not that of the last operation");
  return [...calls];
}

/** The tensors that learn, in the order of their use. */
function parametersOf(calls: readonly TracedCall[]): Tensor[] {
  const found = calls.flatMap((call) =>
    call.inputs.slice(1).flatMap((x) => (x !== null && x.isLeaf && x.requiresGrad ? [x] : [])),
  );
  if (new Set(found).size !== found.length) throw new CannotCompile("a parameter is used twice");
  return found;
}

function lower(chain: Chain, call: TracedCall, pending: TracedCall[]): void {
  const conv2d = conv2dPlanOf(call);
  const [, weight, bias] = call.inputs;
  const dropout = dropoutPlanOf(call);
  if (conv2d !== null && weight) {
    lowerConvolution(chain, conv2d, weight, bias ?? null, pending);
  } else if (linearPlanOf(call) !== null && weight && call.output.ndim === 2) {
    const x = chain.rows();
    chain.append(fullyConnected(chain.shop, weight, bias ?? null, takeRelu(pending), x));
  } else if (dropout !== null) {
    chain.append(dropRows(chain.shop, dropout, chain.rows()));
  } else if (call.alias && isFlat(call)) {
    // Rows hold the elements of each picture in order, under either shape.
    chain.rows();
  } else {
    throw new CannotCompile(`training plans have no ${call.name} like this one`);
  }
}

function lowerConvolution(
  chain: Chain,
  g: Conv2dPlan,
  weight: Tensor,
  bias: Tensor | null,
  pending: TracedCall[],
): void {
  const { shop, value } = chain;
  const before = takeRelu(pending);
  const learning: Learning = { g, weight, bias, rectify: before };
  if (value.form === "plain" && isBare(g)) {
    chain.append(firstConvolution(shop, learning, value));
    return;
  }
  const [next] = pending;
  const pool = next === undefined ? null : maxPool2dPlanOf(next);
  if (value.form !== "blocks" || pool === null || !canPool(g, pool)) {
    throw new CannotCompile(
      "training plans have convolutions of the input, and 3 x 3 ones of 16, 32, ... channels in front of max-pooling by 2",
    );
  }
  pending.shift();
  chain.append(pooledConvolution(shop, { ...learning, rectify: takeRelu(pending) || before }, pool, value));
}

/** Takes the rectifier that comes next, if it does. */
function takeRelu(pending: TracedCall[]): boolean {
  const [next] = pending;
  if (next === undefined || reluPlanOf(next) === null) return false;
  pending.shift();
  return true;
}

/** Whether a change of shape leaves rows as they are: [N, C, H, W] to [N, C · H · W], or nothing at all. */
function isFlat({ inputs, output }: TracedCall): boolean {
  const shape = inputs[0]?.shape ?? [];
  return sameShape(shape, output.shape) || (output.ndim === 2 && output.shape[0] === shape[0]);
}
