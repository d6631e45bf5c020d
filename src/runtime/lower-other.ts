/**
 * @module
 * Operations that plans have no kernels for: the eager operation again, on plain buffers of the plan.
 */

import type { TracedCall } from "../autograd/index.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Builder } from "./builder.ts";
import type { Place } from "./place.ts";

/** Writes the steps of any call on float32. */
export function lowerCall(builder: Builder, call: TracedCall, y: Place): void {
  const { machine } = builder;
  const places = call.inputs.map((input) => (input === null ? null : builder.placeOf(input)));
  const offsets = places.map((place) => (place === null ? null : builder.read(place, "plain")));
  const to = builder.define(y, "plain");
  let pullback: ReturnType<TracedCall["compute"]> = () => undefined;
  builder.step(call.name, 0, (base) => {
    const inputs = call.inputs.map((input, i) => {
      const offset = offsets[i];
      if (input === null || offset === null) return input;
      return new Tensor(machine.view(base + offset, input.data.length), input.shape, "float32");
    });
    const out = machine.view(base + to, y.count);
    out.fill(0);
    pullback = call.compute(out, inputs);
  });
  builder.adjoint(() => {
    if (!places.some((place) => place?.wanted === true)) return;
    const gradient = builder.readGradient(y, "plain");
    if (gradient === null) return;
    const targets = places.map((place) => {
      if (place?.wanted !== true) return null;
      const { offset, fresh } = builder.addGradient(place, "plain");
      if (fresh) builder.clear(offset, place.count);
      return { offset, count: place.count };
    });
    builder.step(`${call.name}, backward`, 0, (base) => {
      pullback(
        machine.view(base + gradient, y.count),
        targets.map((target) => (target === null ? null : machine.view(base + target.offset, target.count))),
      );
    });
  });
}

/** A change of shape: the same plain buffer under another place. */
export function lowerReshape(builder: Builder, x: Place, y: Place): void {
  y.value.plain = builder.read(x, "plain");
  // Two places, one buffer: it is not given out again.
  x.readers = Infinity;
  y.readers = Infinity;
  builder.adjoint(() => {
    if (!x.wanted) return;
    const gradient = builder.readGradient(y, "plain");
    if (gradient === null) return;
    const { offset, fresh } = builder.addGradient(x, "plain");
    const { machine } = builder;
    if (fresh) builder.clear(offset, x.count);
    builder.step("reshape, backward", 0, (base) => {
      const to = base + offset;
      machine.code.add(to, to, base + gradient, x.count);
    });
  });
}
