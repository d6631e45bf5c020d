import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ConfigError, loadConfig, writeSnapshot } from "../../../src/server/config/index.ts";
import type { ConfigSources, LoadedConfig } from "../../../src/server/config/index.ts";
import { ignoredKeys, keys } from "../../../src/server/config/keys.ts";

function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "candil-config-"));
  try {
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Loads `source` as ./config.properties. */
function load(source: string, sources: ConfigSources = {}): LoadedConfig {
  return inFolder((cwd) => {
    writeFileSync(join(cwd, "config.properties"), source);
    return loadConfig({ cwd, ...sources });
  });
}

const storeFlag = new Map([["model_store", { value: "/cli", origin: "--model-store" }]]);

describe("Settings", () => {
  it("of the command line win over the file", () => {
    const { config } = load("model_store=/file\njob_queue_size=5", { commandLine: storeFlag });
    expect(config).to.deep.include({ modelStore: "/cli", jobQueueSize: 5 });
  });

  it("of the environment win over both, when the file opts in", () => {
    const env = { TS_MODEL_STORE: "/env", TS_TOKEN_EXPIRATION_TIME_MIN: "5" };
    const opted = load("enable_envvars_config=true\nmodel_store=/file", {
      commandLine: storeFlag,
      env,
    }).config;
    expect(opted.modelStore).to.equal("/env");
    expect(opted.tokens?.expirationMinutes).to.equal(5);
    expect(load("model_store=/file", { commandLine: storeFlag, env }).config.modelStore).to.equal("/cli");
  });

  it("of the environment name themselves when they are wrong", () => {
    expect(() => load("enable_envvars_config=true", { env: { TS_JOB_QUEUE_SIZE: "x" } })).to.throw(
      ConfigError,
      "job_queue_size (TS_JOB_QUEUE_SIZE): expected",
    );
  });

  it("of the environment do not widen what may be fetched, unless the file allows it", () => {
    const env = { TS_ALLOWED_URLS: "https://.*" };
    expect(load("enable_envvars_config=true", { env }).config.allowedUrls).to.have.length(0);
    const allowed = load("enable_envvars_config=true\nuse_env_allowed_urls=true", { env });
    expect(allowed.config.allowedUrls).to.have.length(1);
  });

  it("may name environment variables between two dollar signs", () => {
    const env = { STORE: "/srv", SUB: "$1" };
    expect(load("model_store=$$STORE$$/$$SUB$$/x", { env }).config.modelStore).to.equal("/srv/$1/x");
    expect(() => load("model_store=$$NO_SUCH$$")).to.throw(
      ConfigError,
      "Invalid Environment Variable NO_SUCH",
    );
  });

  it("ask for the Open Inference Protocol by TS_OPEN_INFERENCE_PROTOCOL=oip without any opting in; only who asks otherwise is warned", () => {
    const on = load("ts_open_inference_protocol=false", { env: { TS_OPEN_INFERENCE_PROTOCOL: "oip" } });
    expect(on.warning).to.equal(null);
    const off = load("ts_open_inference_protocol=true", { env: { TS_OPEN_INFERENCE_PROTOCOL: "no" } });
    expect(off.warning).to.match(
      /^Settings without effect: ts_open_inference_protocol \(TS_OPEN_INFERENCE_PROTOCOL\)/,
    );
  });

  it("without effect are named in one warning, with the reason", () => {
    const { warning } = load("number_of_netty_threads=32\nnumber_of_gpu=0\njob_queue_sizes=3\nzzz=1");
    expect(warning).to.match(
      /^Settings without effect: number_of_netty_threads \(.*config\.properties:1\): there is no JVM/,
    );
    expect(warning).to.include("job_queue_sizes (").and.include("did you mean job_queue_size?");
    expect(warning).to.include("neither TorchServe nor candil has this key").and.not.include("number_of_gpu");
    expect(load("job_queue_size=3").warning).to.equal(null);
  });

  it("stand all on the page about TorchServe, and no others", () => {
    const page = readFileSync(new URL("../../../docs/from-torchserve.md", import.meta.url), "utf8");
    const [, table] = /\n## Keys of config\.properties\n([^]*?)\n## /.exec(page) ?? [];
    const named = [...(table ?? "").matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell]) =>
      [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name),
    );
    const known = [...keys, ...ignoredKeys.keys()].filter((key) => /^[a-z_]+$/.test(key));
    const onlyInSnapshots = ["version", "python"];
    expect(named.sort()).to.deep.equal(known.filter((key) => !onlyInSnapshots.includes(key)).sort());
  });

  it("of no key are both honoured and not", () => {
    expect(keys.filter((key) => ignoredKeys.has(key))).to.deep.equal([]);
    expect(new Set(keys).size).to.equal(keys.length);
  });
});

describe("The configuration file", () => {
  it("is TS_CONFIG_FILE, else --ts-config, else ./config.properties", () => {
    inFolder((cwd) => {
      writeFileSync(join(cwd, "config.properties"), "job_queue_size=1");
      writeFileSync(join(cwd, "flag.properties"), "job_queue_size=2");
      writeFileSync(join(cwd, "env.properties"), "job_queue_size=3");
      const env = { TS_CONFIG_FILE: "env.properties" };
      expect(loadConfig({ cwd }).config.jobQueueSize).to.equal(1);
      expect(loadConfig({ cwd, file: "flag.properties" }).config.jobQueueSize).to.equal(2);
      expect(loadConfig({ cwd, file: "flag.properties", env }).config).to.deep.include({
        jobQueueSize: 3,
        file: join(cwd, "env.properties"),
      });
    });
  });

  it("that is named must exist", () => {
    inFolder((cwd) => {
      expect(() => loadConfig({ cwd, file: "no.properties" })).to.throw(
        ConfigError,
        "--ts-config file not found: no.properties",
      );
      expect(loadConfig({ cwd }).config.file).to.equal(null);
    });
  });
});

describe("A snapshot", () => {
  const models = new Map([["mnist", new Map([["1.0", { marName: "mnist.mar", minWorkers: 2 }]])]]);

  it("is the newest configuration there is, once snapshots are kept", () => {
    inFolder((cwd) => {
      const source = "config_snapshots=true\njob_queue_size=1\nmodel_store=/st\u00f6re";
      writeFileSync(join(cwd, "config.properties"), source);
      const first = loadConfig({ cwd }).config;
      const folder = join(cwd, "logs", "config");
      const time = new Date(2024, 4, 30, 21, 46, 3, 626);
      const path = writeSnapshot(folder, "startup", first.settings, models, time);
      expect(path).to.equal(join(folder, "20240530214603626-startup.cfg"));
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      writeFileSync(join(folder, "notes.txt"), "not a snapshot");

      const again = loadConfig({ cwd }).config;
      expect(again.file).to.equal(path);
      expect(again).to.deep.include({ jobQueueSize: 1, modelStore: "/st\u00f6re" });
      expect(again.snapshot).to.deep.equal({ name: "20240530214603626-startup.cfg", models });
    });
  });

  it("is passed over with --ncs, a named file, or without being asked for", () => {
    inFolder((cwd) => {
      const folder = join(cwd, "logs", "config");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "20240530214603626-shutdown.cfg"), "job_queue_size=9");
      expect(loadConfig({ cwd }).config.jobQueueSize).to.equal(100);
      writeFileSync(join(cwd, "config.properties"), "config_snapshots=true");
      expect(loadConfig({ cwd }).config.jobQueueSize).to.equal(9);
      const { config } = loadConfig({ cwd, snapshots: false });
      expect(config).to.deep.include({ jobQueueSize: 100, saveSnapshots: false });
      expect(loadConfig({ cwd, file: "config.properties" }).config.jobQueueSize).to.equal(100);
    });
  });

  it("of TorchServe is read", () => {
    const json = {
      name: "20240530214603626-startup.cfg",
      modelCount: 1,
      created: 1717105563626,
      models: {
        mnist: {
          "1.0": { defaultVersion: true, marName: "mnist.mar", minWorkers: 1, runtimeType: "python" },
        },
      },
    };
    // As Properties.store writes it.
    const value = JSON.stringify(json, null, 2).replaceAll(":", "\\:").replaceAll("\n", "\\n");
    const { config } = load(
      `#Saving snapshot\n#Thu May 30 21:46:03 UTC 2024\ninference_address=http\\://127.0.0.1\\:9080\n` +
        `model_snapshot=${value}\nversion=0.12.0\n`,
    );
    expect(config.inference).to.deep.include({ port: 9080 });
    expect(config.snapshot?.models.get("mnist")?.get("1.0")).to.deep.include({
      marName: "mnist.mar",
      minWorkers: 1,
    });
  });

  it("is written in the form that it is read in, whatever the settings hold", () => {
    inFolder((folder) => {
      const odd = new Map([["model_store", { value: "#a\\b:c=d\n#e\u4e2d", origin: "x" }]]);
      const path = writeSnapshot(folder, "snapshot", odd, models);
      expect(readFileSync(path, "latin1")).to.match(/^# Saving snapshot\n/);
      const back = loadConfig({ file: path, cwd: "/" }).config;
      expect(back.modelStore).to.equal("#a\\b:c=d\n#e\u4e2d");
    });
  });
});
