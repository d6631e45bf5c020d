import { expect } from "chai";
import { javaDouble } from "../../../src/server/metrics/java-double.ts";
import { Histogram } from "../../../src/server/metrics/metric.ts";
import { MetricsRegistry } from "../../../src/server/metrics/registry.ts";
import { ServerMetrics } from "../../../src/server/metrics/server-metrics.ts";
import type { BatchRecord, RequestRecord } from "../../../src/server/metrics/server-metrics.ts";
import { cpuTimes, readSystem } from "../../../src/server/metrics/system-metrics.ts";

const record: RequestRecord = {
  model: "mnist",
  askedVersion: null,
  kind: "prediction",
  totalMs: 11880.569885,
};
const batch: BatchRecord = { model: "mnist", version: "1.0", queueMs: [2251.6, 4], workerMs: 123.144 };

describe("A number of Java", () => {
  // As java.lang.Double.toString gives them.
  const cases: [number, string][] = [
    [0, "0.0"],
    [8, "8.0"],
    [-1.5, "-1.5"],
    [0.001, "0.001"],
    [0.0005, "5.0E-4"],
    [1e7, "1.0E7"],
    [9999999.5, "9999999.5"],
    [11880569.885, "1.1880569885E7"],
    [1e21, "1.0E21"],
    [Infinity, "+Inf"],
    [NaN, "NaN"],
  ];
  for (const [value, text] of cases) {
    it(`${value} is printed ${text}`, () => {
      expect(javaDouble(value)).to.equal(text);
    });
  }
});

describe("A server's metrics", () => {
  it("are TorchServe's, letter by letter", () => {
    const metrics = new ServerMetrics({ host: "vm" });
    for (const status of [200, 202, 404, 503]) metrics.answered(status);
    metrics.request(record);
    metrics.request({ ...record, askedVersion: "1.0" });
    metrics.batch(batch);
    metrics.workerLoaded("W-9000-mnist_1.0", 26137.2);
    const text = metrics.registry.text();
    expect(text).to.include(
      "# HELP Requests2XX Torchserve prometheus counter metric with unit: Count\n" +
        "# TYPE Requests2XX counter\n" +
        'Requests2XX{Level="Host",Hostname="vm",} 2.0\n',
    );
    expect(text.split("\n")).to.include.members([
      'Requests4XX{Level="Host",Hostname="vm",} 1.0',
      'Requests5XX{Level="Host",Hostname="vm",} 1.0',
      'ts_inference_requests_total{model_name="mnist",model_version="default",hostname="vm",} 1.0',
      'ts_inference_requests_total{model_name="mnist",model_version="1.0",hostname="vm",} 1.0',
      'ts_inference_latency_microseconds{model_name="mnist",model_version="default",hostname="vm",} 1.1880569885E7',
      'ts_queue_latency_microseconds{model_name="mnist",model_version="default",hostname="vm",} 2255600.0',
      'QueueTime{Level="Host",Hostname="vm",} 4.0',
      'WorkerLoadTime{WorkerName="W-9000-mnist_1.0",Level="Host",Hostname="vm",} 26137.0',
      'PredictionTime{ModelName="mnist",Level="Model",Hostname="vm",} 123.14',
      "# TYPE DiskAvailable gauge",
    ]);
  });

  it("have histograms of queue and worker, and of predictions and explanations apart", () => {
    const metrics = new ServerMetrics({ host: "vm" });
    metrics.request({ ...record, totalMs: 1 });
    metrics.request({ ...record, totalMs: 1, kind: "explanation" });
    metrics.request({ ...record, totalMs: 3, kind: "explanation" });
    metrics.batch(batch);
    const lines = metrics.registry
      .text(new Set(["candil_explanation_seconds", "candil_queue_seconds"]))
      .split("\n");
    expect(lines).to.include.members([
      'candil_explanation_seconds_bucket{model_name="mnist",le="0.001",} 1.0',
      'candil_explanation_seconds_bucket{model_name="mnist",le="0.005",} 2.0',
      'candil_explanation_seconds_bucket{model_name="mnist",le="+Inf",} 2.0',
      'candil_explanation_seconds_count{model_name="mnist",} 2.0',
      'candil_explanation_seconds_sum{model_name="mnist",} 0.004',
      'candil_queue_seconds_count{model_name="mnist",model_version="1.0",} 2.0',
    ]);
    expect(lines.join("\n")).not.to.include("candil_prediction_seconds");
  });

  it("can be asked for by name", () => {
    const { registry } = new ServerMetrics({ host: "vm" });
    const text = registry.text(new Set(["Requests2XX", "QueueTime", "nothing"]));
    expect(text.match(/^# TYPE .*$/gm)).to.deep.equal([
      "# TYPE Requests2XX counter",
      "# TYPE QueueTime gauge",
    ]);
  });

  it("go to the log in mode log, in TorchServe's lines", () => {
    const lines: string[] = [];
    const metrics = new ServerMetrics({
      mode: "log",
      host: "vm",
      log: (source, line) => lines.push(`${source} ${line.replace(/timestamp:\d{10}$/, "timestamp:T")}`),
    });
    metrics.answered(200);
    metrics.request(record);
    metrics.batch(batch);
    expect(metrics.registry.text()).to.equal("");
    expect(lines).to.include.members([
      "TS_METRICS Requests2XX.Count:1.0|#Level:Host|#hostname:vm,timestamp:T",
      "TS_METRICS ts_inference_requests_total.Count:1.0|#model_name:mnist,model_version:default|#hostname:vm,timestamp:T",
      "TS_METRICS QueueTime.Milliseconds:2252.0|#Level:Host|#hostname:vm,timestamp:T",
      "MODEL_METRICS PredictionTime.ms:123.14|#ModelName:mnist,Level:Model|#hostname:vm,timestamp:T",
    ]);
  });

  it("in mode legacy are TorchServe's three counters, and the rest in the log", () => {
    const lines: string[] = [];
    const metrics = new ServerMetrics({ mode: "legacy", host: "vm", log: (_, line) => lines.push(line) });
    metrics.request(record);
    metrics.batch(batch);
    expect(metrics.registry.text().match(/^# TYPE [A-Zt]\w+/gm)).to.deep.equal([
      "# TYPE ts_inference_requests_total",
      "# TYPE ts_inference_latency_microseconds",
      "# TYPE ts_queue_latency_microseconds",
    ]);
    expect(lines.map((line) => line.split(".")[0])).to.deep.equal([
      "QueueTime",
      "QueueTime",
      "WorkerThreadTime",
      "HandlerTime",
      "PredictionTime",
    ]);
  });

  it("escape what labels hold", () => {
    const registry = new MetricsRegistry();
    const histogram = registry.register(new Histogram({ name: "h", help: "H", labels: ["a"] }, [1]));
    histogram.observe(['"\\\n'], 2);
    expect(registry.text()).to.include(
      'h_bucket{a="\\"\\\\\\n",le="1.0",} 0.0\nh_bucket{a="\\"\\\\\\n",le="+Inf",} 1.0',
    );
  });
});

describe("A reading of the system", () => {
  it("has shares from 0 to 100 and sizes that add up", async () => {
    const before = cpuTimes();
    const reading = await readSystem({ busy: 0, all: 0 }, before);
    for (const share of [reading.CPUUtilization, reading.MemoryUtilization, reading.DiskUtilization]) {
      expect(share).to.be.within(0, 100);
    }
    const share = (reading.MemoryUsed / (reading.MemoryUsed + reading.MemoryAvailable)) * 100;
    expect(share).to.be.closeTo(reading.MemoryUtilization, 0.1);
    expect(reading.DiskAvailable).to.be.at.least(0);
  });

  it("between two moments without a tick in between is 0 for the CPU", async () => {
    const moment = cpuTimes();
    expect((await readSystem(moment, moment)).CPUUtilization).to.equal(0);
  });
});
