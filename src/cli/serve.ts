/**
 * @module
 * `candil serve`: models over HTTP, until Ctrl-C.
 */

import { Command } from "commander";
import { CandilError } from "../errors.ts";
import { accessLine } from "../server/logger.ts";
import type { Logger } from "../server/logger.ts";
import { ModelRegistry } from "../server/models.ts";
import { afterLoss } from "../server/pool/observer.ts";
import type { PoolObserver } from "../server/pool/observer.ts";
import type { InferenceOptions, RunningServer } from "../server/running-server.ts";
import type { ServedModel } from "../server/served-model.ts";
import { endOnSignal, stopOnSignal } from "../server/stop-on-signal.ts";
import { netOption } from "./model-source.ts";
import { integerOption } from "./number-option.ts";
import type { ModelChoice } from "./serve-models.ts";
import type { Terminal } from "./terminal.ts";
import { packageVersion } from "../node/package-version.ts";
import { keepYoungGenerationSmall } from "../node/young-generation.ts";

interface ServeOptions extends ModelChoice {
  readonly host: string;
  readonly port: number;
  readonly grpcPort?: number;
  readonly accessLog?: boolean;
}

/** The command, which runs until a signal ends it. */
export function serveCommand(terminal: Terminal): Command {
  return new Command("serve")
    .description("serve models over TorchServe's HTTP API and KServe's V1, V2 and gRPC, with explanations")
    .option("--models <name=file...>", "models to serve, or all of the store; mnist is embedded", ["mnist"])
    .option("--model-store <dir>", "folder of models, for files named without a path")
    .addOption(netOption())
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "port to listen on; 0 takes a free one", integerOption(0, 65_535), 8080)
    .option(
      "--workers <n>",
      "threads for each model; 0 computes on the server's own thread (default: one for each core)",
      integerOption(0, 1024),
    )
    .option("--grpc-port <port>", "port for gRPC; none unless said", integerOption(0, 65_535))
    .option("--access-log", "print a line for each request")
    .addHelpText(
      "after",
      "\nExamples:\n  candil serve\n  candil serve --models mine=mnist_cnn.pt --net examples --port 9000",
    )
    .action((options: ServeOptions) => endOnSignal(() => serveModels(options, terminal)));
}

async function serveModels(options: ServeOptions, terminal: Terminal): Promise<void> {
  keepYoungGenerationSmall();
  let greeted = false;
  const { startModels } = await import("./serve-models.ts");
  const opened = await startModels(
    options,
    observerFor(terminal, () => greeted),
  );
  // Workers load their models while this thread loads the server.
  const { startInference } = await import("../server/running-server.ts");
  const models = await opened();
  const server = await start(startInference, models, {
    host: options.host,
    port: options.port,
    logger: loggerFor(terminal, options),
    ...(options.grpcPort === undefined ? {} : { grpc: { host: options.host, port: options.grpcPort } }),
  });
  const ended = stopOnSignal(server, () => {
    terminal.stderr.write("Stopping: finishing running requests. Once more stops at once.\n");
  });
  terminal.stdout.write(greeting(server, models));
  greeted = true;
  await ended;
}

async function start(
  startInference: (options: InferenceOptions) => Promise<RunningServer>,
  models: readonly ServedModel[],
  options: Omit<InferenceOptions, "models"> & { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  try {
    return await startInference({ ...options, models: new ModelRegistry(models) });
  } catch (error) {
    await Promise.all(models.map((model) => model.close(0)));
    throw explainListenError(error, options.host, options.port);
  }
}

/** Says what to do when the port cannot be had. */
function explainListenError(error: unknown, host: string, port: number): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  switch (error.code) {
    case "EADDRINUSE":
      return new CandilError(
        `port ${port} on ${host} is in use; choose another with --port (0 takes a free one)`,
      );
    case "EACCES":
      return new CandilError(
        `port ${port} needs more rights than this user has; choose one above 1023 with --port`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new CandilError(
        `no interface of this computer has the address ${host}; choose another with --host`,
      );
    default:
      return error;
  }
}

function loggerFor({ stdout, stderr }: Terminal, { accessLog }: ServeOptions): Logger {
  return {
    defect(error, requestId) {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      stderr.write(`request ${requestId} failed: ${stack}\n`);
    },
    ...(accessLog === true ? { access: (record) => void stdout.write(`${accessLine(record)}\n`) } : {}),
  };
}

/**
 * Tells of workers that end unasked; they come back by themselves.
 * @param running false while the server starts, when a worker that cannot load its model ends the program
 */
function observerFor({ stderr }: Terminal, running: () => boolean): PoolObserver {
  return {
    workerLost({ model, worker, error, restartMs }) {
      if (!running()) return;
      const reason = error instanceof Error ? error.message : String(error);
      stderr.write(`worker ${worker} of ${model}: ${reason}; ${afterLoss(restartMs)}\n`);
    },
  };
}

/** What people see first: that it runs, and lines that can be pasted. */
export function greeting(
  server: Pick<RunningServer, "url" | "host" | "port">,
  models: readonly Pick<ServedModel, "name" | "version" | "info">[],
): string {
  const everywhere = server.host === "0.0.0.0" || server.host === "::";
  const url = everywhere ? `http://127.0.0.1:${server.port}` : server.url;
  const name = models[0].name;
  return [
    `Model server started: ${server.url} (candil ${packageVersion()})`,
    ...models.map((model) => `  ${model.name} ${model.version}: ${model.info?.description ?? "not loaded"}`),
    "",
    "Try it with a picture of your own:",
    `  curl ${url}/predictions/${name} -T 0.png`,
    `  curl ${url}/explanations/${name} -T 0.png`,
    `  curl '${url}/explanations/${name}?target=predicted&n_steps=50&detail=full' -T 0.png`,
    `  curl '${url}/explanations/${name}?target=predicted' -H 'Accept: image/png' -T 0.png -o heat.png`,
    "",
    "Ctrl-C finishes running requests and stops.",
    "",
  ].join("\n");
}
