/**
 * @module
 * The errors that candil throws on purpose. Each message says what was expected, what came, and what to do.
 * Anything else that escapes is a defect of candil.
 */

/** Base of every error that candil throws on purpose. */
export class CandilError extends Error {
  override name = "CandilError";
}

/** Shapes do not fit each other or the operation. */
export class ShapeError extends CandilError {
  override name = "ShapeError";
}

/** A tensor has a dtype that the operation does not take. */
export class DTypeError extends CandilError {
  override name = "DTypeError";
}

/** An argument other than a shape or dtype is outside what the operation takes. */
export class ArgumentError extends CandilError {
  override name = "ArgumentError";
}

/** An index, a class or a target lies outside the tensor. PyTorch raises IndexError. */
export class IndexRangeError extends CandilError {
  override name = "IndexRangeError";
}

/** `backward` or `grad` was asked for something that is not on the graph. */
export class AutogradError extends CandilError {
  override name = "AutogradError";
}

/** A file is broken, hostile, or of a kind that candil does not read. */
export class FormatError extends CandilError {
  override name = "FormatError";
}

/** A state dict does not fit the module it is loaded into. */
export class StateDictError extends CandilError {
  override name = "StateDictError";
}

/** Formats a shape the way messages show it: `[2, 3]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * The entry of `known` that is most like `name`, for "did you mean"; null when nothing is near.
 * Nearness is the Levenshtein distance, at most a third of the longer name.
 */
export function nearestName(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best !== null && bestDistance <= Math.max(1, Math.max(name.length, best.length) / 3) ? best : null;
}

function editDistance(a: string, b: string): number {
  // One row of the dynamic programme; row[j] is the distance between a[0..i) and b[0..j).
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0];
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j];
      row[j] = Math.min(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1));
      diagonal = above;
    }
  }
  return row[b.length];
}
