import { expect } from "chai";
import type { ServingServer } from "../../src/server/serve.ts";
import { Folder } from "../support/cli.ts";
import { GatedWorkers } from "../support/gated-workers.ts";
import { withRegistering } from "../support/registering.ts";
import type { Answer, Ask } from "../support/registering.ts";
import { mar, SMALL } from "../support/small-archive.ts";

const body = JSON.stringify({ data: [[[0.5]], [[0.25]], [[1]]] });
const predict = (server: ServingServer): Promise<Response> =>
  fetch(`${server.url}/predictions/small`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });

describe("A model that is registered and still loads", function () {
  this.timeout(30_000);
  let folder: Folder;
  before(async () => {
    folder = await Folder.create({
      "small.mar": mar({ handler: "base_handler" }),
      "two.mar": mar({ handler: "base_handler", manifest: { modelVersion: "2.0" } }),
      "net.mar": mar({ handler: "base_handler", model: `import os\n${SMALL}\nos.system("true")\n` }),
    });
  });
  after(() => folder.remove());

  /** Begins a registration, and calls back when its worker is about to load the model. */
  async function whileLoading(
    query: string,
    see: (seen: {
      readonly ask: Ask;
      readonly server: ServingServer;
      readonly registration: Promise<Answer>;
      readonly gate: GatedWorkers;
    }) => Promise<void>,
  ): Promise<void> {
    const gate = await GatedWorkers.create();
    try {
      await withRegistering(folder.path, { manager: { entry: gate.entry } }, async (ask, server) => {
        const arrival = gate.arrival();
        const registration = ask("POST", `/models?${query}`);
        await arrival;
        await see({ ask, server, registration, gate });
      });
    } finally {
      await gate.remove();
    }
  }

  /** Resolves when so many requests wait for a worker of the model. */
  async function waiting(ask: Ask, count: number): Promise<void> {
    for (let pending = -1; pending !== count;) {
      const [{ jobQueueStatus }] = (await ask("GET", "/models/small")).body as [
        { readonly jobQueueStatus: { readonly pendingRequests: number } },
      ];
      pending = jobQueueStatus.pendingRequests;
    }
  }

  for (const synchronous of [true, false]) {
    it(`is described, not ready, and lets requests wait (synchronous=${synchronous})`, async () => {
      const query = `url=small.mar&initial_workers=1&synchronous=${synchronous}`;
      await whileLoading(query, async ({ ask, server, registration, gate }) => {
        expect((await ask("GET", "/models")).body).to.have.nested.property("models[0].modelName", "small");
        const { status, body } = await ask("GET", "/models/small");
        expect(status).to.equal(200);
        expect(body).to.have.nested.property("[0].minWorkers", 1);
        expect(body).to.have.nested.property("[0].workers.length", 1);
        expect(body).to.have.nested.property("[0].workers[0].status", "UNLOADING");
        expect((await ask("GET", "/v1/models/small")).body).to.deep.equal({ name: "small", ready: false });
        expect((await fetch(`${server.url}/v2/models/small/ready`)).status).to.equal(503);
        const index = await fetch(`${server.url}/v2/repository/index`, { method: "POST" });
        expect(await index.json()).to.deep.equal([
          { name: "small", version: "3.0", state: "LOADING", reason: "" },
        ]);
        expect((await fetch(`${server.url}/ping`)).status).to.equal(200);
        expect((await ask("POST", "/models?url=small.mar")).status).to.equal(409);
        const answer = predict(server);
        await waiting(ask, 1);
        gate.open();
        expect((await registration).status).to.equal(synchronous ? 200 : 202);
        expect(await (await answer).json()).to.deep.equal([1, 1.875, 1.75, 2.375, 2.5, 2.875]);
        expect((await ask("GET", "/v1/models/small")).body).to.deep.equal({ name: "small", ready: true });
      });
    });
  }

  it("is gone again when it cannot be loaded; whoever waited is told", async () => {
    await whileLoading("url=net.mar&initial_workers=1", async ({ ask, server, registration, gate }) => {
      const answer = predict(server);
      await waiting(ask, 1);
      gate.open();
      const { status, body } = await registration;
      expect(status).to.equal(400);
      expect(body)
        .to.have.property("message")
        .that.matches(/net\.py:\d+/);
      expect((await answer).status).to.equal(503);
      expect((await ask("GET", "/models/small")).status).to.equal(404);
      expect((await fetch(`${server.url}/ping`)).status).to.equal(200);
    });
  });

  it("can be unregistered; its registration then says that it has no workers", async () => {
    await whileLoading("url=small.mar&initial_workers=1", async ({ ask, registration, gate }) => {
      expect((await ask("DELETE", "/models/small")).status).to.equal(200);
      expect((await registration).status).to.equal(500);
      gate.open();
      expect((await ask("POST", "/models?url=small.mar&initial_workers=1")).status).to.equal(200);
    });
  });

  it("leaves the default to the next version when it was the first and cannot be loaded", async () => {
    await whileLoading("url=net.mar&initial_workers=1", async ({ ask, registration, gate }) => {
      const arrival = gate.arrival();
      const second = ask("POST", "/models?url=two.mar&initial_workers=1");
      await arrival;
      expect((await ask("GET", "/models/small")).body).to.have.nested.property("[0].modelVersion", "3.0");
      gate.open();
      expect((await registration).status).to.equal(400);
      expect((await second).status).to.equal(200);
      expect((await ask("GET", "/models/small")).body).to.have.nested.property("[0].modelVersion", "2.0");
      expect((await ask("DELETE", "/models/small")).status).to.equal(200);
    });
  });
});
