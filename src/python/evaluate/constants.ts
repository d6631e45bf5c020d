/**
 * @module
 * Constants to the values that they are.
 */

import type { Constant } from "../syntax/ast.ts";
import { PyFloat } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { PyBytes } from "../values/sequences.ts";
import { ELLIPSIS } from "../values/slices.ts";
import type { Evaluate } from "./frame.ts";

/** The value, made once. */
export function constant({ value }: Constant): Evaluate {
  const made = ((): Value => {
    switch (value.type) {
      case "int":
        return value.number;
      case "float":
        return new PyFloat(value.number);
      case "string":
        return value.text;
      case "bytes":
        return new PyBytes(value.bytes);
      case "None":
        return null;
      case "True":
        return true;
      case "False":
        return false;
      case "Ellipsis":
        return ELLIPSIS;
    }
  })();
  return () => made;
}
