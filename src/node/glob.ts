/**
 * @module
 * File patterns as Python's `glob.glob` understands them.
 */

import { readdir, stat } from "node:fs/promises";

/** Whether a name is a pattern to torch-model-archiver. */
export function hasWildcard(name: string): boolean {
  return /[*?]/.test(name) || (name.includes("[") && name.includes("]"));
}

/**
 * The files and folders that a pattern names, sorted: `*` and `?` within one component, `[abc]`, `[a-z]` and `[!abc]`.
 * `**` is `*`, and a leading dot has to be spelled out, as in Python.
 */
export async function glob(pattern: string): Promise<string[]> {
  const [first, ...parts] = pattern.split("/");
  let found = first === "" ? ["/"] : await matches("", first);
  for (const part of parts.filter((component) => component !== "")) {
    found = (await Promise.all(found.map((folder) => matches(folder, part)))).flat();
  }
  return found.sort();
}

async function matches(folder: string, part: string): Promise<string[]> {
  const prefix = folder === "" || folder.endsWith("/") ? folder : `${folder}/`;
  if (!hasWildcard(part)) return (await exists(prefix + part)) ? [prefix + part] : [];
  const expression = expressionOf(part);
  const names = await namesIn(folder === "" ? "." : folder);
  return names
    .filter((name) => (!name.startsWith(".") || part.startsWith(".")) && expression.test(name))
    .map((name) => prefix + name);
}

/** A pattern of one component as a regular expression; what it does not know stands for itself. */
function expressionOf(part: string): RegExp {
  const source = part.replace(
    /\*+|\?|\[(!?)(\]?[^\]]*)\]|[^*?[]|\[/g,
    (token, not?: string, set?: string) => {
      if (token.startsWith("*")) return "[^/]*";
      if (token === "?") return "[^/]";
      if (set !== undefined) return `[${not === "!" ? "^" : ""}${set.replace(/[\\\]^[]/g, "\\$&")}]`;
      return token.replace(/[\\^$.|+(){}[\]/]/g, "\\$&");
    },
  );
  return new RegExp(`^${source}$`, "su");
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
