/**
 * @module
 * Counters, gauges and histograms: numbers under a name, one for each combination of label values.
 */

import { javaDouble } from "./java-double.ts";

/** What is the same for every sample of a metric. */
export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Label values, in the order of the metric's labels. */
export type LabelValues = readonly string[];

/** Something that can be written as Prometheus text. */
export interface Metric extends MetricDescription {
  readonly type: "counter" | "gauge" | "histogram";
  /** Lines of samples, without HELP and TYPE; each ends in a line break. */
  samples(): string;
}

interface Sample {
  readonly labels: string;
  value: number;
}

/** A number that only grows. */
export class Counter implements Metric {
  readonly type: Metric["type"] = "counter";
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  protected readonly byLabels = new Map<string, Sample>();

  constructor({ name, help, labels }: MetricDescription) {
    this.name = name;
    this.help = help;
    this.labels = labels;
  }

  /** Adds `value` to the number under these labels. */
  add(labels: LabelValues, value: number): void {
    this.sample(labels).value += value;
  }

  samples(): string {
    let text = "";
    for (const { labels, value } of this.byLabels.values()) {
      text += `${this.name}${labels} ${javaDouble(value)}\n`;
    }
    return text;
  }

  protected sample(values: LabelValues): Sample {
    const key = JSON.stringify(values);
    let sample = this.byLabels.get(key);
    if (sample === undefined) {
      sample = { labels: labelText(this.labels, values), value: 0 };
      this.byLabels.set(key, sample);
    }
    return sample;
  }
}

/** A number that is replaced. */
export class Gauge extends Counter {
  override readonly type = "gauge";

  /** Replaces the number under these labels. */
  set(labels: LabelValues, value: number): void {
    this.sample(labels).value = value;
  }
}

/** Numbers that are read when somebody asks for them. */
export class ReadGauge implements Metric {
  readonly type = "gauge";
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly #read: () => Iterable<readonly [labels: LabelValues, value: number]>;

  /** @param read gives each number with its labels */
  constructor({ name, help, labels }: MetricDescription, read: ReadGauge["read"]) {
    this.name = name;
    this.help = help;
    this.labels = labels;
    this.#read = read;
  }

  /** The numbers as they are now. */
  read(): Iterable<readonly [labels: LabelValues, value: number]> {
    return this.#read();
  }

  samples(): string {
    let text = "";
    for (const [labels, value] of this.#read()) {
      text += `${this.name}${labelText(this.labels, labels)} ${javaDouble(value)}\n`;
    }
    return text;
  }
}

interface Distribution {
  readonly labels: LabelValues;
  /** One count for each bound, and one for everything above. */
  readonly counts: number[];
  sum: number;
}

/** How often values fell below each of some bounds. */
export class Histogram implements Metric {
  readonly type = "histogram";
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly #bounds: readonly number[];
  readonly #byLabels = new Map<string, Distribution>();

  /** @param bounds upper bounds, ascending, without infinity */
  constructor({ name, help, labels }: MetricDescription, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.labels = labels;
    this.#bounds = bounds;
  }

  /** Counts `value` under these labels. */
  observe(labels: LabelValues, value: number): void {
    const key = JSON.stringify(labels);
    let distribution = this.#byLabels.get(key);
    if (distribution === undefined) {
      distribution = { labels, counts: this.#bounds.map(() => 0).concat(0), sum: 0 };
      this.#byLabels.set(key, distribution);
    }
    const found = this.#bounds.findIndex((bound) => value <= bound);
    distribution.counts[found < 0 ? this.#bounds.length : found] += 1;
    distribution.sum += value;
  }

  samples(): string {
    let text = "";
    for (const { labels, counts, sum } of this.#byLabels.values()) {
      let below = 0;
      counts.forEach((count, i) => {
        below += count;
        const bound = i < this.#bounds.length ? javaDouble(this.#bounds[i]) : "+Inf";
        text += `${this.name}_bucket${labelText([...this.labels, "le"], [...labels, bound])} ${javaDouble(below)}\n`;
      });
      const own = labelText(this.labels, labels);
      text += `${this.name}_count${own} ${javaDouble(below)}\n${this.name}_sum${own} ${javaDouble(sum)}\n`;
    }
    return text;
  }
}

/** Labels in braces with a comma after each, the last one too: so does the Java client, and so do its clients expect. */
function labelText(names: readonly string[], values: LabelValues): string {
  if (names.length === 0) return "";
  return `{${names.map((name, i) => `${name}="${escapeLabel(values[i] ?? "")}",`).join("")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
