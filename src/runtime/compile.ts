/**
 * @module
 * From what a function did, call by call, to a plan that does it again: neighbouring calls are joined where one kernel does
 * both, and each gets its steps.
 */

import type { TracedCall } from "../autograd/index.ts";
import { conv2dPlanOf } from "../ops/conv2d.ts";
import { linearPlanOf } from "../ops/linear.ts";
import { maxPool2dPlanOf } from "../ops/max-pool2d.ts";
import type { MaxPool2dPlan } from "../ops/max-pool2d.ts";
import { reluPlanOf } from "../ops/relu.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Builder } from "./builder.ts";
import type { Form } from "./builder.ts";
import { canLowerConv2d, lowerConv2d } from "./lower-conv2d.ts";
import type { Conv2dCall } from "./conv2d-call.ts";
import { lowerLinear } from "./lower-linear.ts";
import { lowerCall, lowerReshape } from "./lower-other.ts";
import { canLowerMaxPool2d, lowerMaxPool2d } from "./lower-pool.ts";
import { lowerAdd, lowerRelu } from "./lower-relu.ts";
import { lowerWinograd, suitsWinograd } from "./lower-winograd.ts";
import type { Machine } from "./machine.ts";
import { blockShapeOf, Place } from "./place.ts";
import { Plan } from "./plan.ts";
import type { Weights } from "./weights.ts";

/** A function as it was traced: from `input` to `output` by `calls`. */
export interface Traced {
  readonly input: Tensor;
  readonly output: Tensor;
  readonly calls: readonly TracedCall[];
}

/** Thrown when a function cannot be a plan; the message says why. */
export class CannotCompile extends Error {
  override name = "CannotCompile";
}

/** How to compile. */
export interface CompileOptions {
  /** Whether {@link Plan.backward} will be called. */
  readonly differentiable: boolean;
  /** The form of the buffers of input and output, and of their gradients; plain, as {@link Plan.run} needs them, unless said. */
  readonly inputForm?: Form;
  readonly outputForm?: Form;
}

/**
 * Compiles a traced function.
 * @throws CannotCompile
 */
export function compile(machine: Machine, weights: Weights, traced: Traced, options: CompileOptions): Plan {
  const { differentiable, inputForm = "plain", outputForm = "plain" } = options;
  const builder = new Builder(machine, weights, differentiable);
  const calls = liveCalls(traced);
  const input = new Place(traced.input.shape, differentiable);
  const inputOffset = builder.define(input, inputForm);
  builder.setPlace(traced.input, input);
  countReaders(builder, traced, calls);
  const pending = [...calls];
  for (let call = pending.shift(); call !== undefined; call = pending.shift()) lower(builder, call, pending);

  const output = builder.placeOf(traced.output);
  if (output === null)
    throw new CannotCompile("its result does not come from candil's operations on the input");
  const outputOffset = builder.read(output, outputForm);
  const outputGradient = differentiable ? builder.addGradient(output, outputForm).offset : null;
  builder.writeBackward();
  const inputGradient = differentiable ? builder.readGradient(input, inputForm) : null;
  return new Plan({
    machine,
    inShape: traced.input.shape,
    outShape: traced.output.shape,
    forward: builder.forward,
    backward: builder.backward,
    input: inputOffset,
    output: outputOffset,
    inputGradient,
    outputGradient,
    bytes: builder.layout.bytes,
  });
}

/** The calls on the way from input to output; those on constants alone were done once and for all. */
function liveCalls({ input, calls }: Traced): TracedCall[] {
  const computed = new Set<Tensor>([input]);
  return calls.filter((call) => {
    if (!call.inputs.some((x) => x !== null && computed.has(x))) return false;
    if (call.output.dtype !== "float32") {
      throw new CannotCompile(`${call.name} computes in ${call.output.dtype}; plans are float32`);
    }
    computed.add(call.output);
    return true;
  });
}

function countReaders(builder: Builder, traced: Traced, calls: readonly TracedCall[]): void {
  const input = builder.placeOf(traced.input);
  for (const call of calls) builder.setPlace(call.output, placeFor(builder, call));
  for (const call of calls) {
    for (const x of call.inputs) {
      const place = x === null ? null : builder.placeOf(x);
      if (place !== null) place.readers++;
    }
  }
  // Whoever called reads the output, and input buffers are written from outside.
  const output = builder.placeOf(traced.output);
  if (output !== null) output.readers++;
  if (input !== null) input.readers++;
}

/** A flattened picture keeps its place: it may stay in blocks. */
function placeFor(builder: Builder, call: TracedCall): Place {
  const wanted = call.inputs.some((x) => x !== null && builder.placeOf(x)?.wanted === true);
  const [x] = call.inputs;
  const source = call.alias && x !== null ? builder.placeOf(x) : null;
  return source !== null && keepsBlocks(source, call.output) ? source : new Place(call.output.shape, wanted);
}

/** Whether `y`, another shape of what lies at `x`, is [N, C · H · W] of a picture [N, C, H, W], or the same picture. */
function keepsBlocks(x: Place, y: Tensor): boolean {
  const from = x.picture;
  const to = blockShapeOf(y.shape);
  if (from === null || to === null || from.images !== to.images) return false;
  const flat = to.height === 1 && to.width === 1 && to.channels === from.channels * from.height * from.width;
  const same = to.channels === from.channels && to.height === from.height && to.width === from.width;
  return same || (flat && y.shape.length === 2);
}

/** Writes the steps of a call, and takes those behind it that it does as well from `pending`. */
function lower(builder: Builder, call: TracedCall, pending: TracedCall[]): void {
  const [first] = call.inputs;
  const x = first === null ? null : builder.placeOf(first);
  const y = placeAt(builder, call.output);
  if (x !== null && call.alias) {
    if (x !== y) lowerReshape(builder, x, y);
  } else if (x === null || !lowerKnown(builder, call, x, pending)) {
    lowerCall(builder, call, y);
  }
  for (const input of call.inputs) {
    const place = input === null ? null : builder.placeOf(input);
    if (place !== null) builder.doneReading(place);
  }
}

function lowerKnown(builder: Builder, call: TracedCall, x: Place, pending: TracedCall[]): boolean {
  const conv2d = conv2dCallOf(builder, call);
  if (conv2d !== null) {
    if (!builder.differentiable && suitsWinograd(conv2d.g)) {
      lowerByWinograd(builder, conv2d, call, x, pending);
      return true;
    }
    const relu = takeRelu(builder, call, pending);
    lowerConv2d(builder, conv2d, x, placeAt(builder, (relu ?? call).output), relu !== null);
    return true;
  }
  const linear = linearPlanOf(call);
  const [, weight, bias] = call.inputs;
  if (
    linear !== null &&
    weight !== null &&
    builder.placeOf(weight) === null &&
    call.output.shape.length === 2
  ) {
    const relu = takeRelu(builder, call, pending);
    const rows = linear.product.m;
    lowerLinear(builder, { weight, bias, rows }, x, placeAt(builder, (relu ?? call).output), relu !== null);
    return true;
  }
  const pool = maxPool2dPlanOf(call);
  if (pool !== null && canLowerMaxPool2d(pool) && x.readers === 1) {
    const relu = takeRelu(builder, call, pending);
    lowerMaxPool2d(builder, pool, x, placeAt(builder, (relu ?? call).output), relu !== null);
    return true;
  }
  if (reluPlanOf(call) !== null) {
    lowerRelu(builder, x, placeAt(builder, call.output));
    return true;
  }
  const b = weight === null || weight === undefined ? null : builder.placeOf(weight);
  if (call.name === "add" && b !== null && sameShape(call.inputs[0]?.shape ?? [], weight?.shape ?? [])) {
    lowerAdd(builder, x, b, placeAt(builder, call.output));
    return true;
  }
  return false;
}

/** With the rectifier and the pool behind it, in either order. */
function lowerByWinograd(
  builder: Builder,
  conv2d: Conv2dCall,
  call: TracedCall,
  x: Place,
  pending: TracedCall[],
): void {
  let last = call;
  let rectify = false;
  let pool: MaxPool2dPlan | null = null;
  for (let found = true; found;) {
    const relu = takeRelu(builder, last, pending);
    const pooled: ReturnType<typeof takePool> =
      pool === null ? takePool(builder, relu ?? last, pending) : null;
    rectify ||= relu !== null;
    pool ??= pooled?.plan ?? null;
    found = relu !== null || pooled !== null;
    last = pooled?.call ?? relu ?? last;
  }
  lowerWinograd(builder, conv2d, pool, x, placeAt(builder, last.output), rectify);
}

/** The 2 × 2 pool behind a call, when nobody else reads the call's result. */
function takePool(
  builder: Builder,
  call: TracedCall,
  pending: TracedCall[],
): { readonly call: TracedCall; readonly plan: MaxPool2dPlan } | null {
  const [next] = pending;
  const plan = next === undefined ? null : maxPool2dPlanOf(next);
  if (plan === null || next.inputs[0] !== call.output || !canLowerMaxPool2d(plan)) return null;
  if (placeAt(builder, call.output).readers !== 1) return null;
  pending.shift();
  return { call: next, plan };
}

/** A convolution that plans have kernels for, with constant weights. */
function conv2dCallOf(builder: Builder, call: TracedCall): Conv2dCall | null {
  const g = conv2dPlanOf(call);
  const [x, weight, bias] = call.inputs;
  if (g === null || x === null || weight === null || builder.placeOf(weight) !== null) return null;
  const found = { x, weight, bias, g };
  return call.output.shape.length === 4 && canLowerConv2d(found) ? found : null;
}

/** The rectifier behind a call, when nobody else reads the call's result. */
function takeRelu(builder: Builder, call: TracedCall, pending: TracedCall[]): TracedCall | null {
  const [next] = pending;
  if (next === undefined || reluPlanOf(next) === null || next.inputs[0] !== call.output) return null;
  if (placeAt(builder, call.output).readers !== 1) return null;
  pending.shift();
  return next;
}

function placeAt(builder: Builder, tensor: Tensor): Place {
  const place = builder.placeOf(tensor);
  if (place === null) throw new Error("a plan has no place for a value that was traced");
  return place;
}
