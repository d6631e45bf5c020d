/** @module Who is measured, and how each is started. */

import { existsSync } from "node:fs";
import { join } from "node:path";

/** An engine in a process of its own. */
export interface Contender {
  /** Its name in tables and in `--only`. */
  readonly name: string;
  readonly program: string;
  /** What comes before the folder of the material and the number of threads. */
  readonly arguments: readonly string[];
}

/** Programs to run the engines with. */
export interface Programs {
  /** Node for everything that runs in Node; the newest of the installed ones unless said. */
  readonly node?: string | undefined;
  /** A second Node, to measure candil on it too. */
  readonly otherNode?: string | undefined;
  readonly python?: string | undefined;
}

const here = import.meta.dirname;
const inFolder = (...path: string[]): string => join(here, ...path);

/** The newest Node that is installed here, else the one that runs this. */
export function nodePath(): string {
  return firstThatExists(inFolder("node_modules/node-24/bin/node")) ?? process.execPath;
}

/** candil on the first Node: what all others are compared with. */
export const BASE = "candil";

/** Every contender. Those that cannot be started are found out when they are. */
export function contenders(programs: Programs): Contender[] {
  const node = programs.node ?? nodePath();
  const other = programs.otherNode ?? firstThatExists(inFolder("node_modules/node-20/bin/node"));
  const python = programs.python ?? firstThatExists(inFolder(".venv/bin/python")) ?? "python3";
  const inNode = (name: string, file: string, program = node): Contender => ({
    name,
    program,
    arguments: ["--import", "tsx", inFolder("engines", file)],
  });
  const inPython = (name: string, file: string): Contender => ({
    name,
    program: python,
    arguments: [inFolder("engines", file)],
  });
  return [
    inNode(BASE, "candil.ts"),
    ...(other === undefined ? [] : [inNode("candil-older-node", "candil.ts", other)]),
    inPython("pytorch", "pytorch.py"),
    inPython("onnxruntime", "onnxruntime_native.py"),
    inNode("onnxruntime-node", "onnxruntime-node.js"),
    inNode("onnxruntime-web", "onnxruntime-web.js"),
    inNode("tfjs-wasm", "tfjs-wasm.js"),
    inNode("jax-js", "jax-js.js"),
  ];
}

function firstThatExists(...paths: readonly string[]): string | undefined {
  return paths.find((path) => existsSync(path));
}
