import { Metadata, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { GrpcClient } from "../support/grpc-client.ts";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { Listener } from "../../src/server/listener.ts";
import { questionOf } from "../../src/server/policy.ts";
import type { ServingServer } from "../../src/server/serve.ts";
import { digitPng } from "../support/png.ts";
import { withServing } from "../support/serving.ts";

const png = digitPng(7);
const open = { disable_token_authorization: "true" };
const bearer = (key: string): Record<string, string> => ({ Authorization: `Bearer ${key}` });

/** The listener of a port that the test has opened. */
function port(server: ServingServer, role: "management" | "metrics"): Listener {
  const listener = server.listeners[role];
  if (listener === null) throw new Error(`no ${role} port`);
  return listener;
}

function predict(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/predictions/mnist`, { method: "PUT", body: png, headers });
}

describe("A server with three ports", () => {
  it("answers on each what belongs there", async () => {
    await withServing(open, async (server) => {
      expect((await predict(server.url)).status).to.equal(200);
      expect(await (await fetch(`${port(server, "management").url}/models`)).text()).to.equal(
        "managed GET /models",
      );
      expect((await fetch(`${server.url}/models`)).status).to.equal(404);
      expect((await fetch(`${port(server, "metrics").url}/predictions/mnist`)).status).to.equal(404);
    });
  });

  it("counts answers of all ports and questions to models", async () => {
    await withServing(open, async (server) => {
      await predict(server.url);
      await fetch(`${server.url}/predictions/mnist/1.0`, { method: "PUT", body: "nothing" });
      await fetch(`${server.url}/predictions/nobody`, { method: "PUT", body: png });
      await fetch(`${server.url}/v1/models/mnist`);
      const { url } = port(server, "metrics");
      const answer = await fetch(`${url}/metrics`);
      expect(answer.headers.get("content-type")).to.equal("text/plain; version=0.0.4; charset=utf-8");
      expect((await answer.text()).split("\n")).to.include.members([
        'Requests2XX{Level="Host",Hostname="vm",} 2.0',
        'Requests4XX{Level="Host",Hostname="vm",} 2.0',
        'ts_inference_requests_total{model_name="mnist",model_version="default",hostname="vm",} 1.0',
        'ts_inference_requests_total{model_name="mnist",model_version="1.0",hostname="vm",} 1.0',
        'candil_prediction_seconds_count{model_name="mnist",} 2.0',
      ]);
      const filtered = await fetch(`${url}/metrics?name[]=Requests2XX&name%5B%5D=QueueTime`, {
        method: "POST",
      });
      expect((await filtered.text()).match(/^# TYPE \w+/gm)).to.deep.equal([
        "# TYPE Requests2XX",
        "# TYPE QueueTime",
      ]);
    });
  });

  it("has no metrics port when it is told so, and none of it in mode log", async () => {
    await withServing({ ...open, enable_metrics_api: "false" }, (server) => {
      expect(server.listeners.metrics).to.equal(null);
      return Promise.resolve();
    });
    await withServing({ ...open, metrics_mode: "log" }, async (server) => {
      expect(await (await fetch(`${port(server, "metrics").url}/metrics`)).text()).to.equal("");
    });
  });

  it("describes itself in OpenAPI on each of them, and each model", async () => {
    await withServing({}, async (server, keys) => {
      for (const { url } of [server, port(server, "management"), port(server, "metrics")]) {
        const described = await fetch(`${url}/`, { method: "OPTIONS" });
        expect(described.status).to.equal(200);
        const document = (await described.json()) as Record<string, unknown>;
        expect(document).to.deep.include({ openapi: "3.0.1" });
        expect(document["info"]).to.deep.include({ title: "TorchServe APIs", version: "0.12.0" });
        expect(await (await fetch(`${url}/api-description`)).json()).to.deep.equal(document);
        expectSound(document);
      }
      const model = await fetch(`${server.url}/predictions/mnist`, { method: "OPTIONS" });
      expect(Object.keys(((await model.json()) as { paths: object }).paths)).to.include("/predictions/mnist");
      const managed = await fetch(`${port(server, "management").url}/models/mnist/1.0`, {
        method: "OPTIONS",
      });
      expect(managed.status).to.equal(200);
      for (const path of ["/predictions/nobody", "/predictions/mnist/9.0"]) {
        expect(
          (await fetch(server.url + path, { method: "OPTIONS", headers: bearer(keys.get("inference").key) }))
            .status,
        ).to.equal(404);
      }
    });
  });

  it("stops on all of them", async () => {
    const urls: string[] = [];
    await withServing(open, (server) => {
      urls.push(server.url, port(server, "management").url, port(server, "metrics").url);
      return Promise.resolve();
    });
    for (const url of urls) {
      expect(await fetch(`${url}/ping`).catch(() => "closed")).to.equal("closed");
    }
  });

  it("opens all ports or none, and says which could not be had", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const taken = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    let refused: unknown = null;
    await withServing({ ...open, metrics_address: taken }, () => Promise.resolve()).catch(
      (error: unknown) => (refused = error),
    );
    other.close();
    expect(refused).to.be.instanceOf(Error);
    expect(String(refused)).to.include(`metrics_address ${taken} is in use`);
  });
});

/** Operation ids are unique, and every parameter in braces is described. */
function expectSound(document: Record<string, unknown>): void {
  const paths = document["paths"] as Record<
    string,
    Record<string, { operationId: string; parameters: { name: string }[] }>
  >;
  const ids: string[] = [];
  for (const [path, item] of Object.entries(paths)) {
    for (const { operationId, parameters } of Object.values(item)) {
      ids.push(operationId);
      const names = parameters.map(({ name }) => name);
      for (const [, name] of path.matchAll(/\{(\w+)\}/g)) expect(names, path).to.include(name);
    }
  }
  expect(new Set(ids).size).to.equal(ids.length);
}

describe("A server with tokens", () => {
  it("asks each port's own key, says how, and leaves health and metrics open", async () => {
    await withServing({}, async (server, keys) => {
      const refused = await predict(server.url);
      expect(refused.status).to.equal(401);
      expect(refused.headers.get("www-authenticate")).to.equal('Bearer realm="candil"');
      expect(await refused.json()).to.deep.equal({
        code: 401,
        type: "InvalidKeyException",
        message: "Token Authorization failed. Token either incorrect, expired, or not provided correctly",
      });
      expect((await predict(server.url, bearer(keys.get("management").key))).status).to.equal(401);
      expect((await predict(server.url, bearer(keys.get("inference").key))).status).to.equal(200);
      const models = `${port(server, "management").url}/models`;
      expect((await fetch(models, { headers: bearer(keys.get("inference").key) })).status).to.equal(401);
      expect((await fetch(models, { headers: bearer(keys.get("management").key) })).status).to.equal(200);
      expect((await fetch(`${server.url}/ping`)).status).to.equal(200);
      expect((await fetch(`${port(server, "metrics").url}/metrics`)).status).to.equal(200);
    });
  });

  it("asks gRPC calls for the inference key too", async () => {
    await withServing({ grpc_inference_port: "0" }, async ({ grpc }, keys) => {
      const client = new GrpcClient(`127.0.0.1:${grpc?.port ?? 0}`);
      const metadata = new Metadata();
      const error = await client.call("ServerLive", {}).then(
        () => null,
        (reason: ServiceError) => reason,
      );
      expect(error?.code).to.equal(status.UNAUTHENTICATED);
      metadata.set("authorization", `Bearer ${keys.get("inference").key}`);
      expect(await client.call("ServerLive", {}, {}, metadata)).to.deep.equal({ live: true });
      client.close();
    });
  });

  it("renews a key at /token, exactly there", async () => {
    await withServing({}, async (server, keys) => {
      const { url } = port(server, "management");
      const old = keys.get("inference").key;
      const renewed = await fetch(`${url}/token?type=inference`, { headers: bearer(keys.get("api").key) });
      expect([renewed.status, await renewed.text()]).to.deep.equal([200, "\n"]);
      expect((await predict(server.url, bearer(old))).status).to.equal(401);
      expect((await predict(server.url, bearer(keys.get("inference").key))).status).to.equal(200);
      const tokenizer = await fetch(`${url}/models/tokenizer`, {
        headers: bearer(keys.get("management").key),
      });
      expect(await tokenizer.text()).to.equal("managed GET /models/tokenizer");
      expect((await fetch(`${url}/token?type=inference`)).status).to.equal(401);
    });
  });

  it("works on one port for inference and management", async () => {
    // A port that is free a moment ago; port 0 would give each its own.
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const { port: free } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const address = `http://127.0.0.1:${free}`;
    const shared = { inference_address: address, management_address: address };
    await withServing(shared, async (server, keys) => {
      expect(server.listeners.management).to.equal(server.listeners.inference);
      const ask = async (path: string, kind: "inference" | "management"): Promise<number> =>
        (await fetch(address + path, { headers: bearer(keys.get(kind).key) })).status;
      expect((await predict(address, bearer(keys.get("inference").key))).status).to.equal(200);
      expect(await ask("/models", "management")).to.equal(200);
      expect(await ask("/models/mnist/1.0/set-default", "management")).to.equal(200);
      expect(await ask("/models", "inference")).to.equal(401);
      expect(await ask("/v1/models/mnist", "inference")).to.equal(200);
      // It is asked, and misses a body.
      expect(await ask("/models/mnist/invoke", "inference")).to.equal(400);
    });
  });
});

describe("A server that was told which models to serve", () => {
  it("takes no others while the model API is off", async () => {
    await withServing(open, async (server) => {
      const { url } = port(server, "management");
      const status = async (method: string, path: string): Promise<number> =>
        (await fetch(url + path, { method })).status;
      expect(await status("POST", "/models?url=x.mar")).to.equal(405);
      expect(await status("DELETE", "/models/mnist")).to.equal(405);
      expect(await status("PUT", "/models/mnist?min_worker=2")).to.equal(200);
    });
    await withServing({ ...open, enable_model_api: "true" }, async (server) => {
      const registered = await fetch(`${port(server, "management").url}/models?url=x.mar`, {
        method: "POST",
      });
      expect(registered.status).to.equal(200);
    });
  });
});

describe("A server for pages of other origins", () => {
  const preflight = { Origin: "https://a.example", "Access-Control-Request-Method": "PUT" };

  it("answers preflights without a token, and allows the origins that were named", async () => {
    const settings = { cors_allowed_origin: "https://a.example, https://b.example" };
    await withServing(settings, async (server, keys) => {
      const path = `${server.url}/predictions/mnist`;
      const asked = await fetch(path, { method: "OPTIONS", headers: preflight });
      expect(asked.status).to.equal(204);
      expect(asked.headers.get("access-control-allow-origin")).to.equal("https://a.example");
      expect(asked.headers.get("access-control-allow-headers")).to.equal(
        "Content-Type, Authorization, X-Request-Id, Inference-Header-Content-Length, traceparent, tracestate",
      );
      expect(asked.headers.get("access-control-allow-methods")).to.include("PUT");
      const { key } = keys.get("inference");
      const answer = await predict(server.url, { ...bearer(key), Origin: "https://b.example" });
      expect([answer.status, answer.headers.get("access-control-allow-origin")]).to.deep.equal([
        200,
        "https://b.example",
      ]);
      const refused = await predict(server.url, { Origin: "https://b.example" });
      expect([refused.status, refused.headers.get("access-control-allow-origin")]).to.deep.equal([
        401,
        "https://b.example",
      ]);
      const stranger = await fetch(path, {
        method: "OPTIONS",
        headers: { ...preflight, Origin: "https://evil" },
      });
      expect(stranger.headers.get("access-control-allow-origin")).to.equal(null);
      expect(stranger.headers.get("vary")).to.equal("Origin");
    });
  });

  it("allows none unless told so, and never on the management port", async () => {
    await withServing({ ...open, cors_allowed_origin: "*" }, async (server) => {
      expect(
        (await predict(server.url, { Origin: "https://x" })).headers.get("access-control-allow-origin"),
      ).to.equal("*");
      const managed = await fetch(`${port(server, "management").url}/models`, {
        headers: { Origin: "https://x" },
      });
      expect(managed.headers.get("access-control-allow-origin")).to.equal(null);
    });
    await withServing(open, async (server) => {
      const answer = await predict(server.url, { Origin: "https://x" });
      expect(answer.headers.get("access-control-allow-origin")).to.equal(null);
    });
  });
});

describe("A server with TLS", () => {
  it("speaks it on every port whose address says https", async () => {
    const fixture = (name: string): string =>
      fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
    const settings = {
      inference_address: "https://127.0.0.1:0",
      private_key_file: fixture("key.pem"),
      certificate_file: fixture("cert.pem"),
    };
    await withServing(settings, async (server) => {
      expect(server.url).to.match(/^https:/);
      const status = await new Promise((resolve, reject) => {
        const options = {
          port: server.port,
          path: "/ping",
          ca: readFileSync(fixture("cert.pem")),
          agent: false,
        };
        request({ host: "127.0.0.1", ...options }, (response) => resolve(response.resume().statusCode))
          .on("error", reject)
          .end();
      });
      expect(status).to.equal(200);
      expect(port(server, "metrics").url).to.match(/^http:/);
    });
  });
});

describe("A path of the inference port", () => {
  const cases = [
    ["/predictions/mnist", "mnist", null, "prediction"],
    ["/explanations/mnist/2.0/x", "mnist", "2.0", "explanation"],
    ["/v1/models/mnist:explain", "mnist", null, "explanation"],
    ["/v2/models/mnist/infer", "mnist", null, "prediction"],
    ["/v2/models/mnist/versions/2/infer", "mnist", "2", "prediction"],
  ] as const;
  for (const [path, model, askedVersion, kind] of cases) {
    it(`${path} asks for a ${kind}`, () => {
      expect(questionOf(path)).to.deep.equal({ model, askedVersion, kind });
    });
  }

  for (const path of ["/ping", "/v2/models/mnist", "/v1/models/mnist", "/predictions", "/"]) {
    it(`${path} asks no model`, () => {
      expect(questionOf(path)).to.equal(null);
    });
  }
});
