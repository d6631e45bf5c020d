/**
 * @module
 * Floating-point formats narrower than float32, widened. Every value of theirs is exact in float32.
 */

/** How the bits of a small format are read. */
interface SmallFloat {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /**
   * What the codes beyond ordinary numbers are: `ieee` has infinities and NaNs in the highest exponent; `fn` has only
   * NaN, in the highest code; `fnuz` has only NaN, in the place of -0.
   */
  readonly special: "ieee" | "fn" | "fnuz";
}

const FLOAT16: SmallFloat = { exponentBits: 5, mantissaBits: 10, bias: 15, special: "ieee" };
const E4M3FN: SmallFloat = { exponentBits: 4, mantissaBits: 3, bias: 7, special: "fn" };
const E5M2: SmallFloat = { exponentBits: 5, mantissaBits: 2, bias: 15, special: "ieee" };
const E4M3FNUZ: SmallFloat = { exponentBits: 4, mantissaBits: 3, bias: 8, special: "fnuz" };
const E5M2FNUZ: SmallFloat = { exponentBits: 5, mantissaBits: 2, bias: 16, special: "fnuz" };

function widenCode(code: number, format: SmallFloat): number {
  const { exponentBits, mantissaBits, bias, special } = format;
  const mantissaCodes = 2 ** mantissaBits;
  const mantissa = code % mantissaCodes;
  const highest = 2 ** exponentBits - 1;
  const exponent = Math.floor(code / mantissaCodes) & highest;
  const negative = code >= 2 ** (exponentBits + mantissaBits);
  if (special === "ieee" && exponent === highest) {
    return mantissa !== 0 ? NaN : negative ? -Infinity : Infinity;
  }
  if (special === "fn" && exponent === highest && mantissa === mantissaCodes - 1) return NaN;
  if (special === "fnuz" && negative && exponent === 0 && mantissa === 0) return NaN;
  const size =
    exponent === 0
      ? (mantissa / mantissaCodes) * 2 ** (1 - bias)
      : (1 + mantissa / mantissaCodes) * 2 ** (exponent - bias);
  return negative ? -size : size;
}

/** A function that widens arrays of one format; all values of the format are computed once, when first needed. */
function widener(
  codes: number,
  value: (code: number) => number,
): (source: ArrayLike<number>) => Float32Array {
  let table: Float32Array | null = null;
  return (source) => {
    table ??= Float32Array.from({ length: codes }, (_, code) => value(code));
    const result = new Float32Array(source.length);
    for (let i = 0; i < result.length; i++) result[i] = table[source[i]];
    return result;
  };
}

/** IEEE 754 binary16; `torch.float16`. */
export const widenFloat16 = widener(2 ** 16, (code) => widenCode(code, FLOAT16));

/** 4 exponent bits, no infinities; `torch.float8_e4m3fn`. */
export const widenFloat8E4M3FN = widener(256, (code) => widenCode(code, E4M3FN));

/** 5 exponent bits, with infinities; `torch.float8_e5m2`. */
export const widenFloat8E5M2 = widener(256, (code) => widenCode(code, E5M2));

/** 4 exponent bits, no infinities, no -0; `torch.float8_e4m3fnuz`. */
export const widenFloat8E4M3FNUZ = widener(256, (code) => widenCode(code, E4M3FNUZ));

/** 5 exponent bits, no infinities, no -0; `torch.float8_e5m2fnuz`. */
export const widenFloat8E5M2FNUZ = widener(256, (code) => widenCode(code, E5M2FNUZ));

/** Powers of two from 2^-127 to 2^127, and NaN; `torch.float8_e8m0fnu`, used for scales. */
export const widenFloat8E8M0 = widener(256, (code) => (code === 255 ? NaN : 2 ** (code - 127)));

/** The upper half of a float32; `torch.bfloat16`. */
export function widenBFloat16(source: Uint16Array): Float32Array {
  const bits = new Uint32Array(source.length);
  for (let i = 0; i < bits.length; i++) bits[i] = source[i] << 16;
  return new Float32Array(bits.buffer);
}
