/**
 * @module
 * model-config.yaml: how a model wants to be served. TorchServe's front end takes these keys; the whole file goes to the
 * handler beside that.
 */

import { FormatError } from "../errors.ts";
import { parseYaml } from "./yaml.ts";
import type { YamlValue } from "./yaml.ts";

/** The keys of model-config.yaml that a server honours; what is absent was not given, or not rightly. */
export interface ModelConfig {
  readonly minWorkers?: number;
  readonly maxWorkers?: number;
  readonly batchSize?: number;
  /** Milliseconds. */
  readonly maxBatchDelay?: number;
  /** Seconds. */
  readonly responseTimeout?: number;
  /** Seconds. */
  readonly startupTimeout?: number;
  readonly deviceType?: string;
  readonly deviceIds?: readonly number[];
  readonly parallelType?: string;
  readonly parallelLevel?: number;
  /** Seconds. */
  readonly maxRetryTimeoutInSec?: number;
  /** Milliseconds; 0 is no limit. */
  readonly clientTimeoutInMills?: number;
  readonly jobQueueSize?: number;
  readonly useJobTicket?: boolean;
  readonly sequenceMaxIdleMSec?: number;
  readonly sequenceTimeoutMSec?: number;
  readonly maxSequenceJobQueueSize?: number;
  readonly maxNumSequence?: number;
  readonly continuousBatching?: boolean;
  readonly sequenceBatching?: boolean;
  readonly asyncCommunication?: boolean;
  readonly useVenv?: boolean;
}

/** A model-config.yaml, read. */
export interface ModelConfigFile {
  readonly config: ModelConfig;
  /** The whole file, for the handler; empty when it could not be parsed. */
  readonly all: ReadonlyMap<YamlValue, YamlValue>;
  /** What was ignored, and why. */
  readonly notes: readonly string[];
}

type Rule = (value: YamlValue) => { readonly value: unknown } | string;

/** An integer; below `least` it counts as `least`, as TorchServe's setters have it. */
const integer =
  (least: number, says = "should be integer"): Rule =>
  (value) =>
    isInteger(value) ? { value: Math.max(least, value) } : says;

/** An integer that is dropped when it is below `least`. */
const integerFrom =
  (least: number, says = "should be integer"): Rule =>
  (value) =>
    isInteger(value) && value >= least ? { value } : says;

const truth: Rule = (value) => (typeof value === "boolean" ? { value } : "should be true or false");

const word =
  (words: readonly string[]): Rule =>
  (value) =>
    typeof value === "string" && words.includes(value.toLowerCase())
      ? { value: value.toLowerCase() }
      : `should be ${words.join(", ")}`;

const integers: Rule = (value) =>
  Array.isArray(value) && value.every(isInteger) ? { value } : "should be list of integer";

const rules: Readonly<Record<keyof ModelConfig, Rule>> = {
  minWorkers: integer(1),
  maxWorkers: integerFrom(0),
  batchSize: integer(1),
  maxBatchDelay: integerFrom(0),
  responseTimeout: integerFrom(1),
  startupTimeout: integerFrom(1),
  deviceType: word(["cpu", "gpu"]),
  deviceIds: integers,
  parallelType: word(["pp", "tp", "pptp", "custom"]),
  parallelLevel: integerFrom(0),
  maxRetryTimeoutInSec: integer(0),
  clientTimeoutInMills: integer(0, "should be positive long"),
  jobQueueSize: integerFrom(1, "should be positive int"),
  useJobTicket: truth,
  sequenceMaxIdleMSec: integer(0, "should be positive int"),
  sequenceTimeoutMSec: integer(0, "should be positive int"),
  maxSequenceJobQueueSize: integer(1, "should be positive int"),
  maxNumSequence: integer(1, "should be positive int"),
  continuousBatching: truth,
  sequenceBatching: truth,
  asyncCommunication: truth,
  useVenv: truth,
};

/** Keys that serve models larger than one machine, or another kind of model. */
const withoutEffect: readonly string[] = [
  "deviceIds",
  "parallelType",
  "parallelLevel",
  "torchrun",
  "sequenceMaxIdleMSec",
  "sequenceTimeoutMSec",
  "maxSequenceJobQueueSize",
  "maxNumSequence",
  "continuousBatching",
  "sequenceBatching",
  "asyncCommunication",
  "useVenv",
];

/**
 * Reads a model-config.yaml. As in TorchServe, a wrong type is noted and ignored, and a file that is no YAML is noted and
 * counts as empty: a server with its defaults is better than none.
 */
export function readModelConfig(name: string, bytes: Uint8Array): ModelConfigFile {
  let root: YamlValue;
  try {
    root = parseYaml(name, bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { config: {}, all: new Map(), notes: [`${error.message}; defaults are taken in its place`] };
  }
  if (root === null) return { config: {}, all: new Map(), notes: [] };
  if (!(root instanceof Map)) {
    return {
      config: {},
      all: new Map(),
      notes: [`${name}: expected keys and values; defaults are taken in their place`],
    };
  }
  return { ...pick(name, root), all: root };
}

function pick(
  name: string,
  root: ReadonlyMap<YamlValue, YamlValue>,
): Pick<ModelConfigFile, "config" | "notes"> {
  const config: Partial<Record<keyof ModelConfig, unknown>> = {};
  const notes: string[] = [];
  for (const [key, value] of root) {
    if (isKey(key)) {
      const read = rules[key](value);
      if (typeof read === "string")
        notes.push(`${name}: Invalid ${key}: ${show(value)}, ${read}; it is ignored`);
      else config[key] = read.value;
    }
    if (typeof key === "string" && withoutEffect.includes(key)) {
      notes.push(`${name}: ${key} has no effect: candil serves image classifiers on this machine's cores`);
    }
  }
  // Each value went through its key's own rule.
  return { config: config as ModelConfig, notes };
}

function isKey(key: YamlValue): key is keyof ModelConfig {
  return typeof key === "string" && Object.hasOwn(rules, key);
}

function isInteger(value: YamlValue): value is number {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 31;
}

function show(value: YamlValue): string {
  if (value instanceof Map) return "a map";
  return Array.isArray(value) ? "a list" : JSON.stringify(value).slice(0, 60);
}
