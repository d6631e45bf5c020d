/**
 * @module
 * All that Python code finds without anybody adding to it.
 */

import { builtinMethods, builtins, typeOf } from "./builtins/index.ts";
import { Machine } from "./machine.ts";
import type { MachineLimits, Vocabulary } from "./machine.ts";
import { standardModules } from "./standard/modules.ts";
import { torchModules } from "./torch/namespaces.ts";
import { torchvisionModules } from "./torchvision/namespaces.ts";
import type { Namespace } from "./values/namespace.ts";
import type { PyObject } from "./values/object.ts";

/** Modules under their dotted names. */
export function moduleMap(namespaces: Iterable<Namespace>): Map<string, PyObject> {
  return new Map([...namespaces].map((namespace): [string, PyObject] => [namespace.path, namespace]));
}

/** The language's own names, part of its standard library, torch and torchvision. */
export const defaultVocabulary: Vocabulary = {
  builtins,
  methods: builtinMethods,
  typeOf,
  modules: moduleMap([...standardModules, ...torchModules, ...torchvisionModules]),
};

/**
 * A machine for one source.
 * @param more namespaces beside those of {@link defaultVocabulary}, or in the place of some of them
 */
export function createMachine(more: Iterable<Namespace> = [], limits: Partial<MachineLimits> = {}): Machine {
  const modules = new Map([...defaultVocabulary.modules, ...moduleMap(more)]);
  return new Machine({ ...defaultVocabulary, modules }, limits);
}
