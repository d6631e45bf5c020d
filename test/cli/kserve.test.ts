import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { writePt } from "../../src/checkpoint/index.ts";
import { KServeClient } from "../../src/client/index.ts";
import { makeArchive } from "../../src/node/make-archive.ts";
import { candil, Folder } from "../support/cli.ts";
import { imageFolder } from "../support/image.ts";
import { seededMnist, seededState } from "../support/mnist.ts";
import { decodeImage } from "../../src/node/image.ts";
import { digitPng } from "../support/png.ts";
import { Proxy } from "../support/proxy.ts";

const example = (name: string): string =>
  fileURLToPath(new URL(`../../examples/mnist/${name}`, import.meta.url));
const seven = digitPng(7);
const mnist = seededMnist();
const [{ prediction }] = mnist.predict(mnist.transform(decodeImage(seven)));

/** The config.properties of KServe's own TorchServe examples. */
const TORCHSERVE = `inference_address=http://0.0.0.0:8085
management_address=http://0.0.0.0:8085
metrics_address=http://0.0.0.0:8082
grpc_inference_port=7070
enable_envvars_config=true
install_py_dep_per_model=true
model_store=/mnt/models/model-store
model_snapshot={"name":"startup.cfg","modelCount":1,"models":{"mnist":{"1.0":{"defaultVersion":true,"marName":"mnist.mar","minWorkers":1,"maxWorkers":1,"batchSize":1,"maxBatchDelay":10,"responseTimeout":120}}}}
`;

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly requestId?: string;
  readonly traceId?: string;
}

/** A process, and the lines of its log. */
class Pod {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #closed: Promise<unknown>;
  readonly log: LogLine[] = [];

  constructor(program: string, args: readonly string[], cwd: string, env: Record<string, string>) {
    this.#child = spawn(process.execPath, [program, "kserve", ...args], {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (this.#child.stdout === null) throw new Error("no standard output");
    this.#lines = createInterface(this.#child.stdout);
    this.#lines.on("line", (line) => this.log.push(JSON.parse(line) as LogLine));
    this.#closed = once(this.#lines, "close");
  }

  /** Resolves with the first line whose message matches, once it is there. */
  says(pattern: RegExp): Promise<LogLine> {
    return this.line(({ msg }) => pattern.test(msg), String(pattern));
  }

  /** Resolves with the first line of that kind, once it is there. */
  async line(fits: (line: LogLine) => boolean, what: string): Promise<LogLine> {
    for (;;) {
      const found = this.log.find(fits);
      if (found !== undefined) return found;
      await Promise.race([once(this.#lines, "line"), this.#closed.then(() => this.#ended(what))]);
    }
  }

  #ended(what: string): never {
    throw new Error(`it ended before it said ${what}: ${JSON.stringify(this.log)}`);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async exit(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const [code] = (await once(this.#child, "exit")) as [number | null];
    return code;
  }
}

async function addressOf(pod: Pod): Promise<string> {
  const { msg } = await pod.says(/Model server started/);
  return /http:\S+\d/.exec(msg)?.[0] ?? "";
}

describe("candil kserve, as KServe starts TorchServe's containers", () => {
  let models: Folder;
  let empty: Folder;
  let pod: Pod;
  let next: Pod;
  let url = "";
  let nextUrl = "";
  let proxy: Proxy | null = null;
  before(async () => {
    models = await Folder.create({ "mnist_cnn.pt": writePt(seededState()) });
    empty = await Folder.create({});
    await mkdir(models.file("config"));
    await mkdir(models.file("model-store"));
    await writeFile(models.file("config/config.properties"), TORCHSERVE);
    await makeArchive({
      modelName: "mnist",
      version: "1.0",
      modelFile: example("mnist.py"),
      serializedFile: models.file("mnist_cnn.pt"),
      handler: example("mnist_handler.py"),
      exportPath: models.file("model-store"),
      extraFiles: null,
      requirementsFile: null,
      configFile: null,
    });
    const flags = [
      "--model_name=torchserve",
      `--model_dir=${models.path}`,
      "--host=127.0.0.1",
      "--drain_delay=1",
    ];
    const theirs = [
      "torchserve",
      "--start",
      "--foo",
      "bar",
      "--disable-token-auth",
      "--predictor_host",
      "p.default",
    ];
    const env = { PORT: "0", INFERENCE_SERVICE_NAME: "torchserve" };
    const { program } = await imageFolder();
    pod = new Pod(program, [...theirs, ...flags], empty.path, env);
    next = new Pod(program, flags, empty.path, env);
    [url, nextUrl] = await Promise.all([addressOf(pod), addressOf(next)]);
  });
  after(async () => {
    pod.signal("SIGKILL");
    next.signal("SIGKILL");
    proxy?.stop();
    await Promise.all([models.remove(), empty.remove()]);
  });

  it("warns once of each flag that means nothing, and of settings", () => {
    const warnings = pod.log.filter(({ level }) => level === "warn").map(({ msg }) => msg);
    expect(warnings.slice(0, 5).map((line) => line.split(" has")[0])).to.deep.equal([
      '"torchserve"',
      "--start",
      "--foo",
      "--disable-token-auth",
      "--predictor-host",
    ]);
    expect(warnings.slice(5).join()).to.match(/install_py_dep_per_model/);
  });

  it("serves the models of config.properties under their names, by V1 and V2", async () => {
    const client = new KServeClient(url);
    expect(await client.v2.ready()).to.equal(true);
    expect(await client.v1.models()).to.deep.equal(["mnist"]);
    expect(await client.v1.predict("mnist", [seven])).to.deep.equal([prediction]);
  });

  it("has its metrics on the same port", async () => {
    const answer = await fetch(`${url}/metrics`);
    expect(answer.headers.get("content-type")).to.match(/^text\/plain; version=0\.0\.4/);
    const text = await answer.text();
    expect(text).to.match(/^ts_inference_requests_total\{model_name="mnist"/m);
    for (const stage of ["preprocess", "predict", "postprocess"]) {
      expect(text).to.contain(`request_${stage}_seconds_count{model_name="mnist",} 1.0\n`);
    }
  });

  it("writes the request id and the trace of each request to its log, and nothing of probes", async () => {
    const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    const client = new KServeClient(url);
    await client.v2.live({ requestId: "probe-1" });
    await client.v1.predict("mnist", [seven], { requestId: "mine-1", headers });
    const line = await pod.line(({ requestId }) => requestId === "mine-1", "its line");
    expect(line.msg).to.match(/POST \/v1\/models\/mnist:predict HTTP\/1\.1" 200/);
    expect(line.traceId).to.equal("0af7651916cd43dd8448eb211c80319c");
    expect(pod.log.map(({ requestId }) => requestId)).not.to.include("probe-1");
  });

  it("leaves its place to another under load without a failed request, ends with 0, and has written nothing", async () => {
    proxy = await Proxy.start([url, nextUrl]);
    const client = new KServeClient(proxy.url);
    let loaded = true;
    const load = async (): Promise<void> => {
      while (loaded) expect(await client.v1.predict("mnist", [seven])).to.deep.equal([prediction]);
    };
    const clients = [load(), load(), load()];
    const slow = await SlowRequest.begin(
      url,
      JSON.stringify({ instances: [{ data: seven.toString("base64") }] }),
    );
    while (proxy.served(url) < 10) await client.v1.predict("mnist", [seven]);

    pod.signal("SIGTERM");
    await pod.says(/SIGTERM: not ready any more/);
    const answer = await slow.finish();
    expect(answer).to.match(/^HTTP\/1\.1 200 /);
    expect(answer).to.match(/connection: close\r\n/i);
    expect(answer.endsWith(`{"predictions":[${prediction}]}`)).to.equal(true);
    expect(await pod.exit()).to.equal(0);

    const served = proxy.served(nextUrl);
    while (proxy.served(nextUrl) < served + 10) await client.v1.predict("mnist", [seven]);
    loaded = false;
    await Promise.all(clients);
    expect(await readdir(empty.path)).to.deep.equal([]);
  });
});

/** A request whose body comes in two parts. */
class SlowRequest {
  readonly #socket: Socket;
  readonly #rest: string;

  private constructor(socket: Socket, rest: string) {
    this.#socket = socket;
    this.#rest = rest;
  }

  /** Resolves when the server has read the head. */
  static async begin(url: string, body: string): Promise<SlowRequest> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const head = ["POST /v1/models/mnist:predict HTTP/1.1", "Host: pod", `Content-Length: ${body.length}`];
    socket.write(`${[...head, "Expect: 100-continue"].join("\r\n")}\r\n\r\n`);
    await once(socket, "data");
    socket.write(body.slice(0, 1));
    return new SlowRequest(socket, body.slice(1));
  }

  /** Sends the rest and resolves with the answer, once the server has closed the connection. */
  finish(): Promise<string> {
    this.#socket.write(this.#rest);
    return text(this.#socket);
  }
}

describe("candil kserve", () => {
  it("ends at SIGTERM while it loads its models, as process 1 of a container would not by itself", async () => {
    // The first line of the log is a warning, written before anything is loaded.
    const atFirstLine = `const { write } = process.stdout;
      process.stdout.write = function (...line) {
        process.kill(process.pid, "SIGTERM");
        return write.apply(this, line);
      };`;
    const models = await Folder.create({ "mnist.pt": writePt(seededState()) });
    const preload = `data:text/javascript,${encodeURIComponent(atFirstLine)}`;
    const { program } = await imageFolder();
    const args = ["--import", preload, program, "kserve", "--foo", `--model_dir=${models.path}`];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [output, [code, signal]] = await Promise.all([
      text(child.stdout),
      once(child, "exit") as Promise<[number | null, string | null]>,
    ]);
    expect(output).to.include("--foo has no effect").and.not.include("Model server started");
    expect([code, signal]).to.deep.equal([143, null]);
    await models.remove();
  });

  it("does not start with models that take more than the memory budget, and says what each takes", async () => {
    const models = await Folder.create({ "a.pt": writePt(seededState()), "b.pt": writePt(seededState()) });
    const args = ["--http_port=0", "--workers=1", "--memory_budget=1Mi", `--model_dir=${models.path}`];
    const ended = await candil(["kserve", ...args]);
    await models.remove();
    expect(ended.code).to.equal(1);
    expect(ended.stderr).to.match(
      /the models take \d+\.\d MiB, more than the --memory_budget of 1\.0 MiB: a \d+\.\d MiB, b \d+\.\d MiB\. Serve fewer/,
    );
  });

  it("says which folder has no models, and who would have put them there", async () => {
    const listeners = process.listenerCount("SIGTERM");
    const ended = await candil(["kserve", "--model_dir=/nowhere"], {
      env: { STORAGE_URI: "s3://bucket/mnist" },
    });
    expect(process.listenerCount("SIGTERM")).to.equal(listeners);
    expect(ended.code).to.equal(1);
    expect(ended.stderr).to.equal(
      "candil: /nowhere: there is no folder of models (STORAGE_URI is s3://bucket/mnist, which KServe's storage initializer " +
        "downloads; candil itself downloads nothing)\n",
    );
  });

  it("refuses a PORT and a --log_format that are none, with 2", async () => {
    const port = await candil(["kserve"], { env: { PORT: "http" } });
    expect(port).to.include({ code: 2, stderr: 'candil: PORT must be a port from 0 to 65535, got "http"\n' });
    const format = await candil(["kserve", "--log_format=xml"]);
    expect(format).to.include({ code: 2, stderr: 'candil: --log_format must be json or text, got "xml"\n' });
    expect((await candil(["kserve", "--http_port=99999"])).code).to.equal(2);
  });
});
