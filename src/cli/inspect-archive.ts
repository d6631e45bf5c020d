/**
 * @module
 * `candil inspect` of a model archive: what it says of itself, its files, and its weights.
 */

import type { ModelArchive } from "../archive/index.ts";
import { describeCheckpoint } from "../checkpoint/index.ts";
import type { CheckpointDescription } from "../checkpoint/index.ts";
import { CandilError } from "../errors.ts";
import { problemsWith } from "../model/load-archive.ts";

/** A model archive for people and, as JSON, for programs. */
export interface ArchiveDescription {
  readonly format: "mar";
  readonly manifest: ModelArchive["manifest"];
  readonly files: readonly { readonly name: string; readonly size: number }[];
  readonly config: ModelArchive["config"]["config"];
  readonly classes: number | null;
  /** Null without weights, or when they cannot be read; `unsupported` says why. */
  readonly weights: CheckpointDescription | null;
  readonly notes: readonly string[];
  /** What keeps candil from serving it. */
  readonly unsupported: readonly string[];
}

/** Describes an archive, which is loaded to see whether it can be served. */
export function describeArchive(archive: ModelArchive): ArchiveDescription {
  const { manifest, files, config, labels, notes } = archive;
  const { serializedFile } = manifest.model;
  const unsupported: string[] = [];
  const weights = serializedFile === null ? null : weightsOf(archive, serializedFile, unsupported);
  return {
    format: "mar",
    manifest,
    files: files.names.map((name) => ({ name, size: files.size(name) ?? 0 })),
    config: config.config,
    classes: labels?.size ?? null,
    weights,
    notes: [...notes, ...(weights?.notes ?? [])],
    unsupported: [...new Set([...unsupported, ...(weights?.unsupported ?? []), ...problemsWith(archive)])],
  };
}

function weightsOf(
  { files }: ModelArchive,
  name: string,
  unsupported: string[],
): CheckpointDescription | null {
  try {
    return describeCheckpoint(files.read(name));
  } catch (error) {
    if (!(error instanceof CandilError)) throw error;
    unsupported.push(`${name}: ${error.message}`);
    return null;
  }
}

/** The description's head for people: everything but the table of tensors. */
export function archiveHead({ manifest, files, config, classes }: ArchiveDescription): string[] {
  const { model, runtime, createdOn, archiverVersion } = manifest;
  const fields: readonly (readonly [string, string | null])[] = [
    ["model", `${model.modelName}, version ${model.modelVersion}`],
    ["handler", model.handler],
    ["model file", model.modelFile],
    ["weights", model.serializedFile],
    ["configuration", model.configFile],
    ["runtime", runtime],
    ["made", createdOn === null ? null : `${createdOn} by archiver ${archiverVersion ?? "?"}`],
    ["class names", classes === null ? null : String(classes)],
    ...Object.entries(config).map(([key, value]) => [key, String(value)] as const),
    ["files", files.map(({ name, size }) => `${name} (${size.toLocaleString("en")})`).join(", ")],
  ];
  return fields.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(14)} ${value}`]));
}
