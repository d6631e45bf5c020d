/** @module The names that Python code has without an import, and the methods of the built-in types. */

import type { BuiltinMethods } from "../machine.ts";
import type { Value } from "../values/object.ts";
import { dictMethods, listMethods, setMethods, tupleMethods } from "./container-methods.ts";
import { exceptionClasses } from "./exceptions.ts";
import { builtinFunctions } from "./functions.ts";
import { bytesMethods, intMethods, strMethods } from "./text-methods.ts";
import { builtinTypes } from "./types.ts";

/** The built-in names. */
export const builtins: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...builtinFunctions,
  ...Object.entries(builtinTypes),
  ...exceptionClasses,
]);

/** The methods of the built-in types. */
export const builtinMethods: BuiltinMethods = {
  str: strMethods,
  int: intMethods,
  bytes: bytesMethods,
  list: listMethods,
  tuple: tupleMethods,
  dict: dictMethods,
  set: setMethods,
};

export { typeOf } from "./types.ts";
