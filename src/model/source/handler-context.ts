/**
 * @module
 * The `context` that TorchServe hands to a handler's `initialize`.
 */

import type { Manifest } from "../../archive/index.ts";
import type { Machine } from "../../python/machine.ts";
import { unsupported } from "../../python/python-error.ts";
import type { ModuleInstance } from "../../python/torch/module-instance.ts";
import { PyDict } from "../../python/values/dict.ts";
import { hostFunction } from "../../python/values/host-function.ts";
import { Namespace } from "../../python/values/namespace.ts";
import { PyObject } from "../../python/values/object.ts";
import type { Value } from "../../python/values/object.ts";
import type { HandlerContext } from "../handler.ts";
import { fromData } from "./to-json.ts";

/** What is known when a handler is initialised. */
export interface HandlerSetting {
  readonly context: HandlerContext;
  readonly manifest: Manifest;
  /** The module as Python's object; null for one that is written in TypeScript. */
  readonly model: ModuleInstance | null;
}

/** `ts.context.Context`. */
export class PyContext extends PyObject {
  override readonly typeName = "Context";
  readonly setting: HandlerSetting;

  constructor(setting: HandlerSetting) {
    super();
    this.setting = setting;
  }

  /** The archive's manifest, absent keys left out. */
  manifest(): Value {
    return fromData(withoutNulls(this.setting.manifest));
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    const { context } = this.setting;
    switch (name) {
      case "model_name":
        return context.modelName;
      case "manifest":
        return this.manifest();
      case "model_yaml_config":
        return fromData(context.config);
      case "system_properties":
        return systemProperties();
      case "metrics":
        return metrics;
      case "get_request_header":
        return hostFunction("get_request_header(index, key)", () => null);
      default:
        throw unsupported(`context.${name}`);
    }
  }
}

/** There is no folder: what is in the archive stays there. */
function systemProperties(): Value {
  return PyDict.fromStrings([
    ["model_dir", "."],
    ["gpu_id", null],
    ["batch_size", 1],
    ["server_name", "candil"],
    ["limit_max_image_pixels", true],
  ]);
}

function withoutNulls(manifest: Manifest): object {
  return JSON.parse(
    JSON.stringify(manifest, (_, value: unknown) => (value === null ? undefined : value)),
  ) as object;
}

/** Metrics of a handler's own are dropped. */
const metrics = new Namespace(
  "context.metrics",
  ["add_counter", "add_time", "add_size", "add_percent", "add_metric", "add_error"].map((name) => [
    name,
    hostFunction(`${name}(*args, **kwargs)`, () => null),
  ]),
);
