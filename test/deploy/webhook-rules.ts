/**
 * @module
 * What KServe's admission webhooks ask of a resource beyond its structure, as of KServe 0.20: what is checked of runtimes and
 * inference services like those of deploy/.
 */

import type { Container } from "kubernetes-types/core/v1.js";
import type {
  ClusterServingRuntime,
  Component,
  InferenceService,
  MetricTarget,
  Predictor,
  ScaleMetric,
  ServingRuntime,
} from "./kserve-resources.ts";

const MODE = "serving.kserve.io/deploymentMode";
const AUTOSCALER = "serving.kserve.io/autoscalerClass";

/** What the webhook would say against a service; nothing when it takes it. */
export function serviceComplaints({ metadata, spec }: InferenceService): string[] {
  const annotations = metadata.annotations ?? {};
  const said: string[] = [];
  const complain = (condition: boolean, what: string): void => void (condition && said.push(what));
  complain(!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(metadata.name), `${metadata.name} is no name of a service`);
  const mode = annotations[MODE];
  complain(mode !== "Standard" && mode !== "Knative", `${MODE} should be Standard or Knative`);
  const autoscaler = annotations[AUTOSCALER];
  complain(
    autoscaler !== undefined && !["hpa", "keda", "external", "none"].includes(autoscaler),
    `${autoscaler} is no class of autoscalers`,
  );
  const components: [string, Component][] = [["predictor", spec.predictor]];
  if (spec.explainer !== undefined) components.push(["explainer", spec.explainer]);
  for (const [name, component] of components) {
    said.push(...componentComplaints(component, mode, autoscaler).map((what) => `${name}: ${what}`));
  }
  const { model, pytorch } = spec.predictor;
  complain(
    (model ?? pytorch)?.name !== undefined,
    "predictor: the name of a model's container is KServe's to choose",
  );
  said.push(...implementationComplaints(spec.predictor), ...canaryComplaints(spec, mode));
  return said;
}

function componentComplaints(
  component: Component,
  mode: string | undefined,
  autoscaler: string | undefined,
): string[] {
  const said: string[] = [];
  const { minReplicas = 1, maxReplicas = 0, containerConcurrency = 0 } = component;
  if (minReplicas < 0) said.push("minReplicas is below 0");
  if (maxReplicas > 0 && maxReplicas < minReplicas) said.push("maxReplicas is below minReplicas");
  if (minReplicas === 0 && mode !== "Knative") said.push("nothing scales to zero without Knative");
  if (containerConcurrency < 0) said.push("containerConcurrency is below 0");
  for (const container of [...(component.containers ?? []), ...(component.initContainers ?? [])]) {
    said.push(...containerComplaints(container));
  }
  const uris = (component.containers ?? []).flatMap(({ env = [] }) =>
    env.filter(({ name }) => name === "STORAGE_URI"),
  );
  if (uris.length > 0 && component.storageUris !== undefined)
    said.push("STORAGE_URI and storageUris exclude each other");
  if (mode === "Knative") said.push(...knativeComplaints(component));
  else if (autoscaler === "keda") said.push(...kedaComplaints(component));
  else if (autoscaler === "hpa") said.push(...hpaComplaints(component));
  return said;
}

function containerComplaints({ name, env = [] }: Container): string[] {
  const said: string[] = [];
  for (const variable of env) {
    if (variable.name === "PYTHONPATH") said.push(`${name}: PYTHONPATH is refused`);
    if (variable.name === "PROTOCOL" && variable.value !== "v1" && variable.value !== "v2")
      said.push(`${name}: PROTOCOL is v1 or v2`);
  }
  return said;
}

function knativeComplaints(component: Component): string[] {
  const said: string[] = [];
  const { scaleMetric = "concurrency", scaleTarget = 1, deploymentStrategy, containers = [] } = component;
  if (deploymentStrategy !== undefined) said.push("deploymentStrategy belongs to Standard mode");
  if (!["concurrency", "rps", "cpu", "memory"].includes(scaleMetric))
    said.push(`Knative does not scale by ${scaleMetric}`);
  if (scaleTarget < 1) said.push("scaleTarget is below 1");
  for (const { ports = [], args = [] } of containers) {
    if (ports.length > 1) said.push("Knative takes one port");
    const [{ name = "", containerPort } = { containerPort: 0 }] = ports;
    if (!["", "http1", "h2c"].includes(name)) said.push(`Knative knows no port ${name}`);
    if (args.includes(`--grpc_port=${containerPort}`) && name !== "h2c")
      said.push("Knative speaks HTTP/2 to a port called h2c alone");
  }
  return said;
}

function hpaComplaints({ scaleMetric = "cpu", scaleTarget = 80, autoScaling }: Component): string[] {
  const said: string[] = [];
  if (scaleMetric !== "cpu" && scaleMetric !== "memory") said.push(`an HPA does not scale by ${scaleMetric}`);
  if (scaleTarget < 1 || (scaleMetric === "cpu" && scaleTarget > 100))
    said.push("scaleTarget is a percentage");
  if (
    autoScaling?.metrics?.some(({ type, resource }) => type !== "Resource" || resource === undefined) === true
  )
    said.push("an HPA's metrics are resources");
  return said;
}

function kedaComplaints({ scaleMetric, autoScaling }: Component): string[] {
  const metrics = autoScaling?.metrics ?? [];
  return [
    ...(scaleMetric === undefined ? [] : ["KEDA takes autoScaling, not scaleMetric"]),
    ...(metrics.length === 0 ? ["KEDA has no metric to scale by"] : []),
    ...metrics.flatMap(kedaMetricComplaints),
  ];
}

function kedaMetricComplaints({ type, resource, external }: ScaleMetric): string[] {
  if (type === "Resource") {
    if (resource === undefined) return ["resource is missing"];
    if (resource.name === "cpu" && resource.target.type !== "Utilization")
      return ["cpu scales by Utilization"];
    return targetComplaints(resource.target);
  }
  if (external === undefined) return ["external is missing"];
  const { metric, target } = external;
  return [
    ...((metric.query ?? "") === "" ? ["the query is empty"] : []),
    ...(target.value === undefined ? ["an external metric needs target.value"] : []),
    ...targetComplaints(target),
  ];
}

function targetComplaints({ type, averageUtilization, averageValue, value }: MetricTarget): string[] {
  const wanted = { Utilization: averageUtilization, AverageValue: averageValue, Value: value };
  return type !== undefined && wanted[type] === undefined ? [`the target has no ${type}`] : [];
}

/** A predictor is exactly one of: a model, a framework, containers of its own. */
function implementationComplaints({
  model,
  pytorch,
  containers,
}: Pick<Predictor, "model" | "pytorch" | "containers">): string[] {
  const given = [model, pytorch, containers].filter((one) => one !== undefined);
  const said: string[] = [];
  if (given.length !== 1) said.push(`predictor: expected one implementation, got ${given.length}`);
  const framework = model ?? pytorch;
  if (framework !== undefined) said.push(...containerComplaints({ ...framework, name: "kserve-container" }));
  if (model !== undefined && model.modelFormat === undefined) said.push("predictor: the model has no format");
  return said;
}

function canaryComplaints({ predictor, canary = [] }: InferenceService["spec"], mode?: string): string[] {
  if (canary.length === 0) return [];
  const said: string[] = [];
  if (mode !== "Standard") said.push("canary: only in Standard mode");
  if (predictor.model === undefined) said.push("canary: the stable predictor has no model");
  const names = canary.map((one) => one.predictor.name);
  if (new Set(names).size < names.length) said.push("canary: two have the same name");
  if (canary.reduce((sum, { trafficPercent }) => sum + trafficPercent, 0) > 100)
    said.push("canary: more than 100 percent");
  for (const { trafficPercent, predictor: next } of canary) {
    if (next.name === undefined || next.name === predictor.name) said.push("canary: needs a name of its own");
    if (trafficPercent < 0 || trafficPercent > 100) said.push("canary: trafficPercent is a percentage");
    const { maxReplicas, scaleTarget, scaleMetric, autoScaling } = next;
    if ([maxReplicas, scaleTarget, scaleMetric, autoScaling].some((one) => one !== undefined))
      said.push("canary: has a fixed number of replicas");
    if ((next.minReplicas ?? 1) > (predictor.minReplicas ?? 1))
      said.push("canary: has more replicas than what it follows");
    said.push(...implementationComplaints(next));
  }
  return said;
}

/** What the webhook, and the controller after it, would say against a runtime. */
export function runtimeComplaints({ spec }: ClusterServingRuntime | ServingRuntime): string[] {
  const said: string[] = [];
  if (!spec.containers.some(({ name }) => name === "kserve-container"))
    said.push("no container is called kserve-container");
  said.push(...spec.containers.flatMap(containerComplaints));
  const priorities = new Map<string, number | undefined>();
  for (const { name, priority, autoSelect } of spec.supportedModelFormats ?? []) {
    if (priorities.has(name) && priorities.get(name) !== priority)
      said.push(`different priorities for the model format ${name}`);
    priorities.set(name, priority);
    if (priority !== undefined && priority < 1) said.push(`the priority of ${name} is below 1`);
    if (priority !== undefined && autoSelect !== true)
      said.push(`${name} has a priority and is not selected by itself`);
  }
  const known = ["v1", "v2", "grpc-v1", "grpc-v2"];
  for (const protocol of spec.protocolVersions ?? [])
    if (!known.includes(protocol)) said.push(`${protocol} is no protocol`);
  return said;
}

/** Whether two runtimes would compete for a model format with the same priority, which the webhook refuses. */
export function competing(
  one: ClusterServingRuntime | ServingRuntime,
  other: ClusterServingRuntime | ServingRuntime,
): string[] {
  return (one.spec.supportedModelFormats ?? [])
    .filter(({ name, version, priority, autoSelect }) =>
      other.spec.supportedModelFormats?.some(
        (format) =>
          autoSelect === true &&
          format.autoSelect === true &&
          format.name === name &&
          format.version === version &&
          format.priority === priority,
      ),
    )
    .map(({ name }) => name);
}
