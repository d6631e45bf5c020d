/**
 * @module
 * Names of metrics: those that queries of deploy/ ask for, and those that a server has.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deployFolder, documents, only } from "./documents.ts";
import type { InferenceService } from "./kserve-resources.ts";
import type { Dashboard, RuleFile } from "./other-resources.ts";

/** Words of PromQL that are followed by no parenthesis. */
const words = new Set(["by", "without", "on", "ignoring", "and", "or", "unless", "offset", "bool"]);

const { groups } = only<RuleFile>("monitoring/rules.yaml", "RuleFile");

/** Names under which rules keep what they compute. */
const recorded = new Set(
  groups.flatMap((group) => group.rules.flatMap((rule) => ("record" in rule ? [rule.record] : []))),
);

/** Metrics that a query asks for: names that are neither a function nor a label, nor recorded by a rule. */
export function metricsIn(query: string): Set<string> {
  const bare = query
    .replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, "")
    .replace(/\{[^}]*\}/g, "")
    .replace(/\[[^\]]*\]/g, "");
  const names = [...bare.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])/g)].map(([name]) => name);
  return new Set(names.filter((name) => !words.has(name) && !recorded.has(name)));
}

/** All queries of deploy/, with the place of each. */
export function queries(): [where: string, query: string][] {
  const fromRules = groups.flatMap((group) =>
    group.rules.map((rule): [string, string] => ["record" in rule ? rule.record : rule.alert, rule.expr]),
  );
  const fromPanels = dashboard().panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }): [string, string] => [`panel ${title}`, expr]),
  );
  const fromServices = documents()
    .filter(({ type }) => type === "InferenceService")
    .flatMap(({ file, value }) =>
      ((value as InferenceService).spec.predictor.autoScaling?.metrics ?? []).flatMap(
        ({ external }): [string, string][] =>
          external?.metric.query === undefined ? [] : [[file, external.metric.query]],
      ),
    );
  return [...fromRules, ...fromPanels, ...fromServices];
}

/** Names of samples that a page of Prometheus' text has or may have. */
export function exportedMetrics(page: string): string[] {
  return [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
    type === "histogram" ? ["_bucket", "_count", "_sum"].map((ending) => name + ending) : [name],
  );
}

/** The rules. */
export function rules(): RuleFile {
  return { groups };
}

/** The dashboard. */
export function dashboard(): Dashboard {
  return JSON.parse(readFileSync(join(deployFolder, "monitoring/dashboard.json"), "utf8")) as Dashboard;
}
