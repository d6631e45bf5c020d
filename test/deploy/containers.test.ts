import { execFile } from "node:child_process";
import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import type { Deployment } from "kubernetes-types/apps/v1.js";
import type { Container } from "kubernetes-types/core/v1.js";
import { parse } from "yaml";
import { KServeClient } from "../../src/client/index.ts";
import { makeArchive } from "../../src/node/make-archive.ts";
import { candil, Folder } from "../support/cli.ts";
import { GrpcClient } from "../support/grpc-client.ts";
import { RunningContainer, runToEnd } from "./container.ts";
import type { ContainerSpec, Surroundings } from "./container.ts";
import { only } from "./documents.ts";
import type {
  ClusterServingRuntime,
  InferenceService,
  RuntimeSpec,
  ServingRuntime,
} from "./kserve-resources.ts";
import { exportedMetrics, metricsIn, queries } from "./metric-names.ts";
import type { Compose, Kustomization } from "./other-resources.ts";

const root = new URL("../../", import.meta.url);
const weights = fileURLToPath(new URL("weights/mnist/mnist.safetensors", root));
const example = (name: string): string => fileURLToPath(new URL(`examples/mnist/${name}`, root));

/** The config.properties that lies beside TorchServe's models for KServe. */
const TORCHSERVE = `inference_address=http://0.0.0.0:8085
management_address=http://0.0.0.0:8085
metrics_address=http://0.0.0.0:8082
enable_envvars_config=true
install_py_dep_per_model=true
model_store=/mnt/models/model-store
model_snapshot={"name":"startup.cfg","modelCount":1,"models":{"mnist":{"1.0":{"defaultVersion":true,"marName":"mnist.mar","minWorkers":1,"maxWorkers":1,"batchSize":1,"maxBatchDelay":10,"responseTimeout":120}}}}
`;

const runtimes = {
  candil: only<ClusterServingRuntime>("kserve/cluster-serving-runtime.yaml", "ClusterServingRuntime").spec,
  "candil-grpc": only<ServingRuntime>("kserve/serving-runtime.yaml", "ServingRuntime").spec,
};

function service(file: string): InferenceService {
  return only<InferenceService>(`kserve/examples/${file}.yaml`, "InferenceService");
}

/** The container that KServe makes of a runtime for a service: the service's own arguments behind the runtime's. */
function madeBy(runtime: RuntimeSpec, { metadata, spec }: InferenceService): Container {
  const [container] = runtime.containers;
  const { args = [], env = [] } = spec.predictor.model ?? spec.predictor.pytorch ?? {};
  return {
    ...container,
    args: [...(container.args ?? []), ...args].map((arg) => arg.replaceAll("{{.Name}}", metadata.name)),
    env: [...(container.env ?? []), ...env],
  };
}

describe("A container started as a manifest says", () => {
  let folder: Folder;
  let seven: Uint8Array;
  before(async () => {
    folder = await Folder.create({});
    await chmod(folder.path, 0o755);
    for (const name of ["plain", "empty", "torchserve/config", "torchserve/model-store"]) {
      await mkdir(folder.file(name), { recursive: true });
    }
    await chmod(folder.file("empty"), 0o777);
    await cp(weights, folder.file("plain/mnist.safetensors"));
    await candil(["convert", weights, folder.file("mnist_cnn.pt")]);
    await writeFile(folder.file("torchserve/config/config.properties"), TORCHSERVE);
    await makeArchive({
      modelName: "mnist",
      version: "1.0",
      modelFile: example("mnist.py"),
      serializedFile: folder.file("mnist_cnn.pt"),
      handler: example("mnist_handler.py"),
      exportPath: folder.file("torchserve/model-store"),
      extraFiles: null,
      requirementsFile: null,
      configFile: null,
    });
    seven = await readFile(example("test_data/7.png"));
  });
  after(() => folder.remove());

  /** What KServe adds to every container of a predictor. */
  const around = (models: string, name: string): Surroundings => ({
    mounts: { "/mnt/models": folder.file(models) },
    env: { INFERENCE_SERVICE_NAME: name },
  });

  /** Runs `body` between the probes and SIGTERM. */
  async function lifeOf(
    spec: ContainerSpec & Pick<Container, "readinessProbe" | "livenessProbe" | "startupProbe">,
    surroundings: Surroundings,
    body: (container: RunningContainer, client: KServeClient) => Promise<void>,
  ): Promise<void> {
    const container = await RunningContainer.start(spec, surroundings);
    try {
      expect(await container.probe(spec.readinessProbe)).to.equal(200);
      for (const probe of [spec.livenessProbe, spec.startupProbe]) {
        if (probe !== undefined) expect(await container.probe(probe)).to.equal(200);
      }
      await body(container, new KServeClient(container.url));
    } finally {
      expect(await container.terminate()).to.equal(0);
    }
  }

  it("of the cluster's runtime: predicts and explains under the service's name, and is read by Prometheus", async () => {
    const isvc = service("predict-explain");
    const container = madeBy(runtimes.candil, isvc);
    expect(container.args).to.include("--model_name=mnist");
    await lifeOf(container, around("plain", "mnist"), async ({ url }, client) => {
      expect(await client.v1.models()).to.deep.equal(["mnist"]);
      expect(await client.v1.predict("mnist", [seven])).to.deep.equal([7]);
      expect(await client.v1.explain("mnist", [seven])).to.have.length(1);
      const { "prometheus.kserve.io/path": path, "prometheus.kserve.io/port": port } =
        runtimes.candil.annotations ?? {};
      expect(port).to.equal(String(container.ports?.[0].containerPort));
      const answer = await fetch(url + path);
      expect(answer.headers.get("content-type")).to.match(/^text\/plain; version=0\.0\.4/);
      const exported = exportedMetrics(await answer.text());
      for (const [where, query] of queries()) {
        expect(exported, `${where}: ${query}`).to.include.members([...metricsIn(query)]);
      }
    });
  });

  it("of the cluster's runtime: takes over a service of TorchServe, with its folder and its model's name", async () => {
    const isvc = service("takeover");
    const container = madeBy(runtimes.candil, isvc);
    await lifeOf(container, around("torchserve", isvc.metadata.name), async (_, client) => {
      expect(await client.v1.models()).to.deep.equal(["mnist"]);
      expect(await client.v1.predict("mnist", [seven])).to.deep.equal([7]);
    });
  });

  it("of the namespace's runtime: answers over gRPC as well", async () => {
    const isvc = service("grpc");
    const container = madeBy(runtimes["candil-grpc"], isvc);
    await lifeOf(container, around("plain", isvc.metadata.name), async ({ grpcPort }) => {
      const client = new GrpcClient(`127.0.0.1:${grpcPort}`);
      const request = { name: isvc.metadata.name };
      expect(await client.call("ModelReady", request)).to.deep.equal({ ready: true });
      client.close();
    });
  });

  it("of a service's own for Knative: answers over gRPC at its one port, with the variables that Knative adds", async () => {
    const [container] = service("grpc-knative").spec.predictor.containers ?? [];
    const { mounts, env } = around("plain", "mnist-grpc-knative");
    const knative = { PORT: "8081", K_SERVICE: "mnist-grpc-knative-predictor" };
    await lifeOf(container, { mounts, env: { ...env, ...knative } }, async ({ grpcPort }) => {
      const client = new GrpcClient(`127.0.0.1:${grpcPort}`);
      expect(await client.call("ModelReady", { name: "mnist" })).to.deep.equal({ ready: true });
      client.close();
    });
  });

  it("of a service's own: finds its models without a runtime", async () => {
    const [container] = service("custom-container").spec.predictor.containers ?? [];
    await lifeOf(container, around("plain", "mnist-custom"), async (_, client) => {
      expect(await client.v1.models()).to.deep.equal(["mnist"]);
    });
  });

  it("of an explainer: takes what KServe adds to its arguments, and explains", async () => {
    const { metadata, spec } = service("explainer");
    const [container] = spec.explainer?.containers ?? [];
    // As KServe's controller completes an explainer's arguments: those that are not there already.
    const added = ["--predictor_host", `${metadata.name}-predictor.default`, "--http_port", "8080"];
    const whole = { ...container, args: [...(container.args ?? []), ...added] };
    await lifeOf(whole, around("plain", metadata.name), async (_, client) => {
      const [heat] = await client.v1.explain(metadata.name, [seven], { target: 7 });
      expect(heat).to.have.nested.property("[0].length", 28);
    });
  });

  it("of the plain Deployment: serves the embedded model that its init container has written", async () => {
    const pod = only<Deployment>("kubernetes/base/deployment.yaml", "Deployment").spec?.template.spec;
    const { patches = [] } = only<Kustomization>("kubernetes/embedded/kustomization.yaml", "Kustomization");
    const operations = parse(patches[0].patch) as { op: string; path: string; value: unknown }[];
    expect(operations.map(({ op, path }) => `${op} ${path}`)).to.deep.equal([
      "replace /spec/template/spec/volumes/0",
      "add /spec/template/spec/initContainers",
    ]);
    expect(operations[0].value).to.include({ name: pod?.volumes?.[0].name });
    const [init] = operations[1].value as [Container];
    const user = { runAsUser: pod?.securityContext?.runAsUser ?? 0 };
    const mounted = { mounts: { "/mnt/models": folder.file("empty") } };
    const code = await runToEnd(
      { ...init, securityContext: user },
      { ...mounted, writable: ["/mnt/models"] },
    );
    expect(code).to.equal(0);
    if (pod?.containers[0] === undefined) throw new Error("the Deployment has no container");
    const container = { ...pod.containers[0], securityContext: user };
    await lifeOf(container, mounted, async ({ grpcPort }, client) => {
      expect(grpcPort).to.be.a("number");
      expect(await client.v1.predict("mnist", [seven])).to.deep.equal([7]);
    });
  });

  it("of the compose file: is healthy by its own check, and not by that of a port where nothing is", async () => {
    const {
      command = [],
      healthcheck,
      volumes = [],
    } = only<Compose>("compose.yaml", "Compose").services["candil"];
    expect(volumes.map(({ target }) => target)).to.deep.equal(["/mnt/models"]);
    const [, , ...flags] = healthcheck?.test ?? [];
    const check = (url: string): Promise<unknown> =>
      promisify(execFile)(
        process.execPath,
        flags.map((flag) => flag.replace("http://127.0.0.1:8080", url)),
      );
    await lifeOf(
      { args: command, readinessProbe: { httpGet: { path: "/v2/health/ready", port: 8080 } } },
      around("plain", "mnist"),
      async ({ url }) => {
        await check(url);
        const failure = await check("http://127.0.0.1:1").then(
          () => null,
          (error: { code: number }) => error.code,
        );
        expect(failure).to.equal(1);
      },
    );
  });
});
