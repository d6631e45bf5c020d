/**
 * @module
 * The gRPC port beside others.
 */

import type { Shelf } from "../door.ts";
import { startGrpc } from "./start-grpc.ts";
import type { GrpcListener, GrpcOptions } from "./start-grpc.ts";

/**
 * Opens the gRPC port; where it cannot be had, the other ports are given back.
 * @throws CandilError as {@link startGrpc}
 */
export async function openGrpc(
  shelf: Shelf,
  options: GrpcOptions,
  others: { close(): Promise<void> },
): Promise<GrpcListener> {
  try {
    return await startGrpc(shelf, options);
  } catch (error) {
    await others.close();
    throw error;
  }
}
