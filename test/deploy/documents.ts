/**
 * @module
 * The documents of deploy/, and which type each should have.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { TypedValue } from "./check-types.ts";

/** The folder. */
export const deployFolder = fileURLToPath(new URL("../../deploy", import.meta.url));

const KSERVE = "./kserve-resources.ts";
const OTHER = "./other-resources.ts";

/** Types by `apiVersion kind`. */
const kinds: Readonly<Record<string, readonly [type: string, from: string]>> = {
  "serving.kserve.io/v1alpha1 ClusterServingRuntime": ["ClusterServingRuntime", KSERVE],
  "serving.kserve.io/v1alpha1 ServingRuntime": ["ServingRuntime", KSERVE],
  "serving.kserve.io/v1beta1 InferenceService": ["InferenceService", KSERVE],
  "apps/v1 Deployment": ["Deployment", "kubernetes-types/apps/v1.js"],
  "v1 Service": ["Service", "kubernetes-types/core/v1.js"],
  "v1 Pod": ["Pod", "kubernetes-types/core/v1.js"],
  "v1 PersistentVolumeClaim": ["PersistentVolumeClaim", "kubernetes-types/core/v1.js"],
  "autoscaling/v2 HorizontalPodAutoscaler": ["HorizontalPodAutoscaler", "kubernetes-types/autoscaling/v2.js"],
  "policy/v1 PodDisruptionBudget": ["PodDisruptionBudget", "kubernetes-types/policy/v1.js"],
  "monitoring.coreos.com/v1 PrometheusRule": ["PrometheusRule", OTHER],
  "monitoring.coreos.com/v1 PodMonitor": ["PodMonitor", OTHER],
  "kustomize.config.k8s.io/v1beta1 Kustomization": ["Kustomization", OTHER],
};

/** Types of files that do not say what they are. */
const files: Readonly<Record<string, string>> = {
  "compose.yaml": "Compose",
  "monitoring/rules.yaml": "RuleFile",
  "monitoring/prometheus.yaml": "PrometheusFile",
  "monitoring/grafana/datasources/prometheus.yaml": "GrafanaDatasources",
  "monitoring/grafana/dashboards/files.yaml": "GrafanaDashboards",
};

/** A document, and where it stands. */
export interface Document extends TypedValue {
  /** The file, from deploy/. */
  readonly file: string;
}

/** All documents of all YAML files. @throws Error when one does not parse, or is of a kind that no type is known for */
export function documents(): Document[] {
  return readdirSync(deployFolder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .flatMap((file) => documentsOf(file));
}

/** The documents of one file. */
export function documentsOf(file: string): Document[] {
  return parseAllDocuments(readFileSync(join(deployFolder, file), "utf8"), { uniqueKeys: true }).map(
    (document, i) => {
      if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0].message}`);
      const value: unknown = document.toJS();
      const [type, from] = typeOf(file, value);
      return { name: `${file}#${i}`, file, type, from, value };
    },
  );
}

/** The value of the only document of this kind in a file. */
export function only<Kind>(file: string, kind: string): Kind {
  const found = documentsOf(file).filter(({ type }) => type === kind);
  if (found.length !== 1) throw new Error(`${file}: expected one ${kind}, got ${found.length}`);
  return found[0].value as Kind;
}

function typeOf(file: string, value: unknown): readonly [type: string, from: string] {
  const type = files[file];
  if (type !== undefined) return [type, OTHER];
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
  const found = kinds[`${String(apiVersion)} ${String(kind)}`];
  if (found === undefined)
    throw new Error(`${file}: no type is known for ${String(apiVersion)} ${String(kind)}`);
  return found;
}
