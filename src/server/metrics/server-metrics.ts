/**
 * @module
 * What a server counts: TorchServe's metrics under its names, and histograms of candil's own.
 */

import { hostname } from "node:os";
import { stages } from "../pool/stages.ts";
import type { Stage, StageTimes } from "../pool/stages.ts";
import { javaDouble } from "./java-double.ts";
import { Counter, Gauge, Histogram, ReadGauge } from "./metric.ts";
import { MetricsRegistry } from "./registry.ts";

/** Where metrics go: `prometheus` to the metrics port, `log` to the log, `legacy` some to each; TorchServe's modes. */
export type MetricsMode = "prometheus" | "log" | "legacy";

/** What is told of one request that a model has answered, whatever the answer. */
export interface RequestRecord {
  readonly model: string;
  /** The version as the URL named it; null when it named none. */
  readonly askedVersion: string | null;
  readonly kind: "prediction" | "explanation";
  /** From the head of the request to the answer. */
  readonly totalMs: number;
}

/** What is told of a batch that a worker has answered. */
export interface BatchRecord {
  readonly model: string;
  readonly version: string;
  /** Milliseconds that each of its requests had waited in the queue. */
  readonly queueMs: readonly number[];
  /** Milliseconds from handing the batch over to its outcomes: decoding, transforms, the model, the handler. */
  readonly workerMs: number;
  /** What its requests spent that time with. */
  readonly stages?: StageTimes;
}

/** The log's lines of metrics; `source` says whose they are, TorchServe's logger names. */
export type MetricsLog = (source: "TS_METRICS" | "MODEL_METRICS", line: string) => void;

/** The computer, in percent, megabytes and gigabytes. */
export interface SystemReading {
  readonly CPUUtilization: number;
  readonly MemoryUsed: number;
  readonly MemoryAvailable: number;
  readonly MemoryUtilization: number;
  readonly DiskUsage: number;
  readonly DiskUtilization: number;
  readonly DiskAvailable: number;
}

const HOST = ["Level", "Hostname"];
const MODEL = ["ModelName", "Level", "Hostname"];
const REQUEST = ["model_name", "model_version", "hostname"];

interface Specification {
  readonly type: "counter" | "gauge";
  readonly unit: string;
  readonly labels: readonly string[];
  readonly source?: "MODEL_METRICS";
}

/** TorchServe's metrics.yaml, without the GPU's. */
const specifications = {
  Requests2XX: { type: "counter", unit: "Count", labels: HOST },
  Requests4XX: { type: "counter", unit: "Count", labels: HOST },
  Requests5XX: { type: "counter", unit: "Count", labels: HOST },
  ts_inference_requests_total: { type: "counter", unit: "Count", labels: REQUEST },
  ts_inference_latency_microseconds: { type: "counter", unit: "Microseconds", labels: REQUEST },
  ts_queue_latency_microseconds: { type: "counter", unit: "Microseconds", labels: REQUEST },
  QueueTime: { type: "gauge", unit: "Milliseconds", labels: HOST },
  WorkerThreadTime: { type: "gauge", unit: "Milliseconds", labels: HOST },
  WorkerLoadTime: { type: "gauge", unit: "Milliseconds", labels: ["WorkerName", ...HOST] },
  CPUUtilization: { type: "gauge", unit: "Percent", labels: HOST },
  MemoryUsed: { type: "gauge", unit: "Megabytes", labels: HOST },
  MemoryAvailable: { type: "gauge", unit: "Megabytes", labels: HOST },
  MemoryUtilization: { type: "gauge", unit: "Percent", labels: HOST },
  DiskUsage: { type: "gauge", unit: "Gigabytes", labels: HOST },
  DiskUtilization: { type: "gauge", unit: "Percent", labels: HOST },
  DiskAvailable: { type: "gauge", unit: "Gigabytes", labels: HOST },
  HandlerTime: { type: "gauge", unit: "ms", labels: MODEL, source: "MODEL_METRICS" },
  PredictionTime: { type: "gauge", unit: "ms", labels: MODEL, source: "MODEL_METRICS" },
} as const satisfies Record<string, Specification>;

type Name = keyof typeof specifications;
type Entries<T> = { [Key in keyof T]: [Key, T[Key]] }[keyof T][];

/** The label of requests that name no version. */
const UNNAMED = "default";

const systemNames = [
  "CPUUtilization",
  "MemoryUsed",
  "MemoryAvailable",
  "MemoryUtilization",
  "DiskUsage",
  "DiskUtilization",
  "DiskAvailable",
] as const;

/** Seconds: from what a small model takes to what a client waits for. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Histograms of candil's own. */
const histograms = {
  prediction: {
    help: "Seconds from the head of a request for a prediction to its answer",
    labels: ["model_name"],
  },
  explanation: {
    help: "Seconds from the head of a request for an explanation to its answer",
    labels: ["model_name"],
  },
  queue: { help: "Seconds of a request in its model's queue", labels: ["model_name", "model_version"] },
  worker: { help: "Seconds of a batch on its worker", labels: ["model_name", "model_version"] },
} as const;

/** Gauges of candil's own. */
const gauges = {
  inFlight: {
    help: "Requests to models that have come and are not answered yet, over HTTP and gRPC",
    labels: [],
  },
  waiting: { help: "Requests that wait for a worker", labels: ["model_name", "model_version"] },
} as const;

/** Counts what a server does; every method returns at once and never throws. */
export class ServerMetrics {
  readonly registry = new MetricsRegistry();
  readonly #mode: MetricsMode;
  readonly #log: MetricsLog;
  readonly #host: string;
  readonly #byName = new Map<Name, Counter | Gauge>();
  #inFlight = 0;
  /** Under the names of KServe's SDK, which its dashboards show. */
  readonly #stages = new Map<Stage, Histogram>();
  readonly #histograms = new Map<keyof typeof histograms, Histogram>();

  constructor({
    mode = "prometheus",
    log = () => undefined,
    host = hostname(),
  }: { mode?: MetricsMode; log?: MetricsLog; host?: string } = {}) {
    this.#mode = mode;
    this.#log = log;
    this.#host = host;
    for (const [name, { type, unit, labels }] of Object.entries(specifications) as [Name, Specification][]) {
      if (!this.#isCounted(name)) continue;
      const description = { name, help: `Torchserve prometheus ${type} metric with unit: ${unit}`, labels };
      this.#byName.set(name, this.registry.register(new (type === "gauge" ? Gauge : Counter)(description)));
    }
    if (mode === "log") return;
    for (const [stage, description] of Object.entries(histograms) as Entries<typeof histograms>) {
      const named = { name: `candil_${stage}_seconds`, ...description };
      this.#histograms.set(stage, this.registry.register(new Histogram(named, SECONDS)));
    }
    for (const stage of stages) {
      const named = {
        name: `request_${stage}_seconds`,
        help: `Seconds of a request's ${stage}`,
        labels: ["model_name"],
      };
      this.#stages.set(stage, this.registry.register(new Histogram(named, SECONDS)));
    }
    const inFlight = { ...gauges.inFlight, name: "candil_requests_in_flight" };
    this.registry.register(new ReadGauge(inFlight, () => [[[], this.#inFlight]]));
  }

  /** A request that asks a model has come. */
  began(): void {
    this.#inFlight++;
  }

  /** It has been answered, or its client has left. */
  ended(): void {
    this.#inFlight--;
  }

  /** Shows how many requests wait for each of these models, for whoever scales by it. */
  watch(models: { all(): readonly { name: string; version: string; waiting: number }[] }): void {
    if (this.#mode === "log") return;
    const description = { ...gauges.waiting, name: "candil_requests_waiting" };
    this.registry.register(
      new ReadGauge(description, () =>
        models.all().map((model) => [[model.name, model.version], model.waiting]),
      ),
    );
  }

  /** Every answer on every port, by its status. */
  answered(status: number): void {
    if (status >= 200 && status < 300) this.#put("Requests2XX", ["Host"], 1);
    else if (status >= 400 && status < 500) this.#put("Requests4XX", ["Host"], 1);
    else if (status >= 500) this.#put("Requests5XX", ["Host"], 1);
  }

  /** A request that a model has answered. */
  request({ model, askedVersion, kind, totalMs }: RequestRecord): void {
    const labels = [model, askedVersion ?? UNNAMED];
    this.#put("ts_inference_requests_total", labels, 1);
    this.#put("ts_inference_latency_microseconds", labels, microseconds(totalMs));
    this.#histograms.get(kind)?.observe([model], totalMs / 1e3);
  }

  /** A batch that a worker has answered. */
  batch({ model, version, queueMs, workerMs, stages: times }: BatchRecord): void {
    for (const milliseconds of queueMs) {
      // A batch does not know how its requests named the version: most name none.
      this.#put("ts_queue_latency_microseconds", [model, UNNAMED], microseconds(milliseconds));
      this.#put("QueueTime", ["Host"], Math.round(milliseconds));
      this.#histograms.get("queue")?.observe([model, version], milliseconds / 1e3);
    }
    this.#put("WorkerThreadTime", ["Host"], Math.round(workerMs));
    this.#put("HandlerTime", [model, "Model"], hundredths(workerMs));
    this.#put("PredictionTime", [model, "Model"], hundredths(workerMs));
    this.#histograms.get("worker")?.observe([model, version], workerMs / 1e3);
    for (const [stage, histogram] of this.#stages) {
      for (const milliseconds of times?.[stage] ?? []) histogram.observe([model], milliseconds / 1e3);
    }
  }

  /** A worker that has loaded its model. */
  workerLoaded(worker: string, milliseconds: number): void {
    this.#put("WorkerLoadTime", [worker, "Host"], Math.round(milliseconds));
  }

  /** The computer, from time to time. */
  system(reading: SystemReading): void {
    for (const name of systemNames) this.#put(name, ["Host"], reading[name]);
  }

  /** TorchServe's legacy mode is its behaviour before modes: three counters for Prometheus, the rest in the log. */
  #isCounted(name: Name): boolean {
    return this.#mode === "prometheus" || (this.#mode === "legacy" && name.startsWith("ts_"));
  }

  #put(name: Name, labels: readonly string[], value: number): void {
    const metric = this.#byName.get(name);
    const values = [...labels, this.#host];
    if (metric instanceof Gauge) metric.set(values, value);
    else if (metric !== undefined) metric.add(values, value);
    else this.#log(sourceOf(name), this.#line(name, labels, value));
  }

  /** `Requests2XX.Count:1.0|#Level:Host|#hostname:h,timestamp:1717105563` */
  #line(name: Name, values: readonly string[], value: number): string {
    const { unit, labels }: Specification = specifications[name];
    const dimensions = values.map((label, i) => `${labels[i]}:${label}`).join(",");
    const seconds = Math.floor(Date.now() / 1000);
    return `${name}.${unit}:${javaDouble(value)}|#${dimensions}|#hostname:${this.#host},timestamp:${seconds}`;
  }
}

function sourceOf(name: Name): "TS_METRICS" | "MODEL_METRICS" {
  const specification: Specification = specifications[name];
  return specification.source ?? "TS_METRICS";
}

/** To the nanosecond, as Java's clock counts. */
function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6) / 1e3;
}

function hundredths(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
