/**
 * @module
 * `candil serve`: models over HTTP, until Ctrl-C.
 */

import { Command } from "commander";
import { CandilError } from "../errors.ts";
import type { MnistNetName } from "../model/mnist-net.ts";
import type { Model } from "../model/model.ts";
import { accessLine } from "../server/logger.ts";
import type { Logger } from "../server/logger.ts";
import type { RunningServer, StartOptions } from "../server/start.ts";
import { nameOfFile, netOption, openModel } from "./model-source.ts";
import { integerOption } from "./number-option.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { packageVersion } from "../node/package-version.ts";

interface ServeOptions {
  readonly models: readonly string[];
  readonly net: MnistNetName;
  readonly host: string;
  readonly port: number;
  readonly accessLog?: boolean;
}

/** The command, which runs until a signal ends it. */
export function serveCommand(terminal: Terminal): Command {
  return new Command("serve")
    .description("serve models over TorchServe's HTTP API, with explanations")
    .option("--models <name=file...>", "models to serve; mnist is embedded", ["mnist"])
    .addOption(netOption())
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "port to listen on; 0 takes a free one", integerOption(0, 65_535), 8080)
    .option("--access-log", "print a line for each request")
    .addHelpText(
      "after",
      "\nExamples:\n  candil serve\n  candil serve --models mine=mnist_cnn.pt --net examples --port 9000",
    )
    .action(async (options: ServeOptions) => {
      const models = await openModels(options);
      const { startServer, stopOnSignal } = await import("../server/start.ts");
      const server = await start(startServer, { ...options, models, logger: loggerFor(terminal, options) });
      const ended = stopOnSignal(server, () => {
        terminal.stderr.write("Stopping: finishing running requests. Once more stops at once.\n");
      });
      terminal.stdout.write(greeting(server, models));
      await ended;
    });
}

/** `NAME=FILE`, a file, which is named after itself, or the name of an embedded model. */
async function openModels({ models, net }: ServeOptions): Promise<Model[]> {
  const opened: Model[] = [];
  for (const entry of models) {
    if (entry === "all") {
      throw new UsageError(
        "--models all needs a model store, which this version does not have; name the files",
      );
    }
    const mark = entry.indexOf("=");
    if (mark === 0) throw new UsageError(`--models: expected NAME=FILE, got "${entry}"`);
    const source = entry.slice(mark + 1);
    const name = mark > 0 ? entry.slice(0, mark) : nameOfFile(source);
    opened.push(await openModel({ model: source, net }, name));
  }
  return opened;
}

async function start(
  startServer: (options: StartOptions) => Promise<RunningServer>,
  options: StartOptions & { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  try {
    return await startServer(options);
  } catch (error) {
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

/** What people see first: that it runs, and lines that can be pasted. */
export function greeting(
  server: Pick<RunningServer, "url" | "host" | "port">,
  models: readonly Model[],
): string {
  const everywhere = server.host === "0.0.0.0" || server.host === "::";
  const url = everywhere ? `http://127.0.0.1:${server.port}` : server.url;
  const name = models[0].name;
  return [
    `Model server started: ${server.url} (candil ${packageVersion()})`,
    ...models.map((model) => `  ${model.name} ${model.version}: ${model.description}`),
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
