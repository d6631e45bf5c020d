import { expect } from "chai";
import { Killer } from "../../bench/soak/killer.ts";
import { soakQuestions } from "../../bench/soak/questions.ts";
import { soak } from "../../bench/soak/soak.ts";
import { startServer } from "../../src/server/index.ts";
import { digitPng } from "../support/png.ts";
import { pooledModel } from "../support/pool.ts";

describe("Under load from many clients, with workers killed", () => {
  it("every request gets one answer, and every answer is its own", async () => {
    const killer = new Killer();
    const model = await pooledModel({ batchSize: 8 });
    await model.scale(2, 2);
    const server = await startServer({ models: [model], port: 0 });
    try {
      const digits = [0, 3, 5, 8].map((digit) => new Uint8Array(digitPng(digit)));
      const report = await soak({
        url: server.url,
        questions: soakQuestions("mnist", digits),
        requests: 200,
        clients: 20,
        kill: killer.kill,
        killEvery: 50,
        abortEvery: 25,
      });
      expect(report.wrong).to.deep.equal([]);
      expect(report.kills).to.equal(4);
      expect(report.right + report.unavailable + report.givenUp).to.equal(200);
      expect(report.right).to.be.greaterThan(130);
      expect(model.waiting).to.equal(0);
      expect(model.workers()).to.have.length(2);
    } finally {
      await server.stop();
      killer.stop();
    }
  });
});
