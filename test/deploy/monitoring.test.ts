import { expect } from "chai";
import { documentsOf, only } from "./documents.ts";
import { dashboard, exportedMetrics, metricsIn, queries, rules } from "./metric-names.ts";
import type { Compose, GrafanaDatasources, PrometheusFile, PrometheusRule } from "./other-resources.ts";

describe("The rules and the dashboard", () => {
  it("are the same rules for Prometheus itself and for its operator", () => {
    const [rule] = documentsOf("monitoring/prometheus-operator.yaml");
    expect((rule.value as PrometheusRule).spec).to.deep.equal(rules());
  });

  it("names of metrics are found in queries, and are neither functions nor labels", () => {
    const query =
      'sum by (le, model) (rate(a_bucket{b=~"c"}[5m])) > 0.5 * avg(d) or candil:queue_seconds:p99_5m';
    expect([...metricsIn(query)]).to.deep.equal(["a_bucket", "d"]);
    expect(exportedMetrics("# HELP a b\n# TYPE a histogram\n# TYPE e counter\n")).to.deep.equal([
      ...["a_bucket", "a_count", "a_sum"],
      "e",
    ]);
    for (const [where, text] of queries()) {
      expect([...metricsIn(text)].length > 0 || /candil:/.test(text), where).to.equal(true);
    }
  });

  it("every alert says how bad it is, what is wrong, and what helps", () => {
    for (const rule of rules().groups.flatMap((group) => group.rules)) {
      if ("record" in rule) continue;
      expect(rule.labels?.["severity"], rule.alert).to.match(/^(critical|warning)$/);
      expect(Object.keys(rule.annotations ?? {}), rule.alert).to.have.members(["summary", "description"]);
    }
  });

  it("the panels have numbers of their own, and none lies on another", () => {
    const { panels, templating } = dashboard();
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).to.equal(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).to.equal(true);
    const text = JSON.stringify(panels);
    for (const { name } of templating.list)
      expect(text).to.include(`$${name === "model" ? "model" : "{datasource}"}`);
  });

  it("the dashboard shows the stages of KServe's SDK", () => {
    const asked = queries().flatMap(([where, query]) =>
      where.startsWith("panel") ? [...metricsIn(query)] : [],
    );
    const stages = ["preprocess", "predict", "explain", "postprocess"];
    expect(asked).to.include.members(stages.map((stage) => `request_${stage}_seconds_bucket`));
  });

  it("the compose file's Prometheus asks candil, and its Grafana asks Prometheus", () => {
    const { services } = only<Compose>("compose.yaml", "Compose");
    const { scrape_configs, rule_files } = only<PrometheusFile>(
      "monitoring/prometheus.yaml",
      "PrometheusFile",
    );
    expect(scrape_configs[0].static_configs[0].targets).to.deep.equal(["candil:8080"]);
    expect(services).to.include.keys("candil", "prometheus");
    const targets = services["prometheus"].volumes?.map(({ target }) => target);
    expect(targets).to.include.members(["/etc/prometheus/prometheus.yml", ...rule_files]);
    const { datasources } = only<GrafanaDatasources>(
      "monitoring/grafana/datasources/prometheus.yaml",
      "GrafanaDatasources",
    );
    expect(datasources[0].url).to.equal("http://prometheus:9090");
  });
});
