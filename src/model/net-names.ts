/**
 * @module
 * The nets that a state dict can be loaded into, by name. Apart from the nets themselves, so that naming them costs nothing.
 */

import type { MnistNetName } from "./mnist-net.ts";

/** Every {@link MnistNetName}: the MNIST net of TorchServe's example, and that of pytorch/examples. */
export const netNames: readonly MnistNetName[] = ["torchserve", "examples"];
