import { expect } from "chai";
import { registryOf } from "../../src/server/app.ts";
import { readConfig } from "../../src/server/config/index.ts";
import { createManagementApp } from "../../src/server/management-app.ts";
import type { ModelRegistry } from "../../src/server/models.ts";
import { ModelManager } from "../../src/server/store/model-manager.ts";
import { quickMnist } from "../support/mnist.ts";
import { withServing } from "../support/serving.ts";

/** What manages models that no store is behind. */
function managerOf(models: ModelRegistry): ModelManager {
  return new ModelManager({ models, store: null, defaults: readConfig(new Map()) });
}

type Ask = (method: string, path: string) => Promise<{ status: number; body: unknown }>;

async function managed(body: (ask: Ask) => Promise<void>): Promise<void> {
  const models = registryOf([
    quickMnist({ name: "zero" }),
    quickMnist(),
    quickMnist({ version: "2.0" }),
    quickMnist({ name: "alone" }),
  ]);
  await withServing(
    { disable_token_authorization: "true", enable_model_api: "true" },
    async ({ listeners }) => {
      await body(async (method, path) => {
        const answer = await fetch(`${listeners.management?.url}${path}`, { method });
        return { status: answer.status, body: await answer.json() };
      });
    },
    { models, management: (context) => createManagementApp({ ...context, manager: managerOf(models) }) },
  );
}

const url = "modelUrl";

describe("The management port", () => {
  it("lists models by name, in pages", async () => {
    await managed(async (ask) => {
      const names = async (query: string): Promise<unknown[]> => {
        const { body } = await ask("GET", `/models${query}`);
        const { models, nextPageToken } = body as { models: { modelName: string }[]; nextPageToken?: string };
        return [...models.map(({ modelName }) => modelName), nextPageToken];
      };
      expect(await names("")).to.deep.equal(["alone", "mnist", "zero", undefined]);
      expect(await names("?limit=2")).to.deep.equal(["alone", "mnist", "2"]);
      expect(await names("?limit=2&next_page_token=2")).to.deep.equal(["zero", undefined]);
      // TorchServe's: after a full last page comes an empty one.
      expect(await names("?limit=1&next_page_token=2")).to.deep.equal(["zero", "3"]);
      expect(await names("?limit=1&next_page_token=3")).to.deep.equal([undefined]);
      expect(await names("?limit=-1&next_page_token=x")).to.deep.equal(["alone", "mnist", "zero", undefined]);
    });
  });

  it("describes a version, or all", async () => {
    await managed(async (ask) => {
      const { body } = await ask("GET", "/models/mnist");
      expect(body).to.have.length(1);
      const [described] = body as Record<string, unknown>[];
      expect(Object.keys(described).slice(0, 5)).to.deep.equal([
        "modelName",
        "modelVersion",
        url,
        "runtime",
        "minWorkers",
      ]);
      expect(described).to.deep.include({ modelName: "mnist", modelVersion: "1.0", deviceType: "cpu" });
      expect(described["workers"]).to.have.length(1);
      expect((await ask("GET", "/models/mnist/all")).body).to.have.length(2);
      expect(await ask("GET", "/models/nobody")).to.deep.equal({
        status: 404,
        body: { code: 404, type: "ModelNotFoundException", message: "Model not found: nobody" },
      });
      expect((await ask("GET", "/models/nobody/all")).status).to.equal(404);
      expect((await ask("GET", "/models/mnist/9")).status).to.equal(404);
      expect(await ask("GET", "/v1/models/mnist")).to.deep.equal({
        status: 200,
        body: { name: "mnist", ready: true },
      });
    });
  });

  it("adds what a handler says of itself on demand, which is nothing", async () => {
    await managed(async (ask) => {
      const { body } = await ask("GET", "/models/mnist?customized=true");
      const [described] = body as Record<string, unknown>[];
      expect(Object.keys(described).at(-1)).to.equal("customizedMetadata");
      expect(described["customizedMetadata"]).to.deep.equal({});
    });
  });

  it("sets the default version, and unregisters all but it", async () => {
    await managed(async (ask) => {
      expect((await ask("DELETE", "/models/mnist")).status).to.equal(403);
      expect(await ask("PUT", "/models/mnist/2.0/set-default")).to.deep.equal({
        status: 200,
        body: { status: 'Default version successfully updated for model "mnist" to "2.0"' },
      });
      expect((await ask("PUT", "/models/mnist/9/set-default")).status).to.equal(404);
      expect(await ask("DELETE", "/models/mnist/1.0")).to.deep.equal({
        status: 200,
        body: { status: 'Model "mnist" unregistered' },
      });
      expect((await ask("DELETE", "/models/mnist")).status).to.equal(200);
      expect((await ask("GET", "/models/mnist")).status).to.equal(404);
    });
  });

  it("refuses numbers of workers that make no sense, and methods that a path does not take", async () => {
    await managed(async (ask) => {
      expect((await ask("PUT", "/models/mnist?min_worker=2&max_worker=1")).body).to.deep.include({
        code: 400,
        message: "max_worker cannot be less than min_worker.",
      });
      expect((await ask("PUT", "/models/mnist?min_worker=-1")).status).to.equal(400);
      expect((await ask("PUT", "/models/mnist?min_worker=2147483647")).status).to.equal(400);
      expect((await ask("PUT", "/models/nobody")).status).to.equal(404);
      expect((await ask("POST", "/models?url=x.mar")).body).to.deep.include({
        code: 404,
        message: "Model store has not been configured.",
      });
      expect((await ask("PUT", "/models")).status).to.equal(405);
      expect((await ask("GET", "/")).status).to.equal(405);
      expect((await ask("GET", "/nothing")).status).to.equal(404);
    });
  });
});
