import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

function resize(name: string, x: readonly number[], options: c.InterpolateOptions, torch: string): Case {
  return {
    op: "interpolate",
    name: `${options.mode ?? "nearest"}, ${name}`,
    inputs: { x: { shape: x } },
    run: ({ x }) => c.interpolate(x, options),
    torch: `F.interpolate(x, ${torch})`,
  };
}

export const interpolateCases: readonly Case[] = [
  resize("twice as large", [2, 2, 3, 2], { scaleFactor: 2 }, "scale_factor=2"),
  resize("a size that does not divide", [1, 2, 3, 5], { size: [7, 3] }, "size=(7, 3)"),
  resize("sequences", [2, 3, 4], { size: 7 }, "size=7"),
  resize("volumes", [1, 1, 2, 3, 2], { size: [3, 2, 4] }, "size=(3, 2, 4)"),
  resize("an uneven factor", [1, 1, 7, 4], { scaleFactor: [0.7, 1.5] }, "scale_factor=(0.7, 1.5)"),
  resize("a factor that rounds to the same size", [1, 1, 4, 5], { scaleFactor: 1.1 }, "scale_factor=1.1"),
  resize("a factor that rounds to twice the size", [1, 1, 2, 3], { scaleFactor: 2.3 }, "scale_factor=2.3"),
  resize("a position that float32 rounds down", [1, 1, 1, 2], { size: [1, 82] }, "size=(1, 82)"),
  resize("an empty batch", [0, 2, 3, 3], { size: 4 }, "size=4"),
  resize("larger", [2, 2, 3, 4], { size: [7, 9], mode: "bilinear" }, 'size=(7, 9), mode="bilinear"'),
  resize("smaller", [1, 2, 8, 7], { size: [3, 2], mode: "bilinear" }, 'size=(3, 2), mode="bilinear"'),
  resize("one pixel", [1, 2, 1, 1], { size: 3, mode: "bilinear" }, 'size=3, mode="bilinear"'),
  resize(
    "an uneven factor",
    [1, 1, 7, 4],
    { scaleFactor: [0.7, 1.5], mode: "bilinear" },
    'scale_factor=(0.7, 1.5), mode="bilinear"',
  ),
  resize(
    "a factor that rounds to the same size",
    [1, 1, 4, 5],
    { scaleFactor: 1.1, mode: "bilinear" },
    'scale_factor=1.1, mode="bilinear"',
  ),
  resize(
    "larger, corners aligned",
    [2, 2, 3, 4],
    { size: [7, 9], mode: "bilinear", alignCorners: true },
    'size=(7, 9), mode="bilinear", align_corners=True',
  ),
  resize(
    "smaller to one row, corners aligned",
    [1, 2, 5, 7],
    { size: [1, 3], mode: "bilinear", alignCorners: true },
    'size=(1, 3), mode="bilinear", align_corners=True',
  ),
];
