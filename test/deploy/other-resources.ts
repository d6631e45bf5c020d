/**
 * @module
 * The other resources of deploy/ that Kubernetes itself does not define, as types with the fields that are used there: of the
 * Prometheus operator, of kustomize, of Docker Compose, of Prometheus' and Grafana's own files.
 */

import type { LabelSelector, ObjectMeta } from "kubernetes-types/meta/v1.js";

/** Prometheus' file of rules. */
export interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly interval?: string;
    readonly rules: readonly Rule[];
  }[];
}

/** A rule that keeps a number under a new name, or one that calls somebody. */
export type Rule =
  | { readonly record: string; readonly expr: string; readonly labels?: Readonly<Record<string, string>> }
  | {
      readonly alert: string;
      readonly expr: string;
      readonly for?: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };

/** monitoring.coreos.com/v1 */
export interface PrometheusRule {
  readonly apiVersion: "monitoring.coreos.com/v1";
  readonly kind: "PrometheusRule";
  readonly metadata: ObjectMeta;
  readonly spec: RuleFile;
}

/** monitoring.coreos.com/v1 */
export interface PodMonitor {
  readonly apiVersion: "monitoring.coreos.com/v1";
  readonly kind: "PodMonitor";
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly selector: LabelSelector;
    readonly podMetricsEndpoints: readonly {
      readonly port: string;
      readonly path?: string;
      readonly interval?: string;
    }[];
  };
}

/** kustomize.config.k8s.io/v1beta1 */
export interface Kustomization {
  readonly apiVersion: "kustomize.config.k8s.io/v1beta1";
  readonly kind: "Kustomization";
  readonly resources: readonly string[];
  readonly images?: readonly { readonly name: string; readonly newName?: string; readonly newTag?: string }[];
  readonly patches?: readonly {
    readonly target: { readonly kind: string; readonly name: string };
    readonly patch: string;
  }[];
}

/** Docker Compose's file. */
export interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes?: Readonly<Record<string, object>>;
}

/** One container of it. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly {
    readonly type: "bind" | "volume";
    readonly source: string;
    readonly target: string;
    readonly read_only?: boolean;
    readonly bind?: { readonly create_host_path: boolean };
  }[];
  readonly healthcheck?: {
    readonly test: readonly ["CMD", ...string[]];
    readonly interval: string;
    readonly timeout: string;
    readonly retries: number;
    readonly start_period: string;
  };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly restart?: "no" | "always" | "on-failure" | "unless-stopped";
}

/** Prometheus' configuration. */
export interface PrometheusFile {
  readonly global: { readonly scrape_interval: string; readonly evaluation_interval: string };
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly metrics_path: string;
    readonly static_configs: readonly { readonly targets: readonly string[] }[];
  }[];
}

/** Grafana's list of data sources. */
export interface GrafanaDatasources {
  readonly apiVersion: 1;
  readonly datasources: readonly {
    readonly name: string;
    readonly uid: string;
    readonly type: "prometheus";
    readonly access: "proxy";
    readonly url: string;
    readonly isDefault: boolean;
  }[];
}

/** Grafana's list of places with dashboards. */
export interface GrafanaDashboards {
  readonly apiVersion: 1;
  readonly providers: readonly {
    readonly name: string;
    readonly type: "file";
    readonly options: { readonly path: string };
  }[];
}

/** A dashboard, by what is used of it. */
export interface Dashboard {
  readonly title: string;
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly refId: string; readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}
