import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { logTime } from "../../../src/server/log/log-line.ts";
import { readLogConfig } from "../../../src/server/log/log-config.ts";
import { RollingFile } from "../../../src/server/log/rolling-file.ts";
import { ServerLog } from "../../../src/server/log/server-log.ts";
import type { AccessRecord } from "../../../src/server/logger.ts";

const access: AccessRecord = {
  remote: "127.0.0.1:40168",
  method: "PUT",
  url: "/predictions/mnist",
  httpVersion: "1.1",
  status: 200,
  milliseconds: 11.6,
  requestId: "id-1",
};
const TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d,\\d{3}";

function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "candil-log-"));
  try {
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("A server's log", () => {
  it("has TorchServe's lines on the console and in its files", () => {
    inFolder((folder) => {
      const lines: string[] = [];
      const log = new ServerLog({
        console: (line) => lines.push(line),
        folder: join(folder, "logs"),
        metricsFolder: join(folder, "metrics"),
      });
      log.access(access);
      log.access({ ...access, status: 400, reason: "no\npicture" });
      log.model("info", "W-9000-mnist_1.0 is ready");
      log.metric("MODEL_METRICS", "PredictionTime.ms:1.04|#ModelName:mnist,Level:Model|#hostname:h");
      log.defect(new TypeError("oh"), "id-2");
      log.flush();

      const read = (name: string): string => readFileSync(join(folder, name), "utf8");
      expect(lines[0]).to.match(
        new RegExp(
          `^${TIME} \\[INFO \\] main ACCESS_LOG - /127\\.0\\.0\\.1:40168 "PUT /predictions/mnist HTTP/1\\.1" 200 12\n$`,
        ),
      );
      expect(read("logs/access_log.log")).to.match(
        new RegExp(
          `^${TIME} - /127\\.0\\.0\\.1:40168 "PUT /predictions/mnist HTTP/1\\.1" 200 12\n${TIME} - .* 400 12\n$`,
        ),
      );
      expect(read("logs/ts_log.log")).to.include("[WARN ] main candil - id-1 400: no picture\n");
      expect(read("logs/ts_log.log")).to.include("[ERROR] main candil - request id-2 failed: TypeError: oh");
      expect(read("logs/model_log.log")).to.match(/\[INFO \] main MODEL_LOG - W-9000-mnist_1\.0 is ready\n$/);
      expect(read("metrics/model_metrics.log")).to.match(
        new RegExp(`^${TIME} - PredictionTime\\.ms:1\\.04\\|`),
      );
      // The benchmark of TorchServe takes the fourth field between colons, before the first bar.
      const metric = lines.find((line) => line.includes("PredictionTime")) ?? "";
      expect(metric.split("|")[0].split(":")[3]).to.equal("1.04");
    });
  });

  it("is JSON when asked for", () => {
    const lines: string[] = [];
    const log = new ServerLog({ format: "json", console: (line) => lines.push(line) });
    log.access({ ...access, status: 404, reason: "no\nmodel" });
    const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).to.deep.include({
      level: "info",
      logger: "ACCESS_LOG",
      method: "PUT",
      url: "/predictions/mnist",
      status: 404,
      requestId: "id-1",
    });
    expect(new Date(String(first["time"])).getTime()).to.be.closeTo(Date.now(), 60_000);
    expect(second).to.deep.include({ level: "warn", logger: "candil", msg: "id-1 404: no model" });
    expect(lines.every((line) => line.endsWith("\n"))).to.equal(true);
  });

  it("dates its lines as log4j does", () => {
    expect(logTime(new Date(2024, 4, 3, 1, 6, 3, 6))).to.equal("2024-05-03T01:06:03,006");
  });
});

describe("A log file", () => {
  it("is set aside when it has grown large, and five are kept", () => {
    inFolder((folder) => {
      const path = join(folder, "a.log");
      const file = new RollingFile(path, 10);
      for (let i = 0; i < 9; i++) {
        file.write(`line ${i} of nine\n`);
        file.flush();
      }
      expect(readdirSync(folder).sort()).to.deep.equal([
        "a.log",
        "a.log.1",
        "a.log.2",
        "a.log.3",
        "a.log.4",
        "a.log.5",
      ]);
      expect(readFileSync(path, "utf8")).to.equal("line 8 of nine\n");
      expect(readFileSync(`${path}.5`, "utf8")).to.equal("line 3 of nine\n");
    });
  });
});

describe("A log4j2 file", () => {
  it("is asked only whether it wants JSON", () => {
    inFolder((folder) => {
      const file = join(folder, "log4j2.xml");
      writeFileSync(file, "<PatternLayout/>");
      expect(readLogConfig(file).format).to.equal(null);
      writeFileSync(file, '<JSONPatternLayout pattern="x"/>');
      expect(readLogConfig(file)).to.deep.include({ format: "json" });
      expect(readLogConfig(file).warning).to.include("log4j2 is Java");
    });
  });
});
