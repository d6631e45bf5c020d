/**
 * @module
 * KServe's resources as types: the fields that its definitions of v1alpha1 and v1beta1 have, as of KServe 0.20. What is a part of
 * a pod is Kubernetes' own type.
 */

import type { Container, PodSpec, ResourceRequirements } from "kubernetes-types/core/v1.js";
import type { DeploymentStrategy } from "kubernetes-types/apps/v1.js";
import type { ObjectMeta } from "kubernetes-types/meta/v1.js";

/** One runtime for the whole cluster. */
export interface ClusterServingRuntime {
  readonly apiVersion: "serving.kserve.io/v1alpha1";
  readonly kind: "ClusterServingRuntime";
  readonly metadata: ObjectMeta;
  readonly spec: RuntimeSpec;
}

/** One runtime for a namespace. */
export interface ServingRuntime {
  readonly apiVersion: "serving.kserve.io/v1alpha1";
  readonly kind: "ServingRuntime";
  readonly metadata: ObjectMeta;
  readonly spec: RuntimeSpec;
}

/** How models of some formats are served: not a whole pod's specification, but a few of its fields. */
export interface RuntimeSpec extends Pick<
  PodSpec,
  | "affinity"
  | "hostIPC"
  | "imagePullSecrets"
  | "nodeSelector"
  | "resourceClaims"
  | "schedulerName"
  | "tolerations"
  | "volumes"
> {
  readonly containers: readonly Container[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly supportedModelFormats?: readonly SupportedModelFormat[];
  readonly protocolVersions?: readonly string[];
  readonly multiModel?: boolean;
  readonly disabled?: boolean;
  readonly replicas?: number;
}

/** A model format that a runtime takes. */
export interface SupportedModelFormat {
  readonly name: string;
  readonly version?: string;
  readonly autoSelect?: boolean;
  readonly priority?: number;
}

/** A model on a cluster. */
export interface InferenceService {
  readonly apiVersion: "serving.kserve.io/v1beta1";
  readonly kind: "InferenceService";
  readonly metadata: ObjectMeta & { readonly name: string };
  readonly spec: {
    readonly predictor: Predictor;
    readonly explainer?: Component;
    readonly canary?: readonly { readonly trafficPercent: number; readonly predictor: CanaryPredictor }[];
  };
}

/** A predictor beside the stable one. Here the definition asks for the name of the model's container. */
export interface CanaryPredictor extends Omit<Predictor, "model"> {
  readonly model?: FrameworkModel & { readonly name: string; readonly modelFormat: ModelFormat };
}

/** A pod's specification, whose containers may come from a runtime, and how many of it there are. */
export interface Component extends Partial<PodSpec> {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly scaleMetric?: "cpu" | "memory" | "concurrency" | "rps";
  readonly scaleMetricType?: MetricTarget["type"];
  readonly scaleTarget?: number;
  readonly autoScaling?: { readonly metrics?: readonly ScaleMetric[] };
  readonly containerConcurrency?: number;
  readonly canaryTrafficPercent?: number;
  readonly deploymentStrategy?: DeploymentStrategy;
  readonly timeout?: number;
  readonly storageUris?: readonly { readonly uri: string; readonly mountPath?: string }[];
  readonly batcher?: {
    readonly maxBatchSize?: number;
    readonly maxLatency?: number;
    readonly timeout?: number;
  };
  readonly logger?: { readonly url?: string; readonly mode?: "all" | "request" | "response" };
}

/** A component that has a model; `pytorch` is the older way to say `model` of that format. */
export interface Predictor extends Component {
  readonly name?: string;
  readonly resources?: ResourceRequirements;
  readonly model?: FrameworkModel & {
    readonly modelFormat?: ModelFormat;
  };
  readonly pytorch?: Omit<FrameworkModel, "runtime">;
}

/** What a model's files are, which finds the runtime. */
export interface ModelFormat {
  readonly name: string;
  readonly version?: string;
}

/** Where a model lies, and what is different about its container. */
export interface FrameworkModel extends Partial<Container> {
  readonly storageUri?: string;
  readonly storage?: {
    readonly key?: string;
    readonly path?: string;
    readonly schemaPath?: string;
    readonly parameters?: Readonly<Record<string, string>>;
  };
  readonly runtime?: string;
  readonly protocolVersion?: string;
  readonly runtimeVersion?: string;
}

/** What a component is scaled by. */
export interface ScaleMetric {
  readonly type: "Resource" | "External" | "PodMetric";
  readonly resource?: { readonly name: "cpu" | "memory"; readonly target: MetricTarget };
  readonly external?: {
    readonly metric: {
      readonly backend?: "prometheus" | "graphite";
      readonly serverAddress?: string;
      readonly query?: string;
      readonly namespace?: string;
    };
    readonly target: MetricTarget;
  };
}

/** How much of a metric there should be. */
export interface MetricTarget {
  readonly type?: "Utilization" | "Value" | "AverageValue";
  readonly averageUtilization?: number;
  readonly averageValue?: string | number;
  readonly value?: string | number;
}
