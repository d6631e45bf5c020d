/**
 * @module
 * Model source in more than one file: what a file imports from those beside it.
 */

import type { Globals } from "./evaluate/frame.ts";
import { runProgram } from "./evaluate/program.ts";
import type { Machine } from "./machine.ts";
import { limitError } from "./python-error.ts";
import { Namespace } from "./values/namespace.ts";
import type { Value } from "./values/object.ts";
import { PyList, PyTuple } from "./values/sequences.ts";

/** Text of the file with this name, `blocks.py` or `nets/blocks.py`; undefined when there is none. */
export type FindFile = (name: string) => string | undefined;

/** Characters of all files that are imported: no more than one file may have. */
const MAX_CHARACTERS = 1_000_000;

/**
 * The files of one source. Each is run once, when it is first imported; two that import each other see what the other has
 * defined by then, as in Python. Names of the vocabulary come first: a file called `torch.py` is not found.
 */
export class SourceFiles {
  readonly #machine: Machine;
  readonly #find: FindFile;
  readonly #modules = new Map<string, FileModule>();
  #characters = 0;

  /** From now on the machine's imports look here. */
  constructor(machine: Machine, find: FindFile) {
    this.#machine = machine;
    this.#find = find;
    machine.importer = (path) => this.#module(path);
  }

  /** Runs a file whose text is known, and offers it to the others under its name. @throws PythonError */
  run(text: string, file: string): Globals {
    const name = file.replace(/^.*[\\/]/, "").replace(/\.py$/, "");
    return this.#run(name, text, file).globals;
  }

  /** A file, or a folder with or without an `__init__.py`. */
  #module(path: string): FileModule | undefined {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    if (!/^\w+(\.\w+)*$/.test(path)) return undefined;
    const stem = path.replaceAll(".", "/");
    for (const file of [`${stem}.py`, `${stem}/__init__.py`]) {
      const text = this.#find(file);
      if (text === undefined) continue;
      this.#characters += text.length;
      if (this.#characters > MAX_CHARACTERS) {
        throw limitError(`${file}: the imported files have more than ${MAX_CHARACTERS} characters in all`);
      }
      return this.#run(path, text, file);
    }
    return undefined;
  }

  #run(path: string, text: string, file: string): FileModule {
    const module = new FileModule(path);
    this.#modules.set(path, module);
    runProgram(this.#machine, text, file, path, module.globals);
    return module;
  }
}

/** A file as a module: its names as they are now. */
class FileModule extends Namespace {
  readonly globals: Globals = new Map();

  constructor(path: string) {
    super(path, []);
  }

  /** What `from module import *` takes. */
  override names(): string[] {
    const all = this.globals.get("__all__");
    const items = all instanceof PyList || all instanceof PyTuple ? all.items : null;
    return items?.filter((name): name is string => typeof name === "string") ?? [...this.globals.keys()];
  }

  override get(name: string): Value | undefined {
    return this.globals.get(name);
  }

  override attribute(machine: Machine, name: string): Value {
    return this.globals.get(name) ?? machine.findModule(`${this.path}.${name}`) ?? this.absent(name);
  }
}
