/**
 * @module
 * Another element type, with the values scaled to its range.
 */

import { DTypeError } from "../../errors.ts";
import { isFloat } from "../../tensor/dtype.ts";
import type { DType } from "../../tensor/dtype.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { expectTensor } from "./transform.ts";
import type { Picture, Transform } from "./transform.ts";

/** The value that stands for white. Pictures of 64 bits do not occur. */
const whites: Readonly<Partial<Record<DType, number>>> = {
  float32: 1,
  float64: 1,
  uint8: 255,
  int8: 127,
  uint16: 65535,
  int16: 32767,
  int32: 2147483647,
};

/**
 * A tensor in another dtype, scaled so that white stays white. As `torchvision.transforms.ConvertImageDtype`, to the bit:
 * integers to floats are divided by their largest value; floats to integers are multiplied by it plus 0.999 and
 * truncated; integers to integers by a power of two.
 *
 * @example
 * new Compose([new PILToTensor(), new ConvertImageDtype("float32")]).apply(picture); // as ToTensor, for 8 bits
 */
export class ConvertImageDtype implements Transform {
  readonly dtype: DType;

  /** @throws DTypeError when pictures of that type are not made: bool, uint32 and 64 bits */
  constructor(dtype: DType) {
    whiteOf(dtype);
    this.dtype = dtype;
  }

  /** @throws ShapeError, DTypeError when it is given a picture, or floats that the integers cannot hold safely */
  apply(picture: Picture): AnyTensor {
    const x = expectTensor("ConvertImageDtype", picture);
    const { dtype } = this;
    if (x.dtype === dtype || (isFloat(x.dtype) && isFloat(dtype))) return x.to(dtype);
    if (isFloat(x.dtype)) return toIntegers(x, dtype);
    if (isFloat(dtype)) return divided(x.to(dtype), whiteOf(x.dtype));
    const [from, to] = [whiteOf(x.dtype), whiteOf(dtype)];
    const factor = from > to ? Math.floor((from + 1) / (to + 1)) : Math.floor((to + 1) / (from + 1));
    const scale = (value: number): number => (from > to ? Math.floor(value / factor) : value * factor);
    return new Tensor(x.to("float64").data.map(scale), x.shape, "float64").to(dtype);
  }

  toString(): string {
    return `ConvertImageDtype(dtype=${this.dtype})`;
  }
}

function whiteOf(dtype: DType): number {
  const white = whites[dtype];
  if (white === undefined) throw new DTypeError(`ConvertImageDtype: pictures of ${dtype} are not converted`);
  return white;
}

/** Keeps the division in the tensor's own type. */
function divided(x: Tensor, by: number): AnyTensor {
  const divisor = x.dtype === "float32" ? Math.fround(by) : by;
  for (let i = 0; i < x.data.length; i++) x.data[i] /= divisor;
  return x;
}

function toIntegers(x: AnyTensor, dtype: DType): AnyTensor {
  if (dtype === "int32" && x.dtype === "float32") {
    throw new DTypeError("ConvertImageDtype: float32 cannot hold every int32; convert to float64 first");
  }
  const factor = whiteOf(dtype) + 1 - 1e-3;
  const single = x.dtype === "float32";
  const scale = (value: number): number =>
    single ? Math.fround(value * Math.fround(factor)) : value * factor;
  return new Tensor(x.to("float64").data.map(scale), x.shape, "float64").to(dtype);
}
