/**
 * @module
 * `candil kserve`: the process of a KServe predictor or explainer, with the flags and variables that KServe passes.
 */

import type { Command } from "commander";
import { endOnSignal } from "../server/stop-on-signal.ts";
import { KServeCommand, warningsAbout } from "./kserve-flags.ts";
import { integerOption, numberOption, sizeOption } from "./number-option.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** The flags, under commander's names for them. */
export interface KServeOptions {
  readonly modelName?: string;
  readonly modelDir?: string;
  readonly host: string;
  readonly httpPort?: number;
  readonly grpcPort?: number;
  readonly workers?: number;
  readonly handler?: string;
  readonly enableModelApi?: boolean;
  readonly memoryBudget?: number;
  readonly tsConfig?: string;
  readonly modelStore?: string;
  readonly logFormat: "json" | "text";
  readonly accessLog: boolean;
  readonly drainDelay: number;
  readonly drainTimeout: number;
}

/** The command, which runs until a signal ends it. */
export function kserveCommand(terminal: Terminal): Command {
  const port = integerOption(0, 65_535);
  return new KServeCommand("kserve")
    .description("a KServe predictor: KServe's flags, /mnt/models, V1, V2 and gRPC; the same on one machine")
    .option(
      "--model-name <name>",
      "name of the only model (default: INFERENCE_SERVICE_NAME, else the file's)",
    )
    .option("--model-dir <dir>", "models, or TorchServe's config/ and model-store/ (default: /mnt/models)")
    .option("--host <host>", "address to listen on", "0.0.0.0")
    .option("--http-port <port>", "port for HTTP (default: PORT, else 8080); 0 takes a free one", port)
    .option("--grpc-port <port>", "port for gRPC; none unless said", port)
    .option("--workers <n>", "threads for each model; 0 is one for each core", integerOption(0, 1024))
    .option("--handler <name>", "what answers for a model that brings no handler (default: image_classifier)")
    .option("--enable-model-api", "let /v2/repository and gRPC load and unload models while it runs")
    .option(
      "--memory-budget <size>",
      "bytes, or 512Mi, 2Gi: models that would exceed it are refused",
      sizeOption,
    )
    .option("--ts-config <file>", "a config.properties outside of the model folder")
    .option("--model-store <dir>", "a folder of models outside of the model folder")
    .option("--log-format <format>", "json or text", logFormat, "json")
    .option("--no-access-log", "no line for each request")
    .option("--drain-delay <s>", "seconds to answer on after SIGTERM, not ready", numberOption(0, 3600), 5)
    .option("--drain-timeout <s>", "seconds after which running requests are cut", numberOption(0, 3600), 20)
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText("after", HELP)
    .action(async (options: KServeOptions, command: Command) => {
      const { serveKServe } = await import("./serve-kserve.ts");
      const whole = { ...options, httpPort: httpPort(options, terminal.env) };
      await endOnSignal(() => serveKServe(whole, warningsAbout(command.args), terminal));
    });
}

const HELP = `
Flags may be written with underscores, as KServe does. Those of TorchServe and of KServe's Python server that mean nothing here
are warned of and passed over. Nothing is written to disk.

Examples:
  candil kserve --model_name=mnist --model_dir=/mnt/models --http_port=8080 --grpc_port=8081
  candil kserve --model_dir=model_store --host=127.0.0.1`;

function logFormat(value: string): "json" | "text" {
  if (value === "json" || value === "text") return value;
  throw new UsageError(`--log_format must be json or text, got "${value}"`);
}

/** The flag, else what Knative says. */
function httpPort({ httpPort: flag }: KServeOptions, { PORT }: Terminal["env"]): number {
  if (flag !== undefined) return flag;
  if (PORT === undefined || PORT === "") return 8080;
  const port = /^\d{1,5}$/.test(PORT) ? Number(PORT) : NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`PORT must be a port from 0 to 65535, got "${PORT}"`);
}
