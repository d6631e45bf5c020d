/**
 * @module
 * All that a handler file may import beside what model files may.
 */

import type { Namespace } from "../../python/values/namespace.ts";
import { captumModules } from "./captum.ts";
import { pictureModules } from "./pictures.ts";
import { transforms } from "./transforms.ts";
import { tsModules } from "./ts-modules.ts";

/** Namespaces for `moduleFromSource` and the machine that it makes. */
export const handlerVocabulary: readonly Namespace[] = [
  transforms,
  ...pictureModules,
  ...captumModules,
  ...tsModules,
];
