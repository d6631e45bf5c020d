/**
 * @module
 * Draws a comparison as an SVG picture: a row for each work, a dot for each engine on an axis of milliseconds in which each
 * step is ten times the last. A line through a dot shows how far its rounds spread.
 */

import type { Comparison } from "../bench/peers/result.ts";
import type { Row, WorkResult } from "../bench/peers/rounds.ts";

/** Engines that are drawn, candil last so that nothing covers it, and their colours, which colour-blind people tell apart. */
const drawn: readonly { readonly name: string; readonly label: string; readonly colour: string }[] = [
  { name: "jax-js", label: "jax-js", colour: "#8c8c8c" },
  { name: "tfjs-wasm", label: "TensorFlow.js wasm", colour: "#cc79a7" },
  { name: "onnxruntime-web", label: "onnxruntime-web", colour: "#56b4e9" },
  { name: "onnxruntime", label: "onnxruntime, native", colour: "#0072b2" },
  { name: "pytorch", label: "PyTorch + Captum", colour: "#d55e00" },
  { name: "candil", label: "candil", colour: "#009e73" },
];

const WIDTH = 900;
const LEFT = 190;
const RIGHT = 215;
const TOP = 74;
const ROW = 44;
const BOTTOM = 46;

/** The picture's text. */
export function performanceChart(run: Comparison): string {
  const rows = run.results.filter(({ rows }) => rows.some(({ contender }) => contender === "candil"));
  const height = TOP + ROW * rows.length + BOTTOM;
  const times = rows.flatMap((result) => result.rows).flatMap(({ time }) => [time.least, time.most]);
  const [from, to] = [Math.floor(Math.log10(Math.min(...times))), Math.ceil(Math.log10(Math.max(...times)))];
  const x = (milliseconds: number): number =>
    LEFT + ((Math.log10(milliseconds) - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const present = drawn.filter(({ name }) => run.engines.some((engine) => engine.name === name));
  const threads = `${run.threads} ${run.threads === 1 ? "thread" : "threads"}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    "<title>Time of candil and other engines on the MNIST net; less is better</title>",
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>`,
    text(
      20,
      26,
      `The MNIST net, ${threads}, ${run.machine.processor}: milliseconds, less is better`,
      'font-weight="600"',
    ),
    ...legend(present),
    ...grid(from, to, x, height),
    ...rows.flatMap((result, i) => drawRow(result, TOP + ROW * (i + 0.5), x)),
    "</svg>",
    "",
  ].join("\n");
}

function legend(present: typeof drawn): string[] {
  let left = 20;
  return present.toReversed().flatMap(({ label, colour }) => {
    const at = left;
    left += 34 + 7.6 * label.length;
    return [`<circle cx="${at + 6}" cy="48" r="6" fill="${colour}"/>`, text(at + 17, 52.5, label)];
  });
}

function grid(from: number, to: number, x: (value: number) => number, height: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const value = 10 ** (from + i);
    const at = x(value).toFixed(1);
    const label = value >= 1000 ? `${value / 1000} s` : `${Number(value.toPrecision(1))} ms`;
    return [
      `<line x1="${at}" x2="${at}" y1="${TOP}" y2="${height - BOTTOM + 6}" stroke="#e0e0e0"/>`,
      text(x(value), height - BOTTOM + 24, label, 'text-anchor="middle" fill="#666666"'),
    ].join("\n");
  });
}

function drawRow({ work, rows }: WorkResult, y: number, x: (value: number) => number): string[] {
  const dots = drawn.flatMap(({ name, colour }) => {
    const row = rows.find(({ contender }) => contender === name);
    return row === undefined ? [] : [dot(row, y, x, colour)];
  });
  return [
    text(20, y + 4.5, work.title),
    ...dots,
    text(WIDTH - RIGHT + 22, y + 4.5, summary(rows), 'font-weight="600"'),
  ];
}

function dot({ contender, time }: Row, y: number, x: (value: number) => number, colour: string): string {
  const radius = contender === "candil" ? 8 : 6;
  const [least, middle, most] = [time.least, time.median, time.most].map((value) => x(value).toFixed(1));
  return [
    `<line x1="${least}" x2="${most}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2" stroke-opacity="0.5"/>`,
    `<circle cx="${middle}" cy="${y}" r="${radius}" fill="${colour}"/>`,
  ].join("\n");
}

/** candil's time, and its share of PyTorch's. */
function summary(rows: readonly Row[]): string {
  const own = rows.find(({ contender }) => contender === "candil");
  const ratio = rows.find(({ contender }) => contender === "pytorch")?.ratio?.median;
  const time = own === undefined ? "" : `${own.time.median.toPrecision(3)} ms`;
  return ratio === undefined ? time : `${time}, ${ratio.toFixed(2)} × PyTorch`;
}

function text(x: number, y: number, content: string, attributes = ""): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes === "" ? 'fill="#222222"' : attributes}>${escaped}</text>`;
}
