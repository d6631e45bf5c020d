/**
 * @module
 * A model archive that is small, with any part replaced.
 */

import { writePt } from "../../src/checkpoint/index.ts";
import { tensor } from "../../src/tensor/creation.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { writeZip } from "../../src/zip/index.ts";

/** Scores are weighted means of the colours, with known weights. */
export const SMALL = `
import torch
from torch import nn

class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(3, 6)

    def forward(self, x):
        return self.fc(torch.flatten(self.pool(x), 1))
`;

/** Weights of {@link SMALL}. */
export const smallState = new Map<string, AnyTensor>([
  ["fc.weight", tensor([0, 1, 2, 3, 4, 5].map((row) => [row, -row / 2, 1]))],
  ["fc.bias", tensor([0, 0.5, 0, 0.25, 0, 0])],
]);

/** What differs from an archive with {@link SMALL} and a handler of its own. */
export interface Parts {
  readonly model?: string;
  readonly handler?: string;
  readonly handlerFile?: string;
  readonly state?: ReadonlyMap<string, AnyTensor>;
  readonly files?: Readonly<Record<string, string>>;
  readonly manifest?: object;
}

/** The bytes of an archive. */
export function mar({
  model = SMALL,
  handler,
  handlerFile,
  state = smallState,
  files = {},
  manifest = {},
}: Parts): Uint8Array {
  const whole = {
    runtime: "python",
    model: {
      modelName: "small",
      modelVersion: "3.0",
      modelFile: "net.py",
      serializedFile: "net.pt",
      handler: handler ?? "own.py",
      ...manifest,
    },
  };
  const texts = {
    "net.py": model,
    ...(handlerFile === undefined ? {} : { "own.py": handlerFile }),
    ...files,
    "MAR-INF/MANIFEST.json": JSON.stringify(whole),
  };
  const entries = Object.entries(texts).map(([name, text]) => ({ name, bytes: Buffer.from(text) }));
  return writeZip([...entries, { name: "net.pt", bytes: writePt(state) }]);
}

/** The source of a handler below VisionHandler that scales pictures to [0, 1]. */
export const vision = (body: string, head = ""): string => `
from torchvision import transforms
from ts.torch_handler.vision_handler import VisionHandler
import torch
import torch.nn.functional as F
${head}

class Own(VisionHandler):
    image_processing = transforms.Compose([transforms.ToTensor()])

${body.replace(/^/gm, "    ")}
`;
