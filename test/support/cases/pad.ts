import * as c from "../../../src/ops/index.ts";
import type { Case } from "../case.ts";

function padding(name: string, x: readonly number[], amounts: readonly number[], mode: c.PadMode): Case {
  return {
    op: "pad",
    name: `${mode}, ${name}`,
    inputs: { x: { shape: x } },
    run: ({ x }) => c.pad(x, amounts, { mode }),
    torch: `F.pad(x, (${amounts.join(", ")}${amounts.length === 1 ? "," : ""}), mode="${mode}")`,
  };
}

export const padCases: readonly Case[] = [
  padding("the last dimension", [2, 3], [1, 2], "constant"),
  padding("an image", [2, 1, 3, 4], [1, 0, 2, 3], "constant"),
  padding("channels too, some cut off", [2, 3, 4, 4], [-1, 2, 1, -2, 1, 1], "constant"),
  padding("nothing at all", [2, 3], [], "constant"),
  padding("everything cut off", [2, 3], [-2, -1], "constant"),
  padding("an empty dimension", [2, 0], [1, 1], "constant"),
  {
    op: "pad",
    name: "a value",
    inputs: { x: { shape: [2, 2] } },
    run: ({ x }) => c.pad(x, [1, 1, 0, 1], { value: -0.1 }),
    torch: "F.pad(x, (1, 1, 0, 1), value=-0.1)",
  },
  padding("a sequence", [1, 2, 4], [3, 2], "reflect"),
  padding("an image", [1, 2, 4, 3], [2, 1, 3, 0], "reflect"),
  padding("one end cut off", [1, 1, 5], [-3, 3], "reflect"),
  padding("a sequence", [2, 3], [4, 5], "replicate"),
  padding("an unbatched image", [2, 3, 2], [1, 2, 3, 1], "replicate"),
  padding("one end cut off", [1, 1, 5], [-1, 3], "replicate"),
  padding("a volume", [1, 2, 2, 3], [1, 0, 0, 2, 1, 1], "replicate"),
  padding("one end moved past the other", [3, 1], [2, -2], "replicate"),
  padding("a sequence, once round", [1, 2, 3], [3, 3], "circular"),
  padding("an image", [1, 2, 3, 4], [1, 2, 0, 3], "circular"),
  padding("one end cut off", [1, 1, 5], [-1, 3], "circular"),
];
