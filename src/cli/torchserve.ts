/**
 * @module
 * `candil torchserve`: TorchServe's command line, with its flags, texts and exit codes.
 */

import { rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { CandilError } from "../errors.ts";
import { API_VERSION } from "../server/openapi/document.ts";
import { packageVersion } from "../node/package-version.ts";
import { endOnSignal } from "../server/stop-on-signal.ts";
import type { Setting } from "../server/config/index.ts";
import type { Terminal } from "./terminal.ts";
import {
  BACKGROUND,
  hasEnded,
  pidFile,
  removePidFile,
  runningServer,
  startInBackground,
  terminate,
  writePidFile,
} from "./torchserve-process.ts";
import { exitCodes, ToldError, UsageError } from "./usage-error.ts";

/** The flags, under commander's names for them. */
export interface TorchserveOptions {
  readonly version?: boolean;
  readonly start?: boolean;
  readonly stop?: boolean;
  readonly foreground?: boolean;
  readonly tsConfig?: string;
  readonly modelStore?: string;
  readonly workflowStore?: string;
  readonly models?: readonly string[];
  readonly logConfig?: string;
  readonly cppLogConfig?: string;
  readonly noConfigSnapshots?: boolean;
  readonly pluginsPath?: string;
  readonly disableTokenAuth?: boolean;
  readonly enableModelApi?: boolean;
}

/** Seconds for which `--stop --foreground` waits, as TorchServe's. */
const STOP_SECONDS = 60;

/** The command. */
export function torchserveCommand(terminal: Terminal): Command {
  return new Command("torchserve")
    .description("TorchServe's command line: the same flags, config.properties and model archives")
    .option("-v, --version", "print the version")
    .option("--start", "start the server")
    .option("--stop", "stop the server")
    .option("--ts-config <file>", "config.properties")
    .option("--model-store <dir>", "folder of model archives")
    .option("--workflow-store <dir>", "taken, and not used")
    .option("--models <name=archive...>", "models to load at the start: archives in the store, or all")
    .option("--log-config <file>", "a log4j2 file; only whether it asks for JSON is heeded")
    .option("--cpp-log-config <file>", "taken, and not used")
    .option("--foreground", "run in the foreground; with --stop, wait until it has ended")
    .option("--ncs, --no-config-snapshots", "neither read nor write snapshots")
    .option("--ppath, --plugins-path <path>", "taken, and not used: plug-ins are Java archives")
    .option("--dt, --disable-token-auth", "ask for no tokens")
    .option("--enable-model-api", "allow registering and unregistering models")
    .action(async (options: TorchserveOptions & { readonly configSnapshots?: boolean }, command: Command) => {
      const ncs = options.configSnapshots === false;
      await inItsWords(terminal, () =>
        torchserve({ ...options, noConfigSnapshots: ncs }, command.args, terminal),
      );
    });
}

/** Failures as TorchServe tells them: on standard output, without the program's name. */
async function inItsWords({ stdout, stderr }: Terminal, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (error instanceof UsageError) {
      stderr.write(`torchserve: error: ${error.message}\n`);
      throw new ToldError(exitCodes.usage);
    }
    if (error instanceof CandilError) {
      const { name, message } = error;
      stdout.write(
        `${name === "ConfigError" && !message.startsWith("--") ? "Invalid configuration: " : ""}${message}\n`,
      );
      throw new ToldError(exitCodes.failure);
    }
    throw error;
  }
}

async function torchserve(
  options: TorchserveOptions,
  stray: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const { env, stdout } = terminal;
  const print = (line: string): void => void stdout.write(`${line}\n`);
  if ([options.version, options.start, options.stop].filter((flag) => flag === true).length > 1) {
    throw new UsageError("--version, --start and --stop exclude each other");
  }
  if (stray.length > 0) throw new UsageError(`unrecognized arguments: ${stray.join(" ")}`);
  if (options.version === true) {
    print(`TorchServe Version is ${API_VERSION} (candil ${packageVersion()})`);
    return;
  }
  const file = pidFile(env);
  const running = runningServer(file, () => print("Removing orphan pid file."));
  if (options.stop === true) await stop(running, file, options.foreground === true, print);
  else await start(options, running, file, terminal);
}

async function stop(
  running: number | null,
  file: string,
  wait: boolean,
  print: (line: string) => void,
): Promise<void> {
  if (running === null) {
    print("TorchServe is not currently running.");
    return;
  }
  if (!terminate(running)) print("TorchServe already stopped.");
  else {
    rmSync("key_file.json", { force: true });
    if (!wait) print("TorchServe has stopped.");
    else if (!(await hasEnded(running, STOP_SECONDS))) print("Stopping TorchServe took too long.");
  }
  removePidFile(file, running);
}

async function start(
  options: TorchserveOptions,
  running: number | null,
  file: string,
  terminal: Terminal,
): Promise<void> {
  const { env } = terminal;
  const background = env[BACKGROUND] === "1";
  if (running !== null && !(background && running === process.pid)) {
    throw new CandilError("TorchServe is already running, please use torchserve --stop to stop TorchServe.");
  }
  checkPlaces(options, env);
  const { loadConfig } = await import("../server/config/index.ts");
  const loaded = loadConfig({
    file: options.tsConfig,
    commandLine: settingsOf(options),
    env,
    ...(options.noConfigSnapshots === true ? { snapshots: false } : {}),
  });
  const { modelStore } = loaded.config;
  if (modelStore === null) throw new CandilError("Missing mandatory parameter --model-store");
  if (!isFolder(modelStore)) throw new CandilError(`--model-store directory not found: ${modelStore}`);
  if (options.foreground !== true && !background) {
    writePidFile(file, startInBackground(env));
    return;
  }
  writePidFile(file, process.pid);
  try {
    const { serveConfig } = await import("./serve-config.ts");
    await endOnSignal(() =>
      serveConfig(loaded, { terminal, torchserve: true, logConfig: options.logConfig }),
    );
  } finally {
    removePidFile(file, process.pid);
  }
}

/** TorchServe's checks, in its words, before anything is started. */
function checkPlaces(options: TorchserveOptions, env: Terminal["env"]): void {
  const files: [flag: string, path: string | undefined][] = [
    ["--log-config", options.logConfig],
    ["--ts-config", env["TS_CONFIG_FILE"] ?? options.tsConfig],
    ["--cpp-log-config", options.cppLogConfig],
  ];
  for (const [flag, path] of files) {
    if (path === undefined || statSync(path, { throwIfNoEntry: false })?.isFile() === true) continue;
    throw new CandilError(`${flag} file not found: ${flag === "--ts-config" ? path : resolve(path)}`);
  }
  const { TEMP } = env;
  if (TEMP !== undefined && TEMP !== "" && !isFolder(TEMP)) {
    throw new CandilError(`Invalid temp directory: ${TEMP}, please check TEMP environment variable.`);
  }
  for (const [flag, path] of [
    ["--model-store", options.modelStore],
    ["--workflow-store", options.workflowStore],
  ] as const) {
    if (path !== undefined && !isFolder(path)) throw new CandilError(`${flag} directory not found: ${path}`);
  }
}

/** The settings that flags stand for. */
function settingsOf(options: TorchserveOptions): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  const set = (key: string, value: string | undefined, origin: string): void => {
    if (value !== undefined) settings.set(key, { value, origin });
  };
  set("model_store", options.modelStore, "--model-store");
  set("workflow_store", options.workflowStore, "--workflow-store");
  set("load_models", options.models?.join(","), "--models");
  set("cpp_log_config", options.cppLogConfig, "--cpp-log-config");
  set("plugins_path", options.pluginsPath, "--plugins-path");
  set(
    "disable_token_authorization",
    options.disableTokenAuth === true ? "true" : undefined,
    "--disable-token-auth",
  );
  set("enable_model_api", options.enableModelApi === true ? "true" : undefined, "--enable-model-api");
  return settings;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
