/**
 * @module
 * Values as text under a format: f-strings, `str.format` and the % operator.
 */

import type { Machine } from "../machine.ts";
import { pythonFloat } from "../../nn/repr.ts";
import { kindOf, numberOf, PyFloat, toNumber } from "./numbers.ts";
import { PyDict } from "./dict.ts";
import { PyObject } from "./object.ts";
import type { Value } from "./object.ts";
import { getItem, repr, str } from "./protocol.ts";
import { raise } from "./raise.ts";
import { PyTuple } from "./sequences.ts";

/** What a format specification says. */
interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly width: number;
  readonly comma: boolean;
  readonly precision: number | null;
  readonly type: string;
}

const SPEC = /^(?:(.)?([<>=^]))?([+\- ])?#?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su;

/** `format(value, spec)`. */
export function formatValue(machine: Machine, value: Value, text: string): string {
  if (text === "") return str(machine, value);
  const own = value instanceof PyObject ? value.format(machine, text) : undefined;
  if (own !== undefined) return own;
  const match = SPEC.exec(text);
  if (match === null) raise("ValueError", `Invalid format specifier '${text}'`);
  const number = typeof value === "boolean" && match[8] === undefined ? undefined : numberOf(value);
  const spec: Spec = {
    fill: match[1] ?? (match[4] === "0" && match[2] === undefined ? "0" : " "),
    align: match[2] ?? (number === undefined ? "<" : match[4] === "0" ? "=" : ">"),
    sign: match[3] ?? "-",
    width: Number(match[5] ?? 0),
    comma: match[6] !== undefined,
    precision: match[7] === undefined ? null : Number(match[7]),
    type: match[8] ?? "",
  };
  machine.checkSize(Math.max(spec.width, spec.precision ?? 0), "str");
  if (number === undefined) {
    if (!(typeof value === "string" || typeof value === "boolean")) {
      raise("TypeError", `unsupported format string passed to ${kindOf(value)}.__format__`);
    }
    if (spec.type !== "" && spec.type !== "s")
      raise("ValueError", `Unknown format code '${spec.type}' for 'str'`);
    const whole = str(machine, value);
    return pad(spec.precision === null ? whole : [...whole].slice(0, spec.precision).join(""), "", spec);
  }
  const isFloat = value instanceof PyFloat;
  const digits = magnitude(Math.abs(number), isFloat, spec);
  const negative = number < 0 || Object.is(number, -0);
  return pad(digits, negative ? "-" : spec.sign === "-" ? "" : spec.sign, spec);
}

/** The number without its sign. */
function magnitude(number: number, isFloat: boolean, spec: Spec): string {
  const grouped = (text: string): string => (spec.comma ? group(text) : text);
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "nan" : "inf";
  const { type } = spec;
  if (!isFloat && (type === "" || type === "d" || type === "n")) return grouped(String(number));
  if (!isFloat && type !== "" && "bcoxX".includes(type)) return integerIn(number, type);
  // JavaScript gives at most 100 digits behind the point.
  const precision = Math.min(spec.precision ?? 6, 100);
  switch (type) {
    case "f":
    case "F":
      return grouped(number.toFixed(precision));
    case "%":
      return `${(number * 100).toFixed(precision)}%`;
    case "e":
    case "E":
      return cased(exponent(number.toExponential(precision)), type);
    case "g":
    case "G":
      return cased(general(number, Math.max(1, precision)), type);
    case "":
      return grouped(
        spec.precision === null ? pythonFloat(number) : floatGeneral(number, Math.max(1, precision)),
      );
    default:
      return raise(
        "ValueError",
        `Unknown format code '${type}' for object of type '${isFloat ? "float" : "int"}'`,
      );
  }
}

function integerIn(number: number, type: string): string {
  if (type === "c") return String.fromCodePoint(number > 0x10ffff ? 0xfffd : number);
  const text = number.toString(type === "b" ? 2 : type === "o" ? 8 : 16);
  return type === "X" ? text.toUpperCase() : text;
}

function cased(text: string, type: string): string {
  return type === type.toUpperCase() ? text.toUpperCase() : text;
}

/** Exponents have at least two digits. */
function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** As C's %g: `precision` significant digits without trailing zeros. */
function general(number: number, precision: number): string {
  if (number === 0) return "0";
  const scientific = number.toExponential(precision - 1);
  const power = Number(scientific.slice(scientific.indexOf("e") + 1));
  if (power < -4 || power >= precision) return exponent(scientific.replace(/\.?0+e/, "e"));
  const fixed = number.toFixed(Math.max(0, Math.min(100, precision - 1 - power)));
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}

/** A float without a type keeps a digit behind the point. */
function floatGeneral(number: number, precision: number): string {
  const text = general(number, precision);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function group(text: string): string {
  const [whole, rest] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

function pad(text: string, sign: string, { fill, align, width }: Spec): string {
  const missing = width - [...text].length - sign.length;
  if (missing <= 0) return sign + text;
  if (align === "=") return sign + fill.repeat(missing) + text;
  const left = align === "<" ? 0 : align === ">" ? missing : missing >> 1;
  return fill.repeat(left) + sign + text + fill.repeat(missing - left);
}

const PERCENT = /%(?:\((\w+)\))?([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

/** `text % values`. */
export function percentFormat(machine: Machine, text: string, values: Value): string {
  const list = values instanceof PyTuple ? [...values.items] : [values];
  const named = values instanceof PyDict;
  let next = 0;
  const result = text.replace(
    PERCENT,
    (_all, key: string | undefined, flags: string, width?: string, precision?: string, type?: string) => {
      if (type === "%") return "%";
      const value = key === undefined ? list[next++] : getItem(machine, values, key);
      if (value === undefined) raise("TypeError", "not enough arguments for format string");
      const places = precision === undefined ? "" : `.${precision}`;
      const align = flags.includes("-") ? "<" : ">";
      const zero = flags.includes("0") && align === ">" ? "0" : "";
      const sign = flags.includes("+") ? "+" : "";
      if (type === "s" || type === "r" || type === "a") {
        const shown = type === "s" ? str(machine, value) : repr(machine, value);
        return formatValue(machine, shown, `${align}${width ?? ""}${places}`);
      }
      const number = toNumber(value, `%${type ?? ""} format`);
      const whole = type === "d" || type === "i" || type === "u" ? Math.trunc(number) : null;
      const spec = `${zero === "" ? align : ""}${sign}${zero}${width ?? ""}`;
      if (whole !== null) return formatValue(machine, whole, `${spec}d`);
      return formatValue(
        machine,
        "xXo".includes(type ?? "") ? number : new PyFloat(number),
        `${spec}${places}${type ?? ""}`,
      );
    },
  );
  if (!named && next < list.length && values instanceof PyTuple) {
    raise("TypeError", "not all arguments converted during string formatting");
  }
  machine.checkSize(result.length, "str");
  return result;
}
