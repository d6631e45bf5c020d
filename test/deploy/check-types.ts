/**
 * @module
 * YAML against types: each document becomes a TypeScript literal of the type that it should have, and the compiler says what
 * does not fit. It refuses fields that the type does not have, which Kubernetes would ignore or refuse.
 */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** A value, and the type that it should have. */
export interface TypedValue {
  /** For messages: the file, and which document of it. */
  readonly name: string;
  /** As in `import type { Deployment } from "kubernetes-types/apps/v1.js"`. */
  readonly type: string;
  readonly from: string;
  readonly value: unknown;
}

const here = dirname(fileURLToPath(import.meta.url));

/** What does not fit, a line for each complaint: name, the compiler's words, and the line of the literal. */
export function typeComplaints(values: readonly TypedValue[]): string[] {
  const file = join(here, "values-to-check.ts");
  const starts: number[] = [];
  let source = "";
  values.forEach(({ type, from, value }, i) => {
    starts.push(source.length);
    source += `export const value${i}: import(${JSON.stringify(from)}).${type} = ${JSON.stringify(value, null, 2)};\n`;
  });
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    noLib: false,
    lib: ["lib.es5.d.ts"],
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const onDisk = { exists: host.fileExists.bind(host), read: host.readFile.bind(host) };
  host.fileExists = (path) => path === file || onDisk.exists(path);
  host.readFile = (path) => (path === file ? source : onDisk.read(path));
  const program = ts.createProgram([file], options, host);
  const text = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(text), ...program.getSemanticDiagnostics(text)].map(
    ({ messageText, start = 0 }) => {
      const at = starts.findLastIndex((begin) => begin <= start);
      const line = source.slice(source.lastIndexOf("\n", start) + 1, source.indexOf("\n", start)).trim();
      return `${values[at].name}: ${ts.flattenDiagnosticMessageText(messageText, " ")} (${line})`;
    },
  );
}
