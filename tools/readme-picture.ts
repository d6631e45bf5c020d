/**
 * Draws docs/explanation.png: three sample digits above their Integrated Gradients for the predicted class, by the
 * embedded model. Run: node --import tsx tools/readme-picture.ts
 */

import { readFile, writeFile } from "node:fs/promises";
import { decodeImage, embeddedMnist, encodePng } from "../src/node/index.ts";
import { heatMap, Image } from "../src/vision/index.ts";

/** Samples that are shown, the side of one of their pixels, and the space around pictures. */
const DIGITS = [3, 5, 7, 8];
const SCALE = 5;
const GAP = 10;
const SIDE = 28 * SCALE;

const model = await embeddedMnist();
const width = DIGITS.length * (SIDE + GAP) + GAP;
const height = 2 * (SIDE + GAP) + GAP;
const sheet = new Uint8Array(width * height * 4).fill(255);

for (const [column, digit] of DIGITS.entries()) {
  const url = new URL(`../examples/mnist/test_data/${digit}.png`, import.meta.url);
  const picture = decodeImage(await readFile(url));
  const [{ attributions }] = model.explain(model.transform(picture), { target: "predicted", nSteps: 50 });
  const left = GAP + column * (SIDE + GAP);
  paste(enlarged(picture), left, GAP);
  paste(heatMap(attributions, { sign: "all", scale: SCALE }), left, SIDE + 2 * GAP);
}
await writeFile(
  new URL("../docs/explanation.png", import.meta.url),
  encodePng(new Image(width, height, "RGBA", sheet)),
);

/** A gray picture as RGBA, each pixel a square, dark on white as on paper. */
function enlarged(picture: Image): Image {
  const data = new Uint8Array(SIDE * SIDE * 4).fill(255);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const gray = 255 - picture.data[Math.floor(y / SCALE) * picture.width + Math.floor(x / SCALE)];
      data.fill(gray, 4 * (y * SIDE + x), 4 * (y * SIDE + x) + 3);
    }
  }
  return new Image(SIDE, SIDE, "RGBA", data);
}

function paste(picture: Image, left: number, top: number): void {
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(4 * y * picture.width, 4 * (y + 1) * picture.width);
    sheet.set(row, 4 * ((top + y) * width + left));
  }
}
