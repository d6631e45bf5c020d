/**
 * @module
 * Numbers as Java prints them, because TorchServe's metrics are printed by Java and its clients match the text.
 */

/**
 * `Double.toString`: always with a decimal point, and with an exponent from 10⁷ up and below 10⁻³; in Prometheus' words
 * for what is no number.
 *
 * @example
 * javaDouble(8); // "8.0"
 * javaDouble(11880569.885); // "1.1880569885E7"
 */
export function javaDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return withPoint(String(value));
  const [digits, exponent] = value.toExponential().split("e");
  return `${withPoint(digits)}E${Number(exponent)}`;
}

function withPoint(digits: string): string {
  return digits.includes(".") ? digits : `${digits}.0`;
}
