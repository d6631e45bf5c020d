import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { memoryFiles, readArchive } from "../../src/archive/index.ts";
import { writePt } from "../../src/checkpoint/index.ts";
import { AnswerError, KServeClient } from "../../src/client/index.ts";
import { loadArchive } from "../../src/model/load-archive.ts";
import { decodeImage } from "../../src/node/image.ts";
import { InProcessModel, ModelRegistry } from "../../src/server/index.ts";
import type { WorkerStatus } from "../../src/server/index.ts";
import { readModelFile } from "../../src/server/store/model-file.ts";
import { ModelStore } from "../../src/server/store/model-store.ts";
import { assembledManifest, soleModel } from "../../src/server/store/plain-folder.ts";
import type { RegisterRequest } from "../../src/server/store/registration.ts";
import { StoredRepository } from "../../src/server/store/stored-repository.ts";
import type { Registrar } from "../../src/server/store/stored-repository.ts";
import { Folder } from "../support/cli.ts";
import { GrpcClient } from "../support/grpc-client.ts";
import { quickMnist, seededMnist, seededState } from "../support/mnist.ts";
import { digitPng } from "../support/png.ts";
import { withServing } from "../support/serving.ts";

const MEBI = 2 ** 20;
const png = digitPng(7);

/** A model on this thread that says how much memory it takes. */
class WeighedModel extends InProcessModel {
  readonly #bytes: number;

  constructor(name: string, url: string, bytes: number) {
    super(quickMnist({ name }), { url });
    this.#bytes = bytes;
  }

  override workers(): WorkerStatus[] {
    return super.workers().map((worker) => ({ ...worker, memory: this.#bytes }));
  }
}

/** Registers models of one mebibyte and more for the files of a folder. */
class Weigher implements Registrar {
  readonly models = new ModelRegistry();
  readonly store: ModelStore;
  readonly requests: RegisterRequest[] = [];

  constructor(folder: string) {
    this.store = new ModelStore(folder);
  }

  register(request: RegisterRequest): Promise<void> {
    this.requests.push(request);
    const { url, modelName = url } = request;
    this.models.add(new WeighedModel(modelName, url, url.startsWith("heavy") ? 5 * MEBI : MEBI));
    return Promise.resolve();
  }

  async unregister(name: string, version?: string): Promise<void> {
    await this.models.remove(name, version).close(0);
  }
}

async function failure(promise: Promise<unknown>): Promise<AnswerError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AnswerError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("Models loaded and unloaded over KServe's V2", () => {
  let folder: Folder;
  let weigher: Weigher;
  before(async () => {
    folder = await Folder.create({
      "a.mar": "x",
      "b.pt": "x",
      "heavy.pt": "x",
      "large.pt": Buffer.alloc(4 * MEBI),
    });
    await mkdir(folder.file("pulled"));
    await writeFile(folder.file("pulled/model.pt"), "x");
    await mkdir(folder.file("lost+found"));
  });
  after(() => folder.remove());
  beforeEach(() => {
    weigher = new Weigher(folder.path);
  });

  const settings = { disable_token_authorization: "true", grpc_inference_port: "0" };
  const against = (
    body: (client: KServeClient, grpc: GrpcClient, url: string) => Promise<void>,
    budget: number | null = null,
  ): Promise<void> =>
    withServing(
      settings,
      async (server) => {
        const grpc = new GrpcClient(`127.0.0.1:${server.grpc?.port ?? 0}`);
        await body(new KServeClient(server.url), grpc, server.url).finally(() => grpc.close());
      },
      { models: weigher.models, repository: new StoredRepository(weigher, 2, budget) },
    );

  it("are those of the store, by their files' names", async () => {
    await against(async ({ repository, v1, v2 }) => {
      await repository.load("a");
      expect(await v1.predict("a", [png])).to.have.length(1);
      expect(weigher.requests).to.deep.equal([{ url: "a.mar", modelName: "a", initialWorkers: 2 }]);
      await repository.load("a");
      await repository.load("pulled");
      expect(weigher.requests).to.have.length(2);
      expect(await v2.models()).to.deep.equal(["a", "pulled"]);
      const states = (await repository.index()).map(({ name, state }) => `${name} ${state}`);
      expect(states).to.deep.equal([
        "a READY",
        "pulled READY",
        "b UNAVAILABLE",
        "heavy UNAVAILABLE",
        "large UNAVAILABLE",
      ]);
      await repository.unload("a");
      expect(await failure(v1.predict("a", [png]))).to.include({ status: 404 });
      expect(await failure(repository.unload("a"))).to.include({ status: 404 });
      expect(await failure(repository.load("lost+found"))).to.include({ status: 404 });
      expect(await failure(repository.load("../a"))).to.include({ status: 404 });
    });
  });

  it("can be loaded over gRPC as well", async () => {
    await against(async ({ v1 }, grpc) => {
      expect(await grpc.call("RepositoryModelLoad", { model_name: "b" })).to.include({ isLoaded: true });
      expect(await v1.models()).to.deep.equal(["b"]);
      expect(await grpc.call("RepositoryModelUnload", { model_name: "b" })).to.include({ isUnloaded: true });
      expect(await v1.models()).to.deep.equal([]);
    });
  });

  it("are listed without those that are not on offer where a client asks for the ready ones", async () => {
    await against(async ({ repository }, grpc, url) => {
      await repository.load("b");
      const ready = { name: "b", version: "1.0", state: "READY" };
      const ask = async (body: string): Promise<unknown> =>
        (await fetch(`${url}/v2/repository/index`, { method: "POST", body })).json();
      expect(await ask('{"ready":true}')).to.deep.equal([{ ...ready, reason: "" }]);
      expect(await grpc.call("RepositoryIndex", { ready: true })).to.deep.equal({ models: [ready] });
      for (const body of ["", '{"ready":false}']) expect(await ask(body)).to.have.length(5);
      expect(await ask("{")).to.have.property("error");
    });
  });

  it("are refused above the memory budget, with numbers and names, and the others stay", async () => {
    await against(async ({ repository, v1 }) => {
      await repository.load("a");
      const large = await failure(repository.load("large"));
      expect(large.status).to.equal(503);
      expect(large.message).to.match(
        /Model "large" takes at least 4\.0 MiB; the budget of 4\.0 MiB holds a 1\.0 MiB\. Unload one of them, or raise --memory_budget\.$/,
      );
      // What is small on disk is weighed when it is there.
      expect((await failure(repository.load("heavy"))).message).to.match(/"heavy" takes at least 5\.0 MiB/);
      await Promise.all([repository.load("b"), repository.load("pulled")]);
      expect(await v1.models()).to.deep.equal(["a", "b", "pulled"]);
    }, 4 * MEBI);
  });

  it("cannot be changed unless the server was told so", async () => {
    await withServing(settings, async (server) => {
      const error = await failure(new KServeClient(server.url).repository.unload("mnist"));
      expect(error.status).to.equal(405);
      expect(error.message).to.match(/candil kserve --enable_model_api/);
    });
  });
});

describe("A folder of weights and Python source", () => {
  const example = (name: string): Promise<Buffer> =>
    readFile(fileURLToPath(new URL(`../../examples/mnist/${name}`, import.meta.url)));

  it("is read as the archive that it would make", async () => {
    const folder = await Folder.create({
      "mnist.py": await example("mnist.py"),
      "mnist_handler.py": await example("mnist_handler.py"),
      "mnist_cnn.pt": writePt(seededState()),
      "README.md": "which nobody reads",
    });
    const { source } = await readModelFile(folder.path);
    await folder.remove();
    if (source.kind !== "archive" || source.content instanceof Uint8Array) throw new Error("no archive");
    const model = loadArchive(readArchive(memoryFiles(source.content)));
    const expected = seededMnist();
    const image = decodeImage(png);
    expect(model.predict(model.transform(image))[0].prediction).to.equal(
      expected.predict(expected.transform(image))[0].prediction,
    );
  });

  it("needs one file for each part", () => {
    expect(assembledManifest("/m/net", ["a.pt", "model.py", "layers.py", "code/x.py"])?.model).to.include({
      modelName: "net",
      handler: null,
      modelFile: "model.py",
      serializedFile: "a.pt",
    });
    expect(assembledManifest("/m/net", ["a.pt"])).to.equal(null);
    expect(() => assembledManifest("/m/net", ["a.pt", "b.pt", "model.py"])).to.throw(
      "net: expected one of files of weights, got a.pt, b.pt; candil archive says which is which",
    );
    expect(() => assembledManifest("/m/net", ["a.pt", "handler.py"])).to.throw(
      "model files (*.py), got none",
    );
  });

  it("stands for its one file of a model where there is no source", () => {
    expect(soleModel(["a.mar", "README.md"])).to.equal("a.mar");
    expect(soleModel(["a.pt", "net.py"])).to.equal(null);
    expect(soleModel(["a.pt", "b.pt"])).to.equal(null);
    expect(soleModel(["MAR-INF", "a.pt"])).to.equal(null);
  });
});
