/**
 * @module
 * Attributions as a picture.
 */

import type { Tensor } from "../../tensor/tensor.ts";
import type { Image } from "../../vision/image.ts";
import type { Answer } from "./answer.ts";
import type { HeatMapOptions } from "../request/heat-map-options.ts";

export function heatMapAnswer(_attributions: Tensor, _image: Image | null, _options: HeatMapOptions): Answer {
  throw new Error("not yet");
}
