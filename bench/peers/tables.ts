/** @module A comparison as text for a terminal and as Markdown. */

import type { Comparison } from "./result.ts";
import type { Row } from "./rounds.ts";
import type { Spread } from "./statistics.ts";

/** The tables of a run for a terminal. */
export function textReport(run: Comparison): string {
  const lines = heading(run);
  for (const { work, rows, wrong } of run.results) {
    lines.push(
      "",
      work.title.padEnd(26) +
        "median        spread of rounds    candil takes … of its time   numbers apart by",
    );
    for (const row of rows) lines.push(textRow(row));
    for (const { contender, reason } of wrong) lines.push(`  ${contender.padEnd(24)}not timed: ${reason}`);
  }
  return [...lines, ...absences(run), ""].join("\n");
}

function textRow({ contender, time, ratio, difference }: Row): string {
  const cells = [
    `  ${contender.padEnd(20)}`,
    `${milliseconds(time.median)} ms`.padStart(12),
    range(time, milliseconds).padStart(22),
    (ratio === null ? "" : `${share(ratio.median)}  (${range(ratio, share)})`).padStart(28),
    difference.toExponential(0).padStart(18),
  ];
  return cells.join("");
}

/** The tables of a run in Markdown: one line for each work, one column for each engine. */
export function markdownReport(run: Comparison): string {
  const names = run.engines.map(({ name }) => name);
  const cell = (row: Row | undefined): string => {
    if (row === undefined) return "";
    const time = `${milliseconds(row.time.median)} ms`;
    if (row.contender === names[0] || row.ratio === null) return time;
    return `${time}<br>**${share(row.ratio.median)}** (${range(row.ratio, share)})`;
  };
  const lines = [
    ...heading(run).map((line) => `- ${line}`),
    "",
    `| | ${names.join(" | ")} |`,
    `| --- |${" --- |".repeat(names.length)}`,
    ...run.results.map(({ work, rows }) => {
      const cells = names.map((name) => cell(rows.find(({ contender }) => contender === name)));
      return `| ${work.title} | ${cells.join(" | ")} |`;
    }),
    "",
    "Bold is candil's time divided by the engine's: below 1, candil takes less. In brackets, the least and the most of the rounds.",
  ];
  const wrong = run.results.flatMap(({ work, wrong }) =>
    wrong.map(({ contender, reason }) => `- not timed: ${contender}, ${work.title}: ${reason}`),
  );
  return [
    ...lines,
    ...(wrong.length > 0 ? ["", ...wrong] : []),
    ...absences(run).map((line) => (line === "" ? line : `- ${line}`)),
    "",
  ].join("\n");
}

function heading({ at, machine, threads, processors, rounds, engines }: Comparison): string[] {
  const bound = processors === null ? "" : `, bound to processor ${processors}`;
  return [
    `${at.slice(0, 10)}; ${machine.processor}, ${machine.cores} cores, ${machine.system}`,
    `${threads} ${threads === 1 ? "thread" : "threads"} for each engine${bound}; ${rounds} rounds in turns`,
    ...engines.map(({ name, versions, threads: used, note }) => {
      const made = Object.entries(versions).map(([part, version]) => `${part} ${version}`);
      const differs = used === threads ? [] : [`${used} ${used === 1 ? "thread" : "threads"}`];
      return `${name}: ${[...made, ...(note === undefined ? [] : [note]), ...differs].join(", ")}`;
    }),
  ];
}

function absences({ notMeasured }: Comparison): string[] {
  if (notMeasured.length === 0) return [];
  return ["", ...notMeasured.map(({ contender, reason }) => `not measured: ${contender}: ${reason}`)];
}

/** Three digits that say something. */
function milliseconds(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function share(value: number): string {
  return value >= 0.1 ? value.toFixed(2) : value.toPrecision(2);
}

function range({ least, most }: Spread, format: (value: number) => string): string {
  return `${format(least)} … ${format(most)}`;
}
