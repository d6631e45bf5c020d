/**
 * @module
 * Attributions as a picture.
 */

import { encodePng } from "../../node/image.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { heatMap } from "../../vision/index.ts";
import type { Image } from "../../vision/index.ts";
import { RequestError } from "../errors.ts";
import type { HeatMapWishes } from "../request/heat-map-options.ts";
import type { Answer } from "./answer.ts";

/** Unless a scale is asked for, small pictures are enlarged to about this many pixels. */
const COMFORTABLE_SIZE = 280;

/**
 * A heat map as a PNG.
 * @param attributions [C, H, W]
 * @param picture that was explained; null when the client sent bare numbers
 * @throws RequestError when an overlay is wanted and there is no picture
 */
export function heatMapAnswer(attributions: Tensor, picture: Image | null, wishes: HeatMapWishes): Answer {
  const { overlay, sign, colormap } = wishes;
  if (overlay && picture === null) {
    throw new RequestError("badRequest", 'Option "overlay" needs a picture under the map, got bare numbers.');
  }
  const image = heatMap(attributions, {
    sign,
    scale: wishes.scale ?? comfortableScale(attributions),
    ...(colormap === undefined ? {} : { colormap }),
    ...(overlay && picture !== null ? { overlay: picture } : {}),
  });
  return { status: 200, contentType: "image/png", body: encodePng(image) };
}

function comfortableScale({ shape }: Tensor): number {
  return Math.max(1, Math.floor(COMFORTABLE_SIZE / Math.max(...shape.slice(-2))));
}
