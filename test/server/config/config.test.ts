import { availableParallelism } from "node:os";
import { expect } from "chai";
import fc from "fast-check";
import { ConfigError, readConfig } from "../../../src/server/config/index.ts";
import type { ServerConfig, Setting } from "../../../src/server/config/index.ts";
import { keys } from "../../../src/server/config/keys.ts";

function config(values: Record<string, string> = {}): ServerConfig {
  return readConfig(
    new Map<string, Setting>(Object.entries(values).map(([key, value]) => [key, { value, origin: "f:1" }])),
  );
}

describe("A configuration", () => {
  it("of nothing is TorchServe's, with metrics on, no URL allowed and no snapshots", () => {
    const { inference, management, metrics, ...rest } = config();
    expect(inference).to.deep.equal({ kind: "tcp", tls: false, host: "127.0.0.1", port: 8080 });
    expect(management).to.deep.equal({ kind: "tcp", tls: false, host: "127.0.0.1", port: 8081 });
    expect(metrics).to.deep.equal({ kind: "tcp", tls: false, host: "127.0.0.1", port: 8082 });
    expect(rest).to.deep.include({
      grpc: { host: "127.0.0.1", port: 7070, tls: false, asked: false },
      loadModels: [],
      defaultWorkers: availableParallelism(),
      responseTimeout: 120,
      startupTimeout: 120,
      unregisterTimeout: 120,
      jobQueueSize: 100,
      maxRequestSize: 6_553_500,
      maxResponseSize: 6_553_500,
      tokens: { expirationMinutes: 60, keyFile: null },
      modelApi: false,
      metricsMode: "prometheus",
      systemMetricsInterval: 60,
      allowedUrls: [],
      saveSnapshots: false,
      cors: null,
    });
  });

  const mnist = '{"mnist":{"1.0":{"minWorkers":2,"batchSize":0,"defaultVersion":true,"marName":"m.mar"}}}';
  const read: [values: Record<string, string>, expected: Partial<ServerConfig>][] = [
    [{ job_queue_size: "7" }, { jobQueueSize: 7 }],
    [{ job_queue_size: "" }, { jobQueueSize: 100 }],
    [{ enable_metrics_api: "FALSE" }, { metrics: null }],
    [{ debug: "true", default_workers_per_model: "4" }, { defaultWorkers: 1 }],
    [{ default_workers_per_model: "4" }, { defaultWorkers: 4 }],
    [{ disable_system_metrics: "true" }, { systemMetricsInterval: null }],
    [{ disable_token_authorization: "true" }, { tokens: null }],
    [{ token_expiration_min: "0.25" }, { tokens: { expirationMinutes: 0.25, keyFile: null } }],
    [{ metrics_mode: "Legacy" }, { metricsMode: "legacy" }],
    [{ service_envelope: "kservev2" }, { serviceEnvelope: "kservev2" }],
    [{ load_models: "ALL" }, { loadModels: "all" }],
    [
      { load_models: "a.mar, b=c.mar,,d=http://h/x?y=z" },
      {
        loadModels: [
          { name: null, url: "a.mar" },
          { name: "b", url: "c.mar" },
          { name: "d", url: "http://h/x?y=z" },
        ],
      },
    ],
    [{ keystore: "k.p12" }, { tls: { kind: "pkcs12", file: "k.p12", passphrase: "changeit" } }],
    [
      { private_key_file: "k.pem", certificate_file: "c.pem" },
      { tls: { kind: "pem", keyFile: "k.pem", certificateFile: "c.pem" } },
    ],
    [
      { cors_allowed_origin: "https://a.example", cors_allowed_methods: "GET, POST" },
      { cors: { origin: "https://a.example", methods: "GET, POST", headers: null } },
    ],
    [{ management_address: "unix:/tmp/m.sock" }, { management: { kind: "unix", path: "/tmp/m.sock" } }],
    [
      { inference_address: "https://[::1]", certificate_file: "c", private_key_file: "k" },
      { inference: { kind: "tcp", tls: true, host: "::1", port: 443 } },
    ],
    [
      { inference_address: "http://0.0.0.0" },
      { inference: { kind: "tcp", tls: false, host: "0.0.0.0", port: 80 } },
    ],
    [
      { models: mnist },
      {
        modelSettings: new Map([
          ["mnist", new Map([["1.0", { minWorkers: 2, defaultVersion: true, marName: "m.mar" }]])],
        ]),
      },
    ],
  ];
  for (const [values, expected] of read) {
    it(`with ${JSON.stringify(values)} says so`, () => {
      expect(config(values)).to.deep.include(expected);
    });
  }

  const refused: [values: Record<string, string>, message: string][] = [
    [
      { job_queue_size: "many" },
      'job_queue_size (f:1): expected a whole number from 1 to 2147483647, got "many"',
    ],
    [{ job_queue_size: "0" }, "expected a whole number from 1"],
    [{ max_request_size: "1e6" }, "max_request_size (f:1): expected a whole number"],
    [{ max_request_size: "99999999999" }, "max_request_size (f:1): expected a whole number from 1 to"],
    [{ enable_model_api: "yes" }, 'enable_model_api (f:1): expected true or false, got "yes"'],
    [{ token_expiration_min: "-1" }, "token_expiration_min (f:1): expected a number above 0"],
    [
      { metrics_mode: "promethius" },
      'metrics_mode (f:1): expected log, prometheus, legacy, got "promethius"',
    ],
    [{ service_envelope: "xml" }, "service_envelope (f:1): expected body, json, kserve, kservev2"],
    [
      { inference_address: "127.0.0.1:8080" },
      "inference_address (f:1): Invalid binding address: 127.0.0.1:8080",
    ],
    [{ inference_address: "http://a:70000" }, "Invalid port number: http://a:70000"],
    [{ inference_address: "ftp://a" }, "Invalid binding address"],
    [
      { inference_address: "https://127.0.0.1" },
      "needs private_key_file and certificate_file (PEM), or keystore",
    ],
    [{ private_key_file: "k.pem" }, "private_key_file (f:1): TLS needs certificate_file as well"],
    [{ keystore: "k.jks", keystore_type: "JKS" }, 'keystore_type (f:1): expected PKCS12, got "JKS"'],
    [
      { management_address: "http://0.0.0.0:8081", disable_token_authorization: "true" },
      "http://0.0.0.0:8081 can be reached from other computers and token authorization is off",
    ],
    [
      { metrics_address: "http://127.0.0.1:8080" },
      "is the inference_address as well; give metrics a port of its own",
    ],
    [{ allowed_urls: "https://(" }, "allowed_urls (f:1): expected regular expressions"],
    [{ models: "{" }, "models (f:1): expected JSON"],
    [{ models: "[]" }, "models (f:1): expected a JSON object, got []"],
    [{ models: '{"m":{"1.0":{"minWorker":1}}}' }, 'unknown field "minWorker"; did you mean "minWorkers"?'],
    [
      { models: '{"m":{"1.0":{"batchSize":"4"}}}' },
      'version 1.0: "batchSize": expected a whole number, got "4"',
    ],
    [{ model_snapshot: '{"models":{"m":{"1.0":{}}}}' }, 'model m, version 1.0: expected "marName"'],
    [{ model_snapshot: "{}" }, 'model_snapshot (f:1), "models": expected a JSON object, got nothing'],
  ];
  for (const [values, message] of refused) {
    it(`with ${JSON.stringify(values)} is refused`, () => {
      expect(() => config(values)).to.throw(ConfigError, message);
    });
  }

  it("lets management be reached from elsewhere with tokens, or when told so", () => {
    const management_address = "http://0.0.0.0:8081";
    expect(config({ management_address }).tokens).not.to.equal(null);
    const open = { management_address, disable_token_authorization: "true" };
    expect(config({ ...open, allow_unauthenticated_management: "true" }).tokens).to.equal(null);
  });

  it("takes allowed URLs as a whole, not in part", () => {
    const [pattern] = config({ allowed_urls: "https://models\\.example/.*" }).allowedUrls;
    expect(pattern.test("https://models.example/a.mar")).to.equal(true);
    expect(pattern.test("http://evil/?https://models.example/a.mar")).to.equal(false);
  });

  it("of any texts is read or refused", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), fc.string({ maxLength: 30 })), (values) => {
        try {
          config(values);
        } catch (error) {
          expect(error).to.be.instanceOf(ConfigError);
        }
      }),
    );
  });
});
