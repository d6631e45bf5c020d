/**
 * @module
 * What Captum, matplotlib and Pillow say: test/fixtures/vision/heat-maps.json, written by tools/heat_map_fixtures.py.
 */

import type { ColormapName } from "../../src/vision/colormap.ts";
import type { ImageMode } from "../../src/vision/image.ts";
import type { HeatMapSign } from "../../src/vision/normalize-attributions.ts";
import { readFixture } from "../support/fixtures.ts";

interface HeatMapFixtures {
  readonly colormaps: Readonly<Partial<Record<ColormapName, string>>>;
  readonly normalizations: readonly {
    readonly shape: readonly number[];
    readonly sign: HeatMapSign;
    readonly outlier_perc: number;
    readonly attributions: string;
    readonly expected: string;
  }[];
  readonly grays: readonly {
    readonly mode: ImageMode;
    readonly size: readonly [width: number, height: number];
    readonly samples: string;
    readonly palette: string | null;
    readonly expected: string;
  }[];
}

export const heatMapFixtures = readFixture<HeatMapFixtures>("vision/heat-maps.json");

/** The bytes behind base64 text, in memory of their own. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

/** The float32 numbers behind base64 text. */
export function floatsOf(base64: string): Float32Array {
  return new Float32Array(bytesOf(base64).buffer);
}
