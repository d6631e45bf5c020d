/**
 * @module
 * The metrics of one server, and their text.
 */

import type { Metric } from "./metric.ts";

/** Prometheus' text format, version 0.0.4. */
export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Metrics in the order in which they are written. A server has its own: two in one process do not mix. */
export class MetricsRegistry {
  readonly #metrics: Metric[] = [];

  /** Adds a metric, and gives it back. */
  register<Kind extends Metric>(metric: Kind): Kind {
    this.#metrics.push(metric);
    return metric;
  }

  /**
   * All metrics, or only those whose samples are named.
   * @param names as in `?name[]=Requests2XX`; none means all
   */
  text(names: ReadonlySet<string> = new Set()): string {
    let text = "";
    for (const metric of this.#metrics) {
      const { name, help, type } = metric;
      if (names.size > 0 && !sampleNames(metric).some((sample) => names.has(sample))) continue;
      text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${metric.samples()}`;
    }
    return text;
  }
}

function sampleNames({ name, type }: Metric): string[] {
  return type === "histogram" ? [name, `${name}_bucket`, `${name}_count`, `${name}_sum`] : [name];
}
