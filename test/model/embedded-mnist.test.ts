import { expect } from "chai";
import { decodeImage, embeddedMnist } from "../../src/node/index.ts";
import { digitPng } from "../support/png.ts";

describe("The embedded model", () => {
  for (let digit = 0; digit < 10; digit++) {
    it(`knows a handwritten ${digit}`, async () => {
      const mnist = await embeddedMnist();
      expect(mnist.predict(mnist.transform(decodeImage(digitPng(digit))))[0].prediction).to.equal(digit);
    });
  }
});
