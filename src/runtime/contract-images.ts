/** @module The convolution of every image of a batch, shared among threads: windows of pixels times panels of weights. */

import type { Machine } from "./machine.ts";
import { blocksOf, imagePitch, planeFloats } from "./place.ts";
import type { BlockShape } from "./place.ts";
import type { Panels } from "./weights.ts";

/** Where a convolution's windows find their pixels. */
export interface Source {
  readonly offset: number;
  /** Channels that lie together: 8, or all of fewer. */
  readonly block: number;
  readonly rowPitch: number;
  readonly blockPitch: number;
  readonly imagePitch: number;
}

/** What a window reads from each image: runs of floats, at these offsets from its corner, of which so many make a chunk of the sum. */
export interface Runs {
  readonly offsets: readonly number[];
  readonly perChunk: number;
  /** Floats of a run. */
  readonly length: number;
}

/** Windows of a source: addresses of the tables of their corners and of the runs from there. */
export interface Windows {
  readonly from: Source;
  readonly table: number;
  readonly points: number;
  readonly offsets: number;
  readonly runs: Runs;
}

/** A result in blocks; sums begin with the floats at `start`, or with 0 are added to what is there. */
export interface Sums {
  readonly to: number;
  readonly picture: BlockShape;
  readonly start: number;
  readonly rectify: boolean;
}

/** The windows of each image times the panels; `base` is the address of the scratch, in which source and result are offsets. */
export function contractImages(
  { crew }: Machine,
  images: number,
  base: number,
  { from, table, points, offsets, runs }: Windows,
  panels: Panels,
  { to, picture, start, rectify }: Sums,
): void {
  const pitch = imagePitch(picture);
  crew.share(images, (kernel, first, end) => {
    for (let n = first; n < end; n++) {
      kernel(
        "contractBlocks",
        base + to + n * pitch,
        32,
        4 * planeFloats(picture),
        base + from.offset + n * from.imagePitch,
        table,
        points,
        offsets,
        runs.offsets.length,
        runs.perChunk,
        runs.length,
        panels.address,
        panels.pitch,
        blocksOf(picture.channels),
        start,
        rectify ? 1 : 0,
      );
    }
  });
}
