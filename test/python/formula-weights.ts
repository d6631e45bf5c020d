import type { SourceModule } from "../../src/python/index.ts";
import { tensor } from "../../src/tensor/creation.ts";
import { elementCount } from "../../src/tensor/shape.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

/** sin(i · step + phase), as tools/python_model_fixtures.py has it. */
export function wave(shape: Shape, phase: number, step: number): Tensor<"float64"> {
  const data = Float64Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i * step + phase));
  return new Tensor(data, shape, "float64");
}

/** The values of the k-th entry of a state dict. */
function values(name: string, shape: Shape, k: number): Tensor<"float64"> {
  const w = wave(shape, 0.7 * k, 2.4 + 0.013 * k);
  const scale = Math.sqrt(3 / elementCount(shape.slice(1)));
  const value = (v: number): number => {
    if (name.endsWith("running_var")) return 1 + 0.5 * v * v;
    if (shape.length >= 2) return v * scale;
    return name.endsWith("weight") ? 1 + 0.2 * v : 0.15 + 0.1 * v;
  };
  return new Tensor(w.data.map(value), shape, "float64");
}

/** A state dict by the formula, with the names and shapes of a module. */
export function formulaState(net: SourceModule): Map<string, Tensor<"float64"> | Tensor<"int64">> {
  return new Map(
    [...net.stateDict()].map(([name, { shape, dtype }], k) => [
      name,
      dtype === "int64" ? tensor(0, { dtype: "int64" }) : values(name, shape, k),
    ]),
  );
}
