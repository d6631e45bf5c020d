/**
 * @module
 * A model archive to a model that answers: weights, the module of its model file, and its handler, both read from Python
 * source without executing it.
 */

import { noGrad } from "../autograd/grad-mode.ts";
import { readArchive, zipFiles } from "../archive/index.ts";
import type { ModelArchive } from "../archive/index.ts";
import { decodeUtf8 } from "../bytes/byte-reader.ts";
import { loadCheckpoint } from "../checkpoint/index.ts";
import type { StateDict } from "../checkpoint/index.ts";
import { CandilError, FormatError } from "../errors.ts";
import { moduleFromSource, PythonError, SourceModule } from "../python/index.ts";
import type { Machine } from "../python/machine.ts";
import { SourceFiles } from "../python/source-files.ts";
import type { FindFile } from "../python/source-files.ts";
import { createMachine } from "../python/vocabulary.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { capture } from "../runtime/index.ts";
import type { Handler, HandlerContext } from "./handler.ts";
import { handlerNamed, unknownHandler } from "./handlers.ts";
import { Model } from "./model.ts";
import { moduleFor } from "./modules.ts";
import type { Classifier } from "./modules.ts";
import { attempt, probe } from "./probe.ts";
import type { Example } from "./probe.ts";
import { handlerFromSource } from "./source/handler-from-source.ts";
import { handlerVocabulary } from "./source/vocabulary.ts";

/** What may be said otherwise than the archive says it. */
export interface LoadArchiveOptions {
  /** The name under which it is served; that of the manifest unless said. */
  readonly name?: string;
  readonly version?: string;
  /** In the place of the manifest's. */
  readonly handler?: string;
  /** Whether the model is loaded only to know whether it can be: no plan is made, which for a deep net is most of the time. */
  readonly trial?: boolean;
  /** Receives what the source prints. */
  readonly print?: (line: string) => void;
}

/**
 * A model from an opened archive. As TorchServe's `BaseHandler.initialize` loads it: an instance of the model file's class,
 * made without arguments, that takes the weights of the serialized file, in evaluation mode.
 * @throws FormatError when the archive lacks a model file or a handler
 * @throws PythonError when model file or handler are outside of the subset: file, line, construct and a way out
 * @throws StateDictError when the weights are another module's
 */
export function loadArchive(archive: ModelArchive, options: LoadArchiveOptions = {}): Model {
  const { manifest, labels, config } = archive;
  checkRuntime(archive);
  const name = options.name ?? manifest.model.modelName;
  const state = weightsOf(archive);
  const module = moduleOf(archive, state, options);
  const handler = handlerOf(archive, module, options);
  const eager = (x: Tensor): Tensor => module.forward(x);
  const forward = capture(eager);
  const version = options.version ?? manifest.model.modelVersion;
  const context: HandlerContext = { modelName: name, version, forward, labels, config: config.all };
  handler.initialize(context);
  const { input, classes, example } = probe({
    eager,
    forward: options.trial === true ? eager : forward,
    preprocess: (image) => handler.preprocess({ data: image }, context),
    state: state ?? module.stateDict(),
  });
  if (example !== null) tryAnswer(handler, context, example);
  return new Model({
    name,
    version,
    description: `${manifest.model.modelFile ?? "a model"} of a model archive`,
    forward,
    input,
    handler,
    handlerReady: true,
    classes: classNames(classes, labels),
    labels,
    config: config.all,
  });
}

/** What the handler's own steps cannot do is better known now than at the first request. */
function tryAnswer(handler: Handler, context: HandlerContext, { batch, output }: Example): void {
  attempt(() => noGrad(() => handler.postprocess(handler.inference?.(batch, context) ?? output, context)));
}

/**
 * What keeps candil from serving an archive: file, line, construct and a way out of each place in its Python sources; or, where
 * those can be read, what prevents the model from being loaded.
 */
export function problemsWith(archive: ModelArchive): string[] {
  const { modelFile } = archive.manifest.model;
  const model =
    modelFile === null
      ? []
      : problemsOf(() => {
          const source = textOf(archive, modelFile);
          if (moduleFor(source) === null) fromSource(archive, source, modelFile, false, {});
        });
  const { handler } = archive.manifest.model;
  const found = [...model, ...(handler === null ? [] : problemsOf(() => handlerOf(archive, null, {})))];
  return found.length > 0 ? found : problemsOf(() => loadArchive(archive, { trial: true }));
}

function problemsOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof PythonError) return [error, ...error.further].map(({ message }) => message);
    if (error instanceof CandilError) return [error.message];
    throw error;
  }
}

/** A model from the bytes of a `.mar`; see {@link loadArchive}. */
export function loadArchiveBytes(bytes: Uint8Array, options: LoadArchiveOptions = {}): Model {
  return loadArchive(readArchive(zipFiles(bytes)), options);
}

function checkRuntime({ manifest }: ModelArchive): void {
  if (manifest.runtime !== "LSP") return;
  throw new FormatError(
    "the archive's runtime is LSP, a C++ handler in native code, which candil does not run",
  );
}

function weightsOf({ files, manifest }: ModelArchive): StateDict | null {
  const { serializedFile } = manifest.model;
  if (serializedFile === null) return null;
  return about(serializedFile, () => loadCheckpoint(files.read(serializedFile)).stateDict);
}

function moduleOf(archive: ModelArchive, state: StateDict | null, options: LoadArchiveOptions): Classifier {
  const { modelFile, serializedFile } = archive.manifest.model;
  if (modelFile === null) {
    throw new FormatError(
      `the archive has no model file, so that ${serializedFile ?? "its weights"} would have to be TorchScript, which is not ` +
        "read. Make the archive with --model-file and a state_dict",
    );
  }
  const source = textOf(archive, modelFile);
  const make = moduleFor(source);
  const module = make === null ? fromSource(archive, source, modelFile, state === null, options) : make();
  if (state !== null) module.loadStateDict(state);
  module.eval();
  module.requiresGrad_(false);
  return module;
}

function fromSource(
  archive: ModelArchive,
  source: string,
  file: string,
  initialize: boolean,
  { print }: LoadArchiveOptions,
): SourceModule {
  return moduleFromSource({
    source,
    file,
    initialize,
    files: pythonFiles(archive),
    vocabulary: handlerVocabulary,
    ...(print === undefined ? {} : { print }),
  });
}

/** `file`, `file.py` or `file:function` of the archive; else a handler of that name. */
function handlerOf(archive: ModelArchive, module: Classifier | null, options: LoadArchiveOptions): Handler {
  const given = options.handler ?? archive.manifest.model.handler;
  if (given === null) {
    throw new FormatError(
      "the archive names no handler; give one: image_classifier, base_handler, or a file in it",
    );
  }
  const [stem, functionName = null] = given.split(":", 2);
  const file = `${stem.replace(/\.py$/, "").replace(/^.*\//, "")}.py`;
  if (archive.files.size(file) === undefined) {
    const named = handlerNamed(stem);
    if (named === undefined) throw unknownHandler(given);
    return named;
  }
  const instance = module instanceof SourceModule ? module.instance : null;
  return handlerFromSource({
    source: textOf(archive, file),
    file,
    functionName,
    machine: module instanceof SourceModule ? module.machine : handlerMachine(archive),
    model: instance,
    manifest: archive.manifest,
  });
}

/** A machine for a handler whose model is in TypeScript, or unknown. */
function handlerMachine(archive: ModelArchive): Machine {
  const machine = createMachine(handlerVocabulary);
  new SourceFiles(machine, pythonFiles(archive));
  return machine;
}

/** What the archive's Python files may import of each other. */
function pythonFiles(archive: ModelArchive): FindFile {
  return (name) => (archive.files.size(name) === undefined ? undefined : textOf(archive, name));
}

function textOf({ files }: ModelArchive, name: string): string {
  const text = decodeUtf8(files.read(name));
  if (text === null) throw new FormatError(`${name}: is not UTF-8 text`);
  return text;
}

function classNames(count: number | null, labels: ReadonlyMap<string, string> | null): string[] {
  const known = count ?? labels?.size ?? 0;
  return Array.from({ length: known }, (_, i) => labels?.get(String(i)) ?? String(i));
}

function about<T>(file: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof CandilError && !error.message.startsWith(file)) {
      throw new FormatError(`${file}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
