/** @module The rectifier where nothing before it takes it over, and the sum of two pictures, both in the form that is there. */

import type { Builder, Form } from "./builder.ts";
import { blockFloats } from "./place.ts";
import type { Place } from "./place.ts";

/** Writes the steps of y = max(x, 0). */
export function lowerRelu(builder: Builder, x: Place, y: Place): void {
  const { code } = builder.machine;
  const form = formOf(x);
  const count = countOf(x, form);
  const from = builder.read(x, form);
  const to = builder.define(y, form);
  builder.step("relu", count, (base) => code.reluForward(base + to, base + from, count));
  builder.adjoint(() => {
    if (!x.wanted) return;
    const gradient = builder.readGradient(y, form);
    if (gradient === null) return;
    const { offset, fresh } = builder.addGradient(x, form);
    if (fresh) builder.clear(offset, count);
    builder.step("relu, backward", count, (base) =>
      code.reluBackward(base + offset, base + gradient, base + from, count),
    );
  });
}

/** Writes the steps of y = a + b, of equal shapes. */
export function lowerAdd(builder: Builder, a: Place, b: Place, y: Place): void {
  const { code } = builder.machine;
  const form = formOf(a);
  const count = countOf(a, form);
  const left = builder.read(a, form);
  const right = builder.read(b, form);
  const to = builder.define(y, form);
  builder.step("add", count, (base) => code.add(base + to, base + left, base + right, count));
  builder.adjoint(() => {
    const gradient = builder.readGradient(y, form);
    if (gradient === null) return;
    for (const x of [a, b]) {
      if (!x.wanted) continue;
      const { offset, fresh } = builder.addGradient(x, form);
      if (fresh) builder.clear(offset, count);
      builder.step("add, backward", count, (base) => {
        code.add(base + offset, base + offset, base + gradient, count);
      });
    }
  });
}

function formOf(place: Place): Form {
  return place.value.blocks !== null ? "blocks" : "plain";
}

function countOf(place: Place, form: Form): number {
  return form === "blocks" && place.picture !== null ? blockFloats(place.picture) : place.count;
}
