/**
 * @module
 * A Dockerfile as steps: enough of its syntax for the one in deploy/.
 */

/** One stage: what it begins with and what it does. */
export interface Stage {
  readonly name: string | null;
  readonly from: string;
  readonly steps: readonly Step[];
}

/** One instruction. Arrays are those of the JSON form, or the words of the other. */
export type Step =
  | {
      readonly kind: "COPY";
      readonly from: string | null;
      readonly sources: readonly string[];
      readonly to: string;
    }
  | { readonly kind: "RUN"; readonly command: string }
  | { readonly kind: "WORKDIR" | "USER"; readonly value: string }
  | { readonly kind: "ENTRYPOINT" | "CMD" | "EXPOSE"; readonly words: readonly string[] }
  | { readonly kind: "ENV" | "LABEL"; readonly values: Readonly<Record<string, string>> };

/** The instructions of one kind. */
type StepOf<Kind, Any = Step> = Any extends { readonly kind: infer Own }
  ? Kind extends Own
    ? Any
    : never
  : never;

/** A stage's instructions of one kind, in order. */
export function stepsOf<Kind extends Step["kind"]>({ steps }: Stage, kind: Kind): StepOf<Kind>[] {
  return steps.filter((step): step is Step & StepOf<Kind> => step.kind === kind);
}

/** Reads it. @throws Error naming the line that it does not know */
export function parseDockerfile(text: string): Stage[] {
  const args = new Map<string, string>();
  const stages: { name: string | null; from: string; steps: Step[] }[] = [];
  const lines = text
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  for (const line of lines) {
    const [, instruction, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (instruction === "ARG") {
      const [name, value = ""] = rest.split("=");
      args.set(name, value);
    } else if (instruction === "FROM") {
      const from = rest.replace(/\$\{(\w+)\}/g, (_, name: string) => args.get(name) ?? "");
      const [base, name] = from.split(/\s+AS\s+/);
      stages.push({ name: name ?? null, from: base, steps: [] });
    } else {
      const step = instruction === undefined ? null : stepOf(instruction, rest);
      if (step === null || stages.length === 0) throw new Error(`Dockerfile: cannot read "${line}"`);
      stages[stages.length - 1].steps.push(step);
    }
  }
  return stages;
}

function stepOf(kind: string, rest: string): Step | null {
  switch (kind) {
    case "COPY": {
      const words = rest.split(/\s+/);
      const from = words[0].startsWith("--from=") ? words.shift()?.slice("--from=".length) : undefined;
      return { kind, from: from ?? null, sources: words.slice(0, -1), to: words[words.length - 1] };
    }
    case "RUN":
      return { kind, command: rest };
    case "WORKDIR":
    case "USER":
      return { kind, value: rest };
    case "ENTRYPOINT":
    case "CMD":
      return { kind, words: JSON.parse(rest) as string[] };
    case "EXPOSE":
      return { kind, words: rest.split(/\s+/) };
    case "ENV":
    case "LABEL":
      return { kind, values: pairs(rest) };
    default:
      return null;
  }
}

function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)].map(([, name, quoted, bare]) => [
      name,
      quoted ?? bare,
    ]),
  );
}

/** Whether a .dockerignore leaves a path in: the last pattern that fits it, or a folder above it, decides. */
export function isInContext(ignore: string, path: string): boolean {
  let kept = true;
  for (const line of ignore.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const pattern = line.replace(/^!/, "");
    if (pattern === "*" || path === pattern || path.startsWith(`${pattern}/`)) kept = line.startsWith("!");
  }
  return kept;
}
