/**
 * @module
 * Reading PyTorch's Python source. `values/object.ts` says how a host adds to what the source may use.
 */

export { moduleFromSource } from "./module-from-source.ts";
export type { ModuleSource } from "./module-from-source.ts";
export { PythonError } from "./python-error.ts";
export type { PythonErrorKind } from "./python-error.ts";
export type { MachineLimits } from "./machine.ts";
export type { Place } from "./syntax/source-text.ts";
export { SourceModule } from "./torch/module-instance.ts";
