/**
 * @module
 * Pictures in handler source: bytes of a request, `io.BytesIO`, `base64.b64decode` and `PIL.Image`. A request's picture is
 * decoded before the handler sees it; its bytes only stand for it.
 */

import type { Machine } from "../../python/machine.ts";
import { unsupported } from "../../python/python-error.ts";
import { hostFunction } from "../../python/values/host-function.ts";
import { Namespace, namespace } from "../../python/values/namespace.ts";
import { kindOf } from "../../python/values/numbers.ts";
import { PyObject } from "../../python/values/object.ts";
import type { Value } from "../../python/values/object.ts";
import { raise } from "../../python/values/raise.ts";
import { PyBytes, PyTuple } from "../../python/values/sequences.ts";
import { toGray } from "../../vision/gray.ts";
import { Image } from "../../vision/image.ts";
import { Resize } from "../../vision/transforms/index.ts";

/** The bytes of a request's picture, which is decoded already. */
export class PictureBytes extends PyBytes {
  readonly image: Image;

  constructor(image: Image) {
    super(new Uint8Array(1));
    this.image = image;
  }

  override length(): number {
    throw unsupported("looking into the bytes of a picture");
  }

  override truth(): boolean {
    return true;
  }

  override item(): Value {
    throw unsupported("looking into the bytes of a picture");
  }
}

/** `io.BytesIO(bytes)`. */
class BytesIO extends PyObject {
  override readonly typeName = "BytesIO";
  readonly bytes: PictureBytes;

  constructor(bytes: PictureBytes) {
    super();
    this.bytes = bytes;
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    if (name === "read" || name === "getvalue") return hostFunction(`${name}()`, () => this.bytes);
    return name === "seek" ? hostFunction("seek(position)", () => 0) : undefined;
  }
}

/** `PIL.Image.Image`. */
export class PyImage extends PyObject {
  override readonly typeName = "Image";
  readonly image: Image;

  constructor(image: Image) {
    super();
    this.image = image;
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    const { width, height, mode } = this.image;
    switch (name) {
      case "size":
        return new PyTuple([width, height]);
      case "width":
        return width;
      case "height":
        return height;
      case "mode":
        return mode;
      case "convert":
        return hostFunction("convert(mode)", ([to]) => new PyImage(converted(this.image, to)));
      case "copy":
      case "load":
        return hostFunction(`${name}()`, () => this);
      case "resize":
        return hostFunction("resize(size, resample=None)", ([size, resample]) =>
          this.#resized(size, resample),
        );
      default:
        throw unsupported(`Image.${name}`);
    }
  }

  /** Pillow's default for these modes is bicubic. */
  #resized(size: Value, resample: Value): PyImage {
    const [width, height] = size instanceof PyTuple ? size.items : [];
    if (typeof width !== "number" || typeof height !== "number") {
      return raise("TypeError", "resize() takes (width, height)");
    }
    const interpolation = resample === null ? "bicubic" : interpolationOf(resample);
    const picture = new Resize([height, width], { interpolation }).apply(this.image);
    return picture instanceof Image ? new PyImage(picture) : raise("TypeError", "resize() takes a picture");
  }
}

/** By Pillow's numbers. */
const interpolations = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"] as const;

/** An interpolation by torchvision's name or Pillow's number. @throws PythonError for another one */
export function interpolationOf(value: Value): (typeof interpolations)[number] {
  const found = interpolations.find((name, i) => value === i || value === name);
  return found ?? raise("ValueError", `unknown interpolation ${typeof value === "object" ? "" : value}`);
}

function converted(image: Image, mode: Value): Image {
  if (mode === image.mode) return image;
  if (mode === "L") return toGray(image);
  if (mode === "RGB") return toColor(image);
  throw unsupported(`Image.convert(${JSON.stringify(mode)})`);
}

/** As Pillow's `convert("RGB")`: gray three times, opacity dropped, a palette looked up. */
function toColor(image: Image): Image {
  const { width, height, channels, mode, palette } = image;
  const { data } = mode === "I;16" ? toGray(image) : image;
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      const sample = data[i * channels + (channels >= 3 ? c : 0)];
      pixels[3 * i + c] = mode === "P" ? (palette?.[3 * sample + c] ?? 0) : sample;
    }
  }
  return new Image(width, height, "RGB", pixels);
}

function opened(source: Value): Value {
  if (source instanceof BytesIO) return new PyImage(source.bytes.image);
  if (source instanceof PictureBytes) return new PyImage(source.image);
  throw unsupported(`Image.open of a ${kindOf(source)} that is not the request's picture`);
}

const resampling = interpolations.map((name, i): [string, Value] => [name.toUpperCase(), i]);

const imageModule = new Namespace("PIL.Image", [
  ["open", hostFunction("open(source)", ([source]) => opened(source))],
  ...resampling,
  ["Resampling", new Namespace("PIL.Image.Resampling", resampling)],
]);

/** What handler files import for pictures. */
export const pictureModules: readonly Namespace[] = [
  namespace("PIL", { Image: imageModule }),
  imageModule,
  namespace("io", {
    BytesIO: hostFunction("BytesIO(source)", ([source]) => {
      if (source instanceof PictureBytes) return new BytesIO(source);
      throw unsupported("io.BytesIO of other bytes than the request's picture");
    }),
  }),
  namespace("base64", {
    b64decode: hostFunction("b64decode(source)", ([source]) => {
      if (source instanceof PictureBytes) return source;
      throw unsupported("base64.b64decode of other text than the request's picture");
    }),
  }),
];
