/** @module How the servers beside candil are started, and what they are asked. */

import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { writePt } from "../../src/index.ts";
import { isSeven, mapChecker, picture, pictureTo } from "../serving/recipes.ts";
import { freePort } from "../serving/served.ts";
import type { Ask, ServerRecipe } from "../serving/served.ts";
import { embeddedState } from "./material.ts";

const here = import.meta.dirname;
/** One thread for each server's arithmetic. */
const oneThread = { OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };

/** The other servers. Each is prepared when it is wanted; what is missing is an error then. */
export function peerServers(python: string, folder: string): Record<string, () => Promise<ServerRecipe>> {
  return {
    torchserve: () => torchServe(python, folder),
    kserve: () => kserve(python, folder),
    fastapi: () => fastApi(python, folder),
  };
}

/** TorchServe with one worker: the model archive is made by its own archiver. */
async function torchServe(python: string, folder: string): Promise<ServerRecipe> {
  const bin = dirname(python);
  const weights = await writeWeights(folder);
  const store = join(folder, "store");
  await mkdir(store, { recursive: true });
  const archive = ["--model-name", "mnist", "--version", "1.0", "--export-path", store, "--force"];
  execFileSync(
    join(bin, "torch-model-archiver"),
    [
      ...archive,
      ...["--model-file", join(here, "engines/mnist_net.py")],
      ...["--handler", join(here, "servers/mnist_handler.py")],
      ...["--serialized-file", weights],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const [port, management, metrics, grpc, grpcManagement] = await Promise.all(
    Array.from({ length: 5 }, freePort),
  );
  const config = join(folder, "config.properties");
  await writeFile(
    config,
    [
      `inference_address=http://127.0.0.1:${port}`,
      `management_address=http://127.0.0.1:${management}`,
      `metrics_address=http://127.0.0.1:${metrics}`,
      `grpc_inference_port=${grpc}`,
      `grpc_management_port=${grpcManagement}`,
      "default_workers_per_model=1",
      "disable_token_authorization=true",
      "",
    ].join("\n"),
  );
  return {
    name: "TorchServe, 1 worker",
    program: join(bin, "torchserve"),
    arguments: [
      ...["--start", "--foreground", "--no-config-snapshots", "--ts-config", config],
      ...["--model-store", store, "--models", "mnist=mnist.mar"],
    ],
    // Its workers are started as "python"; its logs go where it runs.
    environment: {
      ...oneThread,
      PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
      TEMP: folder,
      LOG_LOCATION: join(folder, "logs"),
      METRICS_LOCATION: join(folder, "logs"),
    },
    folder,
    port,
    predict: pictureTo("/predictions/mnist", isSeven),
    explain: pictureTo("/explanations/mnist", await mapChecker()),
  };
}

/** KServe's SDK. @param grpcPort null for no gRPC */
export async function kserve(
  python: string,
  folder: string,
  grpcPort: number | null = null,
): Promise<ServerRecipe> {
  const port = await freePort();
  const isRightMap = await mapChecker();
  const ask = (verb: string, isRight: Ask["isRight"]): Ask => ({
    path: `/v1/models/mnist:${verb}`,
    method: "POST",
    body: Buffer.from(JSON.stringify({ instances: [{ data: picture.toString("base64") }] })),
    headers: { "content-type": "application/json" },
    isRight,
  });
  return {
    name: "KServe SDK, PyTorch",
    program: python,
    arguments: [
      join(here, "servers/kserve_mnist.py"),
      await writeWeights(folder),
      String(port),
      ...(grpcPort === null ? [] : [String(grpcPort)]),
    ],
    environment: oneThread,
    folder,
    port,
    predict: ask("predict", (answer) => isSeven(fieldOf(answer, "predictions"))),
    explain: ask("explain", (answer) => isRightMap(fieldOf(answer, "explanations"))),
  };
}

async function fastApi(python: string, folder: string): Promise<ServerRecipe> {
  const port = await freePort();
  return {
    name: "FastAPI, onnxruntime",
    program: python,
    arguments: [join(here, "servers/fastapi_onnxruntime.py"), join(folder, "mnist.onnx"), String(port)],
    environment: oneThread,
    folder,
    port,
    predict: pictureTo("/predictions/mnist", isSeven),
    explain: null,
  };
}

async function writeWeights(folder: string): Promise<string> {
  const path = join(folder, "mnist.pt");
  await writeFile(path, writePt(await embeddedState()));
  return path;
}

/** The only entry of a field with a list, as JSON; empty when there is none. */
function fieldOf(answer: string, name: string): string {
  const document = JSON.parse(answer) as Record<string, readonly unknown[] | undefined>;
  const entry = document[name]?.[0];
  return entry === undefined ? "" : JSON.stringify(entry);
}
