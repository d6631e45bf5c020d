import { expect } from "chai";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServingServer } from "../../src/server/serve.ts";
import { Folder } from "../support/cli.ts";
import { RawClient } from "../support/http.ts";
import { digitPng } from "../support/png.ts";
import { withRegistering } from "../support/registering.ts";
import type { Ask } from "../support/registering.ts";
import { mar, SMALL, smallState } from "../support/small-archive.ts";
import { writePt } from "../../src/checkpoint/index.ts";

const handler = "image_classifier";
const version = (modelVersion: string): { manifest: object } => ({ manifest: { modelVersion } });

describe("Registering models while the server runs", function () {
  this.timeout(30_000);
  let folder: Folder;
  before(async () => {
    folder = await Folder.create({
      "small.mar": mar({ handler: "base_handler" }),
      "two.mar": mar({ handler: "base_handler", ...version("2.0") }),
      "settled.mar": mar({
        handler: "base_handler",
        files: { "serve.yaml": "minWorkers: 2\nmaxWorkers: 3\nbatchSize: 4\nresponseTimeout: 9\n" },
        manifest: { configFile: "serve.yaml", modelName: "settled" },
      }),
      "net.mar": mar({
        handler: "base_handler",
        model: `import os\n${SMALL}\nos.system("true")\n`,
      }),
      "own.mar": mar({ handlerFile: "import subprocess\nsubprocess.run(['true'])\n" }),
      "junk.mar": Buffer.from("junk data"),
      "lost.mar": mar({ handler: "base_handler", manifest: { modelFile: "gone.py" } }),
    });
    const flat = join(folder.path, "flat");
    await mkdir(join(flat, "MAR-INF"), { recursive: true });
    await writeFile(join(flat, "net.py"), SMALL);
    await writeFile(join(flat, "net.pt"), writePt(smallState));
    const model = {
      modelName: "flat",
      modelVersion: "1.0",
      modelFile: "net.py",
      serializedFile: "net.pt",
      handler,
    };
    await writeFile(join(flat, "MAR-INF", "MANIFEST.json"), JSON.stringify({ runtime: "python", model }));
    await symlink("/etc/hostname", join(folder.path, "out.mar"));
  });
  after(() => folder.remove());

  /** A server with the store. */
  const served = (
    body: (ask: Ask, server: ServingServer) => Promise<void>,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<void> => withRegistering(folder.path, { settings }, body);

  const status = (text: string): object => ({ status: 200, body: { status: text } });
  const failure = (code: number, type: string, message: string): object => ({
    status: code,
    body: { code, type, message },
  });

  it("loads an archive, without workers unless asked, answers requests, and forgets it again", async () => {
    await served(async (ask, server) => {
      expect(await ask("POST", "/models?url=small.mar")).to.deep.equal(
        status(
          'Model "small" Version: 3.0 registered with 0 initial workers. Use scale workers API to add workers for the model.',
        ),
      );
      expect((await ask("GET", "/models/small")).body).to.have.nested.property("[0].minWorkers", 0);
      expect(
        (await fetch(`${server.url}/predictions/small`, { method: "POST", body: digitPng(1) })).status,
      ).to.equal(503);
      const message =
        'Model "small" has no worker to serve describe request. Please use scale workers API to add workers.';
      expect(await ask("GET", "/models/small?customized=true")).to.deep.equal({
        status: 503,
        body: { code: 503, type: "ServiceUnavailableException", message },
      });
      expect((await ask("PUT", "/models/small?min_worker=1&synchronous=true")).status).to.equal(200);
      const body = JSON.stringify({ data: [[[0.5]], [[0.25]], [[1]]] });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${server.url}/predictions/small`, { method: "POST", body, headers });
      expect([answer.status, await answer.json()]).to.deep.equal([200, [1, 1.875, 1.75, 2.375, 2.5, 2.875]]);
      expect(await ask("DELETE", "/models/small")).to.deep.equal(status('Model "small" unregistered'));
      expect((await ask("GET", "/models/small")).status).to.equal(404);
    });
  });

  it("is asked by a request without a body, as curl -X POST sends it", async () => {
    await served(async (_ask, { listeners: { management } }) => {
      if (management === null) throw new Error("no management listener");
      const head = ["POST /models?url=small.mar HTTP/1.1", "Host: a", "Connection: close"];
      const { status, body } = await new RawClient(management).send(head).untilClosed();
      expect(body.toString()).to.include('Model \\"small\\" Version: 3.0 registered');
      expect(status).to.equal(200);
    });
  });

  it("takes all parameters, in the query or in JSON", async () => {
    await served(async (ask) => {
      const query =
        "url=small.mar&model_name=a.b-c&initial_workers=1&batch_size=3&max_batch_delay=7&response_timeout=5&startup_timeout=60&runtime=python3";
      expect(await ask("POST", `/models?${query}&handler=image_classifier&synchronous=TRUE`)).to.deep.equal(
        status('Model "a.b-c" Version: 3.0 registered with 1 initial workers'),
      );
      expect((await ask("GET", "/models/a.b-c")).body)
        .to.have.nested.property("[0]")
        .that.deep.includes({
          modelUrl: "small.mar",
          runtime: "python3",
          minWorkers: 1,
          maxWorkers: 1,
          batchSize: 3,
          maxBatchDelay: 7,
          responseTimeout: 5,
          startupTimeout: 60,
          loadedAtStartup: false,
        });
      const largest = "url=small.mar&model_name=large&batch_size=2147483647&response_timeout=2147483648";
      expect((await ask("POST", `/models?${largest}`)).status).to.equal(200);
      expect((await ask("GET", "/models/large")).body)
        .to.have.nested.property("[0]")
        .that.deep.includes({ batchSize: 2_147_483_647, responseTimeout: 120 });
      const json = JSON.stringify({ url: "small.mar", model_name: "j", initial_workers: 1, batch_size: 2 });
      expect((await ask("POST", "/models", json)).status).to.equal(200);
      expect((await ask("GET", "/models/j")).body)
        .to.have.nested.property("[0]")
        .that.deep.includes({ batchSize: 2, maxBatchDelay: 100, responseTimeout: 120 });
    });
  });

  it("answers 202 when nobody wants to wait for more than the first worker", async () => {
    await served(async (ask) => {
      expect(await ask("POST", "/models?url=small.mar&initial_workers=1&synchronous=false")).to.deep.equal({
        status: 202,
        body: { status: "Processing worker updates..." },
      });
      expect((await ask("GET", "/models/small")).body).to.have.nested.property(
        "[0].workers[0].status",
        "READY",
      );
    });
  });

  it("heeds model-config.yaml, and `models` of config.properties below it", async () => {
    const models = JSON.stringify({
      settled: { "3.0": { batchSize: 7, startupTimeout: 33 } },
      small: { "3.0": { batchSize: 7 } },
    });
    await served(
      async (ask) => {
        expect(
          (await ask("POST", "/models?url=settled.mar&initial_workers=1&response_timeout=8")).body,
        ).to.deep.equal({
          status: 'Model "settled" Version: 3.0 registered with 2 initial workers',
        });
        expect((await ask("GET", "/models/settled")).body)
          .to.have.nested.property("[0]")
          .that.deep.includes({ maxWorkers: 3, batchSize: 4, responseTimeout: 8, startupTimeout: 33 });
        expect((await ask("POST", "/models?url=small.mar&batch_size=nan")).status).to.equal(200);
        expect((await ask("GET", "/models/small")).body).to.have.nested.property("[0].batchSize", 7);
      },
      { models },
    );
  });

  it("takes folders, and the model inside the package", async () => {
    await served(async (ask) => {
      expect((await ask("POST", "/models?url=flat")).body)
        .to.have.property("status")
        .that.contains('Model "flat"');
      expect((await ask("POST", "/models?url=mnist")).body)
        .to.have.property("status")
        .that.contains('Model "mnist"');
    });
  });

  it("keeps versions beside each other, the first one by default", async () => {
    await served(async (ask) => {
      expect((await ask("POST", "/models?url=small.mar")).status).to.equal(200);
      expect((await ask("POST", "/models?url=two.mar")).status).to.equal(200);
      expect(await ask("POST", "/models?url=two.mar")).to.deep.equal(
        failure(409, "ConflictStatusException", "Model version 2.0 is already registered for model small"),
      );
      expect((await ask("GET", "/models/small")).body).to.have.nested.property("[0].modelVersion", "3.0");
      expect((await ask("GET", "/models/small/all")).body).to.have.length(2);
      expect((await ask("DELETE", "/models/small")).status).to.equal(403);
      expect((await ask("PUT", "/models/small/2.0/set-default")).status).to.equal(200);
      expect((await ask("GET", "/models/small")).body).to.have.nested.property("[0].modelVersion", "2.0");
      const both = await Promise.all([
        ask("POST", "/models?url=small.mar&model_name=twice"),
        ask("POST", "/models?url=small.mar&model_name=twice"),
      ]);
      expect(both.map((answer) => answer.status).sort()).to.deep.equal([200, 409]);
    });
  });

  it("refuses what is not in the store, in TorchServe's words", async () => {
    await served(async (ask) => {
      const refusals: readonly [query: string, code: number, type: string, message: string][] = [
        ["", 400, "BadRequestException", "Parameter url is required."],
        ["?url=", 404, "ModelNotFoundException", "empty url"],
        ["?url=gone.mar", 404, "ModelNotFoundException", "Model not found at: gone.mar"],
        ["?url=out.mar", 404, "ModelNotFoundException", "Model not found at: out.mar"],
        [
          "?url=../small.mar",
          404,
          "ModelNotFoundException",
          "Relative path is not allowed in url: ../small.mar",
        ],
        [
          "?url=https://a.b/small.mar",
          404,
          "ModelNotFoundException",
          "Given URL https://a.b/small.mar does not match any allowed URL(s)",
        ],
        ["?url=/etc/hostname", 404, "ModelNotFoundException", "Model not found at: /etc/hostname"],
        ["?url=small.mar&runtime=python4", 400, "BadRequestException", "Invalid RuntimeType value: python4"],
      ];
      for (const [query, code, type, message] of refusals) {
        expect(await ask("POST", `/models${query}`), query).to.deep.equal(failure(code, type, message));
      }
      expect((await ask("POST", "/models?url=small.mar&model_name=a%2Fb")).status).to.equal(400);
      expect((await ask("POST", "/models?url=small.mar&batch_size=0")).status).to.equal(400);
      expect((await ask("POST", "/models", "{")).status).to.equal(400);
      expect((await ask("POST", "/models", "[]")).status).to.equal(400);
      expect((await ask("GET", "/models")).body).to.deep.equal({ models: [] });
    });
  });

  it("refuses an archive that cannot be served, with file, line and way out, and keeps nothing of it", async () => {
    await served(async (ask) => {
      for (const [file, words] of [
        ["net.mar", /net\.py:\d+/],
        ["own.mar", /own\.py:\d+/],
        ["junk.mar", /^junk\.mar: archive: expected a \.mar/],
        ["lost.mar", /^lost\.mar: .*gone\.py/],
      ] as const) {
        // Whether a worker tries it or only a trial is made, the answer is the same.
        for (const workers of file === "net.mar" ? [0, 1] : [0]) {
          const { status: code, body } = await ask("POST", `/models?url=${file}&initial_workers=${workers}`);
          expect(code, file).to.equal(400);
          expect(body).to.have.property("type", "InvalidModelException");
          expect(body).to.have.property("message").that.matches(words);
        }
      }
      expect((await ask("GET", "/models")).body).to.deep.equal({ models: [] });
      expect((await ask("POST", "/models?url=small.mar")).status).to.equal(200);
    });
  });

  it("looks for a handler that the request names when a worker starts, and says when none could", async () => {
    await served(async (ask) => {
      expect((await ask("POST", "/models?url=small.mar&handler=invalidHandler")).status).to.equal(200);
      expect(await ask("PUT", "/models/small?min_worker=1&synchronous=true")).to.deep.equal(
        failure(500, "InternalServerException", "Failed to start workers for model small version: 3.0"),
      );
      expect((await ask("DELETE", "/models/small")).status).to.equal(200);
      const noTime = await ask("POST", "/models?url=small.mar&initial_workers=1&startup_timeout=0");
      expect(noTime).to.deep.equal(
        failure(500, "InternalServerException", "Failed to start workers for model small version: 3.0"),
      );
      expect((await ask("GET", "/models/small")).status).to.equal(404);
    });
  });

  it("is off unless the model API is enabled", async () => {
    await served(
      async (ask) => {
        const { status: code, body } = await ask("POST", "/models?url=small.mar");
        expect([code, body]).to.deep.equal([
          405,
          {
            code: 405,
            type: "MethodNotAllowedException",
            message: "Requested method is not allowed, please refer to API document.",
          },
        ]);
      },
      { enable_model_api: "false" },
    );
  });
});
