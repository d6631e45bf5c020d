/**
 * @module
 * One step after another.
 */

import type { Picture, Transform } from "./transform.ts";

/**
 * Applies transforms in order. As `torchvision.transforms.Compose`.
 *
 * @example
 * const toInput = new Compose([new ToTensor(), new Normalize({ mean: [0.1307], std: [0.3081] })]);
 * toInput.apply(decodeImage(png)); // Tensor [1, 28, 28] float32
 */
export class Compose implements Transform {
  readonly transforms: readonly Transform[];

  /** @param transforms in the order in which they are applied; none at all hands on what it is given */
  constructor(transforms: readonly Transform[]) {
    this.transforms = [...transforms];
  }

  apply(picture: Picture): Picture {
    return this.transforms.reduce((given, transform) => transform.apply(given), picture);
  }

  toString(): string {
    return `Compose(${this.transforms.map((transform) => `\n    ${transform.toString()}`).join("")}\n)`;
  }
}
