import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { decodeImage } from "../../src/node/index.ts";
import { CenterCrop, Grayscale, Pad, PILToTensor, Resize, ToTensor } from "../../src/vision/index.ts";
import type { Image } from "../../src/vision/index.ts";
import { readFixture } from "../support/fixtures.ts";

/** What Pillow says of a picture; samples are little-endian, in base64. */
interface Described {
  readonly mode: string;
  readonly width: number;
  readonly height: number;
  readonly samples: string;
}

interface Encoded {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: string;
}

interface PictureFacts extends Described {
  readonly toTensor?: Encoded;
  readonly pilToTensor?: Encoded;
}

interface TransformCase {
  readonly source: string;
  readonly transform: string;
  readonly args: readonly never[];
  readonly result: Described;
}

const { pictures } = readFixture<{ readonly pictures: Readonly<Record<string, PictureFacts>> }>(
  "vision/pictures.json",
);
const transforms = readFixture<{ readonly pictures: readonly TransformCase[] }>("vision/transforms.json");

async function open(name: string): Promise<Image> {
  return decodeImage(await readFile(new URL(`../fixtures/vision/${name}`, import.meta.url)));
}

/** The bytes of an array, little-endian as this machine's, in base64. */
function base64(array: ArrayBufferView): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");
}

function describeImage({ mode, width, height, data }: Image): Described {
  return { mode, width, height, samples: base64(data) };
}

describe("PNG files are read as Pillow reads them, and become torchvision's tensors, to the bit", () => {
  for (const [name, facts] of Object.entries(pictures).filter(([name]) => name.endsWith(".png"))) {
    it(name, async () => {
      const image = await open(name);
      const { mode, width, height, samples, toTensor, pilToTensor } = facts;
      expect(describeImage(image)).to.deep.equal({ mode, width, height, samples });
      for (const [tensor, expected] of [
        [new ToTensor().apply(image), toTensor],
        [new PILToTensor().apply(image), pilToTensor],
      ] as const) {
        const { dtype, shape, data } = tensor;
        // Pillow's 1-bit pictures leave torch with true values of 255; candil's are 1.
        const bytes =
          dtype === "bool" ? Uint8Array.from(Array.from(data, Number), (value) => 255 * value) : data;
        expect({ dtype, shape, data: base64(bytes) }).to.deep.equal(expected);
      }
    });
  }
});

describe("JPEG files are read as Pillow reads them, gray within one level, colours within three", () => {
  for (const [name, facts] of Object.entries(pictures).filter(([name]) => name.endsWith(".jpg"))) {
    it(name, async () => {
      const image = await open(name);
      const { mode, width, height } = image;
      expect({ mode, width, height }).to.deep.equal({
        mode: facts.mode,
        width: facts.width,
        height: facts.height,
      });
      const expected = Buffer.from(facts.samples, "base64");
      const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - image.data[i])), 0);
      expect(worst).to.be.at.most(mode === "L" ? 1 : 3);
    });
  }
});

const constructors = {
  Resize: (args: readonly never[]) => new Resize(args[0], args[1]),
  CenterCrop: (args: readonly never[]) => new CenterCrop(args[0]),
  Pad: (args: readonly never[]) => new Pad(args[0], args[1]),
  Grayscale: (args: readonly never[]) => new Grayscale(args[0]),
};

describe("transforms of pictures give torchvision's pictures, to the bit", () => {
  for (const [i, { source, transform, args, result }] of transforms.pictures.entries()) {
    it(`${i}: ${transform}(${JSON.stringify(args)}) of ${source}`, async () => {
      const image = await open(source);
      const changed = constructors[transform as keyof typeof constructors](args).apply(image);
      expect(describeImage(changed as Image)).to.deep.equal(result);
    });
  }
});
