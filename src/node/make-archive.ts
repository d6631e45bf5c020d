/**
 * @module
 * torch-model-archiver's work: checks, files, manifest, archive.
 */

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Manifest, Runtime } from "../archive/index.ts";
import { ArchiverError, collectArtifacts } from "./collect-artifacts.ts";
import type { Artifacts } from "./collect-artifacts.ts";
import { archivePath, writeArchive } from "./write-archive.ts";
import type { ArchiveFormat } from "./write-archive.ts";

/** The archiver whose manifests these are like. */
const ARCHIVER_VERSION = "0.12.0";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_\-.]*$/;

/** torch-model-archiver's flags. */
export interface MakeArchiveOptions extends Artifacts {
  readonly modelName: string;
  readonly version: string;
  readonly runtime?: Runtime;
  /** A folder that exists; the current one unless said. */
  readonly exportPath?: string;
  readonly format?: ArchiveFormat;
  /** Whether an archive that is there already may be replaced. */
  readonly force?: boolean;
}

/**
 * Makes a model archive from files, as torch-model-archiver 0.12 does, but reads and writes in memory: it has a folder of
 * that name in the temporary folder, and removes what it finds there.
 * @param warn called with what is odd but no failure
 * @returns where it was written
 * @throws ArchiverError in torch-model-archiver's words
 *
 * @example
 * await makeArchive({ modelName: "mnist", version: "1.0", modelFile: "mnist.py", serializedFile: "mnist_cnn.pt",
 *   handler: "mnist_handler.py", extraFiles: null, requirementsFile: null, configFile: null });
 */
export async function makeArchive(
  options: MakeArchiveOptions,
  warn: (message: string) => void = () => undefined,
): Promise<string> {
  const { modelName, exportPath = ".", format = "default", runtime = "python" } = options;
  const manifest = manifestOf(options, new Date());
  if (!NAME.test(modelName)) {
    throw new ArchiverError(
      "Model name contains special characters.\n" +
        "The allowed regular expression filter for model name is: ^[A-Za-z0-9][A-Za-z0-9_\\-.]*$",
    );
  }
  if (!(await isThere(exportPath, true))) {
    throw new ArchiverError(
      `Given export-path ${exportPath} is not a directory. Point to a valid export-path directory.`,
    );
  }
  const path = archivePath(exportPath, modelName, format);
  if (await isThere(path, false)) {
    if (options.force !== true) {
      throw new ArchiverError(
        `${path} already exists.\n` +
          "Please specify --force/-f option to overwrite the model archive output file.\n" +
          "See -h/--help for more details.",
      );
    }
    warn(`Overwriting ${path} ...`);
  }
  return writeArchive(exportPath, manifest, await collectArtifacts(options, runtime, warn), format);
}

function manifestOf(options: MakeArchiveOptions, now: Date): Manifest {
  const baseOrNull = (path: string | null): string | null => (path === null ? null : basename(path));
  return {
    createdOn: dateText(now),
    runtime: options.runtime ?? "python",
    model: {
      modelName: options.modelName,
      modelVersion: options.version,
      handler: basename(options.handler),
      serializedFile: baseOrNull(options.serializedFile),
      modelFile: baseOrNull(options.modelFile),
      requirementsFile: baseOrNull(options.requirementsFile),
      configFile: baseOrNull(options.configFile),
    },
    archiverVersion: ARCHIVER_VERSION,
  };
}

/** `dd/mm/yyyy HH:MM:SS` in local time. */
function dateText(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = [two(now.getDate()), two(now.getMonth() + 1), now.getFullYear()].join("/");
  return `${date} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":")}`;
}

async function isThere(path: string, folder: boolean): Promise<boolean> {
  try {
    const info = await stat(path);
    return !folder || info.isDirectory();
  } catch {
    return false;
  }
}
