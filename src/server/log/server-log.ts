/**
 * @module
 * Everything that a server writes for its operator: accesses, models, metrics and what else happens, on the console and in
 * files, in TorchServe's lines or as JSON.
 */

import { join } from "node:path";
import { pino } from "pino";
import type { AccessRecord, Logger } from "../logger.ts";
import { fullLine, shortLine } from "./log-line.ts";
import type { Level } from "./log-line.ts";
import { RollingFile } from "./rolling-file.ts";

/** TorchServe's loggers, and candil's own. */
export type LogSource = "ACCESS_LOG" | "MODEL_LOG" | "TS_METRICS" | "MODEL_METRICS" | "candil";

/** Where lines go, and how they look. */
export interface ServerLogOptions {
  readonly format?: "torchserve" | "json";
  /** Takes the lines of the console. */
  readonly console?: (line: string) => void;
  /** Folder of access_log.log, model_log.log and ts_log.log; none when absent. */
  readonly folder?: string;
  /** Folder of ts_metrics.log and model_metrics.log; `folder` when absent. */
  readonly metricsFolder?: string;
}

type FileName = "access_log" | "model_log" | "ts_log" | "ts_metrics" | "model_metrics";

/** The file of each source; TorchServe's pattern for access and metrics has neither level nor logger. */
const files: Record<LogSource, { readonly file: FileName; readonly short: boolean }> = {
  ACCESS_LOG: { file: "access_log", short: true },
  MODEL_LOG: { file: "model_log", short: false },
  TS_METRICS: { file: "ts_metrics", short: true },
  MODEL_METRICS: { file: "model_metrics", short: true },
  candil: { file: "ts_log", short: false },
};

/** A server's log. It never throws and never waits. */
export class ServerLog implements Logger {
  readonly #json: JsonLines | null;
  readonly #console: (line: string) => void;
  readonly #files = new Map<FileName, RollingFile>();

  /** @throws Node's error when a folder cannot be made or a file not written */
  constructor({ format = "torchserve", console, folder, metricsFolder = folder }: ServerLogOptions = {}) {
    this.#json = format === "json" ? new JsonLines() : null;
    this.#console = console ?? (() => undefined);
    for (const { file } of Object.values(files)) {
      const where = file.endsWith("metrics") ? metricsFolder : folder;
      if (where !== undefined) this.#files.set(file, new RollingFile(join(where, `${file}.log`)));
    }
  }

  /** One answered request; why it was refused stands in a line of its own. */
  access(record: AccessRecord): void {
    const { remote, method, url, httpVersion, status, milliseconds, requestId, traceId, reason } = record;
    const line = `/${remote} "${method} ${url} HTTP/${httpVersion}" ${status} ${Math.round(milliseconds)}`;
    this.#write("ACCESS_LOG", "info", line, {
      remote,
      method,
      url,
      status,
      milliseconds,
      requestId,
      ...(traceId === undefined ? {} : { traceId }),
    });
    if (reason !== undefined)
      this.#event("warn", `${requestId} ${status}: ${oneLine(reason)}`, { requestId, status });
  }

  /** A defect of ours. */
  defect(error: unknown, requestId: string): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#event("error", `request ${requestId} failed: ${stack}`, { requestId });
  }

  /** A line about a model or its workers. */
  model(level: Level, message: string): void {
    this.#write("MODEL_LOG", level, oneLine(message), {});
  }

  /** A line of metrics. */
  metric(source: "TS_METRICS" | "MODEL_METRICS", line: string): void {
    this.#write(source, "info", line, {});
  }

  /** Anything else that the operator should know. */
  event(level: Level, message: string): void {
    this.#event(level, message, {});
  }

  /** Writes to the files what is still in memory. */
  flush(): void {
    for (const file of this.#files.values()) file.flush();
  }

  #event(level: Level, message: string, fields: object): void {
    this.#write("candil", level, message, fields);
  }

  #write(source: LogSource, level: Level, message: string, fields: object): void {
    const { file, short } = files[source];
    if (this.#json !== null) {
      const line = this.#json.line(source, level, message, fields);
      this.#console(line);
      this.#files.get(file)?.write(line);
      return;
    }
    const date = new Date();
    const line = fullLine(date, level, source, message);
    this.#console(line);
    this.#files.get(file)?.write(short ? shortLine(date, message) : line);
  }
}

/** Lines of JSON, made by pino: level by name, time as ISO 8601. */
class JsonLines {
  #line = "";
  readonly #pino = pino(
    {
      level: "debug",
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (text: string) => (this.#line = text) },
  );

  /** pino writes before it returns, into {@link JsonLines.#line}. */
  line(source: LogSource, level: Level, message: string, fields: object): string {
    this.#pino[level]({ logger: source, ...fields }, message);
    return this.#line;
  }
}

/** What a client sent may stand in a reason; it must not begin a line of its own. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, " ");
}
