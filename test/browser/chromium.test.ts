import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { chromiumPath, openPage } from "../../bench/browser/chromium.ts";
import type { OpenPage } from "../../bench/browser/chromium.ts";
import { decodeImage, embeddedMnist } from "../../src/node/index.ts";
import type { Image } from "../../src/vision/image.ts";

describe("the main entry in a page, under a policy that forbids evaluated code", () => {
  const path = chromiumPath();
  let page: OpenPage;
  let seven: Image;

  before(async function () {
    if (path === null) {
      process.stdout.write("    skipped: no Chromium is installed; CHROME_PATH names one\n");
      this.skip();
    }
    seven = decodeImage(await readFile(new URL("../../examples/mnist/test_data/7.png", import.meta.url)));
    page = await openPage(path);
  });

  after(() => page?.close());

  it("cannot evaluate text there, and runs on WebAssembly", () => {
    expect(page.evalForbidden).to.equal(true);
    expect(page.family).not.to.equal("reference");
  });

  it("predicts a seven, with the scores that Node gives", async () => {
    const mnist = await embeddedMnist();
    const [expected] = mnist.predict(mnist.transform(seven));
    const { prediction, scores } = await page.predict([...seven.data]);
    expect(prediction).to.equal(7);
    scores.forEach((score, i) => expect(score).to.be.closeTo(expected.scores[i], 1e-6));
  });

  it("explains the seven with the map that Node gives", async () => {
    const mnist = await embeddedMnist();
    const [expected] = mnist.attribute(mnist.transform(seven), { target: 7, nSteps: 15 });
    const map = await page.explain([...seven.data], 7, 15);
    const largest = Math.max(...expected.data.map(Math.abs));
    expect(largest).to.be.greaterThan(0.01);
    expect(map).to.have.length(784);
    map.forEach((value, i) => expect(value).to.be.closeTo(expected.data[i], 1e-4 * largest));
  });
});
