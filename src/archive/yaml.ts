/**
 * @module
 * YAML that can do no harm: the core schema, no tags, few aliases, maps that are Maps.
 */

import { isAlias, isCollection, isNode, parseAllDocuments, visit } from "yaml";
import type { Document } from "yaml";
import { decodeUtf8 } from "../bytes/byte-reader.ts";
import { FormatError } from "../errors.ts";

/** A value of a YAML file. */
export type YamlValue = null | boolean | number | string | YamlValue[] | Map<YamlValue, YamlValue>;

const MAX_YAML_BYTES = 16 * 2 ** 10;
const MAX_YAML_DEPTH = 32;
const MAX_ALIASES = 100;
/** Brackets or dashes in a row that are parsed at all: the parser's time grows with the square of their number. */
const MAX_OPEN = 500;

/**
 * Parses a file of one YAML document.
 * @throws FormatError when it is no YAML, has tags, or is too large, too deep or too often referred to
 */
export function parseYaml(name: string, bytes: Uint8Array): YamlValue {
  if (bytes.length > MAX_YAML_BYTES) {
    throw new FormatError(`${name}: expected at most ${MAX_YAML_BYTES} bytes, got ${bytes.length}`);
  }
  const text = decodeUtf8(bytes);
  if (text === null) throw new FormatError(`${name}: is not UTF-8 text`);
  if (openings(text) > MAX_OPEN) throw new FormatError(`${name}: nests deeper than ${MAX_YAML_DEPTH} levels`);
  try {
    return valueOf(name, text);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    // The parser recurses: what nests a thousand levels deep ends its stack. Aliases beyond the limit end it too.
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw new FormatError(`${name}: is not YAML that can be read: ${reason}`, { cause: error });
  }
}

function valueOf(name: string, text: string): YamlValue {
  const documents = parseAllDocuments(text, {
    schema: "core",
    merge: false,
    logLevel: "silent",
    // Every error would come with an excerpt: time that grows with their number times the text.
    prettyErrors: false,
  });
  if (!Array.isArray(documents) || documents.length === 0) return null;
  if (documents.length > 1) {
    throw new FormatError(`${name}: expected one YAML document, got ${documents.length}`);
  }
  const [document] = documents;
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const line = text.slice(0, problem.pos[0]).split("\n").length;
    throw new FormatError(`${name}:${line}: ${problem.message}`);
  }
  checkNodes(name, document);
  return document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES }) as YamlValue;
}

/** More levels than the text can have: brackets that are open at once, and entries opened in one line. */
function openings(text: string): number {
  let open = 0;
  let most = 0;
  for (const { 0: sign } of text.matchAll(/[[\]{}]/g)) {
    if (sign === "]" || sign === "}") open = Math.max(0, open - 1);
    else most = Math.max(most, ++open);
  }
  const inLine = text.split("\n").map((line) => line.match(/[-?]\s/g)?.length ?? 0);
  return inLine.reduce((max, count) => Math.max(max, count), most);
}

function checkNodes(name: string, document: Document): void {
  visit(document, {
    Node: (_, node, path) => {
      if (path.filter((above) => isCollection(above)).length > MAX_YAML_DEPTH) {
        throw new FormatError(`${name}: nests deeper than ${MAX_YAML_DEPTH} levels`);
      }
      if (isNode(node) && !isAlias(node) && node.tag !== undefined) {
        throw new FormatError(`${name}: has the tag ${String(node.tag)}; tags are not read`);
      }
    },
  });
}
