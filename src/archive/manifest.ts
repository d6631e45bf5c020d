/**
 * @module
 * MAR-INF/MANIFEST.json: what a model archive says about itself.
 */

import { FormatError } from "../errors.ts";
import { isJsonObject, kindOf, parseJsonObject } from "./json-text.ts";
import type { JsonObject } from "./json-text.ts";

/** Where the manifest is. */
export const MANIFEST_NAME = "MAR-INF/MANIFEST.json";

/** Bytes of a manifest; real ones have a few hundred. */
const MAX_MANIFEST_BYTES = 2 ** 20;

/** What an archive's handler runs on: only Python source is known to candil. */
export const runtimes = ["python", "python3", "LSP"] as const;

/** One of {@link runtimes}. */
export type Runtime = (typeof runtimes)[number];

/** The model of a {@link Manifest}. File names are those of the archive's files. */
export interface ManifestModel {
  readonly modelName: string;
  readonly modelVersion: string;
  /** A built-in handler's name, or a file of the archive, with or without `.py`, and perhaps `:function`. */
  readonly handler: string | null;
  /** Weights. */
  readonly serializedFile: string | null;
  /** Source of the module's class. */
  readonly modelFile: string | null;
  readonly requirementsFile: string | null;
  /** YAML, see `readModelConfig`. */
  readonly configFile: string | null;
}

/** A manifest, in the fields of torch-model-archiver 0.2 and later. */
export interface Manifest {
  readonly createdOn: string | null;
  readonly runtime: Runtime;
  readonly model: ManifestModel;
  /** The version of the archiver that wrote it; null in archives from before 0.2. */
  readonly archiverVersion: string | null;
}

/**
 * Reads a manifest. Keys that are not known are ignored, as TorchServe does; `specificationVersion`,
 * `implementationVersion` and `modelServerVersion` of older archives are among them.
 * @returns the manifest, and what a person should know about it
 * @throws FormatError in TorchServe's words where it refuses the same
 */
export function parseManifest(bytes: Uint8Array): { manifest: Manifest; notes: string[] } {
  const root = parseJsonObject(MANIFEST_NAME, bytes, MAX_MANIFEST_BYTES);
  if (!isJsonObject(root["model"])) throw wrong("Missing Model entry in manifest file.");
  const model = root["model"];
  const manifest: Manifest = {
    createdOn: textOrNull(root, "createdOn"),
    runtime: runtimeOf(root),
    model: {
      modelName: text(model, "modelName", "Model name is not defined."),
      modelVersion: text(model, "modelVersion", "Model version is not defined."),
      handler: textOrNull(model, "handler"),
      serializedFile: textOrNull(model, "serializedFile"),
      modelFile: textOrNull(model, "modelFile"),
      requirementsFile: textOrNull(model, "requirementsFile"),
      configFile: textOrNull(model, "configFile"),
    },
    archiverVersion: textOrNull(root, "archiverVersion"),
  };
  return { manifest, notes: notesOf(manifest) };
}

/**
 * The manifest of an archive without one, as TorchServe assumes it: Python, version 1.0, and the file's name with other
 * characters than letters, digits and `_` replaced by `_`.
 * @param fileName the name of the archive's file, with its extension
 * @param handler `default_service_handler` of config.properties, where it is set
 */
export function assumedManifest(fileName: string, handler: string | null = null): Manifest {
  const stem = fileName.replace(/\.(mar|model|tar\.gz|tgz)$/i, "");
  return {
    createdOn: null,
    runtime: "python",
    model: {
      modelName: stem.replace(/\W/g, "_"),
      modelVersion: "1.0",
      handler,
      serializedFile: null,
      modelFile: null,
      requirementsFile: null,
      configFile: null,
    },
    archiverVersion: null,
  };
}

/**
 * A manifest as torch-model-archiver writes it: keys in its order, two spaces, absent ones left out, ASCII alone.
 */
export function manifestText({ createdOn, runtime, model, archiverVersion }: Manifest): string {
  const { modelName, serializedFile, handler, modelFile, modelVersion, requirementsFile, configFile } = model;
  const fields = {
    modelName,
    serializedFile,
    handler,
    modelFile,
    modelVersion,
    requirementsFile,
    configFile,
  };
  // An empty text is absent to the archiver, but for the handler, which it always writes.
  const given = Object.entries(fields).filter(
    ([key, value]) => value !== null && (value !== "" || key === "handler"),
  );
  const whole = {
    ...(createdOn === null ? {} : { createdOn }),
    runtime,
    model: Object.fromEntries(given),
    ...(archiverVersion === null ? {} : { archiverVersion }),
  };
  return JSON.stringify(whole, null, 2).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function notesOf({ archiverVersion, createdOn, model }: Manifest): string[] {
  const notes: string[] = [];
  const advice = "Please upgrade to torch-model-archiver 0.2.0 or higher";
  if (archiverVersion === null) notes.push(`Model archive version is not defined. ${advice}`);
  if (createdOn === null) notes.push(`Model archive createdOn is not defined. ${advice}`);
  if (model.requirementsFile !== null) {
    notes.push(`${model.requirementsFile} is ignored: candil installs no Python packages and needs none`);
  }
  return notes;
}

function runtimeOf(root: JsonObject): Runtime {
  const given = textOrNull(root, "runtime") ?? "python";
  const runtime = runtimes.find((name) => name.toLowerCase() === given.toLowerCase());
  if (runtime === undefined) throw wrong(`Runtime is not defined or invalid.`, given);
  return runtime;
}

function text(from: JsonObject, key: string, otherwise: string): string {
  const value = textOrNull(from, key);
  if (value === null) throw wrong(otherwise);
  return value;
}

/** Numbers count as text: `"modelVersion": 2`. */
function textOrNull(from: JsonObject, key: string): string | null {
  const value = from[key];
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw wrong(`"${key}" must be text, got ${kindOf(value)}`);
}

function wrong(message: string, got?: string): FormatError {
  return new FormatError(
    `${MANIFEST_NAME}: ${message}${got === undefined ? "" : ` Got ${JSON.stringify(got)}, expected ${runtimes.join(", ")}.`}`,
  );
}
