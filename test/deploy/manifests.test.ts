import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Container, PodSpec, Service } from "kubernetes-types/core/v1.js";
import type { Deployment } from "kubernetes-types/apps/v1.js";
import type { HorizontalPodAutoscaler } from "kubernetes-types/autoscaling/v2.js";
import type { PodDisruptionBudget } from "kubernetes-types/policy/v1.js";
import { typeComplaints } from "./check-types.ts";
import type { TypedValue } from "./check-types.ts";
import { deployFolder, documents, only } from "./documents.ts";
import type { ClusterServingRuntime, InferenceService, ServingRuntime } from "./kserve-resources.ts";
import type { Compose, Kustomization } from "./other-resources.ts";
import { competing, runtimeComplaints, serviceComplaints } from "./webhook-rules.ts";

const all = documents();
const services = all.filter(({ type }) => type === "InferenceService");
const clusterRuntime = only<ClusterServingRuntime>(
  "kserve/cluster-serving-runtime.yaml",
  "ClusterServingRuntime",
);
const runtime = only<ServingRuntime>("kserve/serving-runtime.yaml", "ServingRuntime");
const deployment = only<Deployment>("kubernetes/base/deployment.yaml", "Deployment");
const compose = only<Compose>("compose.yaml", "Compose");
const { version } = JSON.parse(readFileSync(join(deployFolder, "../package.json"), "utf8")) as {
  version: string;
};

/** A whole service that the rules take, with another predictor. */
function service(predictor: unknown, annotations: Record<string, string> = {}): InferenceService {
  return {
    apiVersion: "serving.kserve.io/v1beta1",
    kind: "InferenceService",
    metadata: { name: "m", annotations: { "serving.kserve.io/deploymentMode": "Standard", ...annotations } },
    spec: { predictor: predictor as InferenceService["spec"]["predictor"] },
  };
}

/** Every container of deploy/ that runs candil, with the file it stands in. */
function candilContainers(): [file: string, container: Container, pod: PodSpec][] {
  const pods: [string, Partial<PodSpec>][] = all.flatMap(
    ({ file, type, value }): [string, Partial<PodSpec>][] => {
      switch (type) {
        case "ClusterServingRuntime":
        case "ServingRuntime":
          return [[file, { containers: [...(value as ServingRuntime).spec.containers] }]];
        case "Deployment":
          return [[file, (value as Deployment).spec?.template.spec ?? {}]];
        case "InferenceService": {
          const { predictor, explainer } = (value as InferenceService).spec;
          return [
            [file, predictor],
            ...(explainer === undefined ? [] : [[file, explainer] as [string, PodSpec]]),
          ];
        }
        default:
          return [];
      }
    },
  );
  return pods.flatMap(([file, pod]) =>
    (pod.containers ?? []).map((container): [string, Container, PodSpec] => [
      file,
      container,
      { containers: [], ...pod },
    ]),
  );
}

describe("The files of deploy/ have the structure that their readers want", () => {
  const wrong = (value: unknown): TypedValue => ({
    name: "wrong",
    type: "InferenceService",
    from: "./kserve-resources.ts",
    value,
  });

  it("every document has the fields of its type, and no others; mistakes are noticed", () => {
    const complaints = typeComplaints([
      ...all,
      wrong(service({ minReplica: 0, model: { modelFormat: { name: "candil" } } })),
      wrong(service({ containers: [{ image: "candil" }] })),
      wrong(service({ model: { modelFormat: { version: "1" } } })),
      wrong({ ...service({}), spec: { predictor: {}, explainer: { alibi: {} } } }),
      wrong(service({ containers: [{ name: "c", env: [{ name: "WORKERS", value: 2 }] }] })),
    ]);
    expect(complaints).to.have.length(5);
    [
      "'\"minReplica\"' does not exist",
      "'name' is missing",
      "'name' is missing",
      "alibi",
      "'string'",
    ].forEach((words, i) =>
      expect(complaints[i])
        .to.match(/^wrong: /)
        .and.include(words),
    );
  });

  it("every example is taken by the webhook of inference services", () => {
    expect(services).to.have.length.above(8);
    for (const { name, value } of services) {
      expect(serviceComplaints(value as InferenceService), name).to.deep.equal([]);
    }
  });

  it("what the webhook refuses is noticed", () => {
    const model = { modelFormat: { name: "candil" } };
    const of = (predictor: unknown, annotations?: Record<string, string>): string =>
      serviceComplaints(service(predictor, annotations)).join("; ");
    expect(of({ model })).to.equal("");
    expect(of({ model, pytorch: {} })).to.include("one implementation, got 2");
    expect(of({ model, minReplicas: 0 })).to.include("zero without Knative");
    expect(of({ model, minReplicas: 3, maxReplicas: 2 })).to.include("maxReplicas");
    expect(of({ containers: [{ name: "c", env: [{ name: "PYTHONPATH", value: "/" }] }] })).to.include(
      "PYTHONPATH",
    );
    expect(of({ containers: [{ name: "c", env: [{ name: "PROTOCOL", value: "v3" }] }] })).to.include(
      "PROTOCOL",
    );
    expect(of({ model: { ...model, name: "mine" } })).to.include("KServe's to choose");
    expect(of({ model }, { "serving.kserve.io/autoscalerClass": "kpa" })).to.include("kpa");
    expect(of({ model, scaleMetric: "rps" }, { "serving.kserve.io/autoscalerClass": "hpa" })).to.include(
      "rps",
    );
    expect(of({ model, scaleMetric: "cpu" }, { "serving.kserve.io/autoscalerClass": "keda" })).to.include(
      "KEDA",
    );
    const knative = (port: object): string =>
      of(
        {
          containers: [{ name: "c", args: ["--grpc_port=8081"], ports: [{ containerPort: 8081, ...port }] }],
        },
        { "serving.kserve.io/deploymentMode": "Knative" },
      );
    expect(knative({ name: "h2c" })).to.equal("");
    expect(knative({})).to.include("called h2c");
    expect(knative({ name: "grpc" })).to.include("no port grpc");
    const canary = [{ trafficPercent: 101, predictor: { model: { ...model, name: "kserve-container" } } }];
    const complaints = serviceComplaints({ ...service({ model }), spec: { predictor: { model }, canary } });
    expect(complaints.join("; ")).to.include("more than 100").and.include("a name of its own");
  });

  it("the runtimes are taken, and win over TorchServe's only where they say so", () => {
    expect(runtimeComplaints(clusterRuntime)).to.deep.equal([]);
    expect(runtimeComplaints(runtime)).to.deep.equal([]);
    expect(competing(clusterRuntime, runtime)).to.deep.equal([]);
    // KServe's runtime for TorchServe has priority 2 for pytorch of version 1.
    const pytorch = clusterRuntime.spec.supportedModelFormats?.find(({ name }) => name === "pytorch");
    expect(pytorch).to.deep.equal({ name: "pytorch", version: "1", autoSelect: true, priority: 3 });
    expect(runtime.spec.supportedModelFormats?.every(({ autoSelect }) => autoSelect === false)).to.equal(
      true,
    );
    // These names would bring the defaults of other servers.
    for (const { metadata } of [clusterRuntime, runtime]) {
      expect(metadata.annotations?.["serving.kserve.io/server-type"]).to.equal("candil");
    }
    const broken = { ...runtime, spec: { ...runtime.spec, containers: [{ name: "candil" }] } };
    expect(runtimeComplaints(broken)).to.deep.equal(["no container is called kserve-container"]);
  });

  it("every example asks for a runtime of deploy/, for a format and a protocol that it has", () => {
    const byName = new Map([clusterRuntime, runtime].map((one) => [one.metadata.name, one.spec]));
    for (const { name, value } of services) {
      const { model } = (value as InferenceService).spec.predictor;
      if (model === undefined) continue;
      const spec = byName.get(model.runtime ?? "");
      expect(
        spec?.supportedModelFormats?.map((format) => format.name),
        name,
      ).to.include(model.modelFormat?.name);
      expect(spec?.protocolVersions, name).to.include(model.protocolVersion);
      const mode = (value as InferenceService).metadata.annotations?.["serving.kserve.io/deploymentMode"];
      if (mode === "Knative") expect(spec?.containers[0].ports, name).to.have.length(1);
    }
  });
});

describe("What deploy/ says agrees with itself", () => {
  it("every container of candil runs as nobody, with nothing to write to and nothing to gain", () => {
    const containers = candilContainers();
    expect(containers).to.have.length.above(4);
    for (const [file, { securityContext = {} }, pod] of containers) {
      const context = { ...pod.securityContext, ...securityContext };
      expect(context, file).to.include({
        runAsNonRoot: true,
        runAsUser: 65_532,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      });
      expect(context.capabilities?.drop, file).to.deep.equal(["ALL"]);
      expect(context.seccompProfile?.type, file).to.equal("RuntimeDefault");
    }
  });

  it("every container of candil bounds its memory and processors", () => {
    for (const [file, { resources }] of candilContainers()) {
      expect(Object.keys(resources?.requests ?? {}), file).to.have.members(["cpu", "memory"]);
      expect(Object.keys(resources?.limits ?? {}), file).to.have.members(["cpu", "memory"]);
    }
  });

  it("all take the same image, of this version", () => {
    const image = `dev.local/candil:${version}`;
    const text = all.map(({ value }) => JSON.stringify(value)).join("\n");
    expect(text.match(/dev\.local\/candil:[^"\\]+/g)?.filter((found) => found !== image)).to.deep.equal([]);
    expect(compose.services["candil"].image).to.equal(image);
    for (const { value } of all.filter(({ type }) => type === "Kustomization")) {
      for (const { newTag } of (value as Kustomization).images ?? []) expect(newTag).to.equal(version);
    }
  });

  it("probes, services and monitors ask for ports that there are", () => {
    for (const [file, { ports = [], ...container }] of candilContainers()) {
      const known = ports.flatMap(({ name, containerPort }) => [name, containerPort]);
      for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
        if (probe?.httpGet !== undefined) expect(known, file).to.include(probe.httpGet.port);
        if (probe?.grpc !== undefined) expect(known, file).to.include(probe.grpc.port);
      }
      const flags =
        container.args?.flatMap((arg) => /^--(?:http|grpc)_port=(\d+)$/.exec(arg)?.[1] ?? []) ?? [];
      // Knative lets one port in; with gRPC on it, HTTP is for the pod itself.
      const inside = known.includes("h2c") ? ["8080"] : [];
      for (const port of flags.filter((flag) => !inside.includes(flag)))
        expect(known, file).to.include(Number(port));
    }
    const ports = deployment.spec?.template.spec?.containers[0].ports?.map(({ name }) => name);
    const named = only<Service>("kubernetes/base/service.yaml", "Service").spec?.ports;
    expect(named?.map(({ targetPort }) => targetPort)).to.deep.equal(ports);
  });

  it("selectors find the pods, and the autoscaler its deployment", () => {
    const labels = deployment.spec?.template.metadata?.labels;
    const budget = only<PodDisruptionBudget>("kubernetes/base/disruption-budget.yaml", "PodDisruptionBudget");
    const selectors = [
      deployment.spec?.selector.matchLabels,
      only<Service>("kubernetes/base/service.yaml", "Service").spec?.selector,
      budget.spec?.selector?.matchLabels,
    ];
    for (const selector of selectors) expect(labels).to.include(selector);
    const { spec } = only<HorizontalPodAutoscaler>(
      "kubernetes/base/autoscaler.yaml",
      "HorizontalPodAutoscaler",
    );
    expect(spec?.scaleTargetRef).to.deep.equal({
      apiVersion: deployment.apiVersion,
      kind: deployment.kind,
      name: deployment.metadata?.name,
    });
    // A number here would fight the autoscaler at every apply.
    expect(deployment.spec?.replicas).to.equal(undefined);
    expect(spec?.minReplicas).to.be.above(Number(budget.spec?.minAvailable));
  });

  it("a pod is given longer to end than candil takes", () => {
    const pod = deployment.spec?.template.spec;
    const seconds = (flag: string): number =>
      Number(pod?.containers[0].args?.find((arg) => arg.startsWith(`--${flag}=`))?.split("=")[1]);
    expect(seconds("drain_delay") + seconds("drain_timeout")).to.be.below(
      pod?.terminationGracePeriodSeconds ?? 30,
    );
  });

  it("what kustomizations and the compose file name is there", () => {
    for (const { file, value, type } of all) {
      if (type !== "Kustomization") continue;
      for (const resource of (value as Kustomization).resources) {
        const at = join(file, "..", resource);
        expect(
          all.some((one) => one.file === at || one.file === join(at, "kustomization.yaml")),
          at,
        ).to.equal(true);
      }
    }
    const sources = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes);
    for (const { type, source } of sources) {
      if (type === "volume") expect(compose.volumes).to.have.property(source);
      else if (!source.includes("$"))
        expect(() => readFileSync(join(deployFolder, source))).to.not.throw(/ENOENT/);
    }
  });
});
