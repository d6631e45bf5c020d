/**
 * @module
 * Pixels whose neighbourhoods are one colour. Where a picture and its baseline are flat, every pixel of a later layer has the same
 * value, to the bit, as long as sums run in the same order everywhere; so one of them is computed for all.
 */

/** Channels-first pictures of one size. */
export interface Pictures {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** [C, H, W] each. */
  readonly planes: readonly Float32Array[];
}

/**
 * For each top left corner of a `size.rows` × `size.columns` window, the number of its colour when the window is flat in all
 * pictures and channels, else -1. Row-major, `(H - rows + 1) × (W - columns + 1)`.
 */
export function flatWindows(
  { channels, height, width, planes }: Pictures,
  size: { readonly rows: number; readonly columns: number },
): Int32Array {
  const pixels = height * width;
  const same = (a: number, b: number): boolean => {
    for (const plane of planes) {
      for (let c = 0; c < channels; c++) if (plane[c * pixels + a] !== plane[c * pixels + b]) return false;
    }
    return true;
  };
  const colours = colourNumbers(planes, pixels, same);
  // Pixels to the right, then lines below, that have the same colour, this one included.
  const runs = new Int32Array(pixels);
  const boxes = new Int32Array(pixels);
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--) {
      const i = y * width + x;
      runs[i] = x + 1 < width && colours[i + 1] === colours[i] ? runs[i + 1] + 1 : 1;
      const wide = runs[i] >= size.columns;
      boxes[i] = !wide ? 0 : y + 1 < height && colours[i + width] === colours[i] ? boxes[i + width] + 1 : 1;
    }
  }
  const rows = height - size.rows + 1;
  const columns = width - size.columns + 1;
  const result = new Int32Array(Math.max(0, rows) * Math.max(0, columns)).fill(-1);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const i = y * width + x;
      if (boxes[i] >= size.rows) result[y * columns + x] = colours[i];
    }
  }
  return result;
}

/** A number for each pixel, the same for neighbours of one colour; colours that come back elsewhere may get a new one. */
function colourNumbers(
  planes: readonly Float32Array[],
  pixels: number,
  same: (a: number, b: number) => boolean,
): Int32Array {
  const numbers = new Int32Array(pixels);
  // Keyed by the first plane's value alone, and checked; a picture has few colours where it is flat.
  const known = new Map<number, number[]>();
  const key = planes[0];
  for (let i = 0; i < pixels; i++) {
    if (i > 0 && same(i - 1, i)) {
      numbers[i] = numbers[i - 1];
      continue;
    }
    const candidates = known.get(key[i]) ?? [];
    const found = candidates.find((j) => same(i, j));
    numbers[i] = found === undefined ? i : numbers[found];
    if (found === undefined) {
      candidates.push(i);
      known.set(key[i], candidates);
    }
  }
  return numbers;
}
