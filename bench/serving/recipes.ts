/** @module How candil is served for a measurement, and what everyone is asked: the picture of a seven. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decodeImage, embeddedMnist } from "../../src/node/index.ts";
import { difference } from "../peers/statistics.ts";
import { freePort } from "./served.ts";
import type { Ask, ServerRecipe } from "./served.ts";

/** The picture that is asked about. */
export const picture: Buffer = readFileSync(new URL("../../examples/mnist/test_data/7.png", import.meta.url));

const program = fileURLToPath(new URL("../../dist/bin/candil.js", import.meta.url));

/** A class as its digit alone. */
export const isSeven = (answer: string): boolean => answer.trim() === "7";

/** How far a map may be from candil's own, as a share of the largest attribution. */
const TOLERANCE = 1e-2;

/** Whether an answer is the map [1][28][28] of class 0 in 15 steps, by candil's library. */
export async function mapChecker(): Promise<(answer: string) => boolean> {
  const model = await embeddedMnist();
  const [expected] = model.attribute(model.transform(decodeImage(picture)), { target: 0, nSteps: 15 });
  return (answer) => {
    const parsed: unknown = JSON.parse(answer);
    const values: unknown[] = [parsed].flat(4);
    return difference(values.map(Number), expected.data) < TOLERANCE;
  };
}

/** TorchServe's way of asking: the bare picture. */
export function pictureTo(path: string, isRight: Ask["isRight"]): Ask {
  return { path, method: "PUT", body: picture, headers: {}, isRight };
}

/** Whether this candil serves by worker threads. @throws Error when it is not built */
export function hasWorkers(): boolean {
  if (!existsSync(program)) throw new Error("candil is not built: npm run build");
  return execFileSync(process.execPath, [program, "serve", "--help"], { encoding: "utf8" }).includes(
    "--workers",
  );
}

/**
 * candil with its embedded model.
 * @param workers null for its own choice @param node the Node that runs it @param grpcPort null for no gRPC
 */
export async function candilRecipe(
  workers: number | null,
  node = process.execPath,
  grpcPort: number | null = null,
): Promise<ServerRecipe> {
  const port = await freePort();
  const flags = [
    ...(workers === null ? [] : ["--workers", String(workers)]),
    ...(grpcPort === null ? [] : ["--grpc-port", String(grpcPort)]),
  ];
  return {
    name: workers === null ? "candil" : `candil, ${workers} ${workers === 1 ? "worker" : "workers"}`,
    program: node,
    arguments: [program, "serve", "--port", String(port), ...flags],
    port,
    predict: pictureTo("/predictions/mnist", isSeven),
    explain: pictureTo("/explanations/mnist", await mapChecker()),
  };
}
