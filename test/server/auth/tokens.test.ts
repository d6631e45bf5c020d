import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import express from "express";
import type { NextFunction, Request, Response } from "express";
import { renewToken, requireToken } from "../../../src/server/auth/authorization.ts";
import { suppliedKeys, writeKeyFile } from "../../../src/server/auth/key-file.ts";
import { TokenKeys } from "../../../src/server/auth/token-keys.ts";
import { ConfigError } from "../../../src/server/config/index.ts";
import { errorBody, RequestError } from "../../../src/server/errors.ts";

const REFUSED = "Token either incorrect, expired, or not provided correctly";

function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "candil-keys-"));
  try {
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("Token keys", () => {
  it("are three, different each time, and open only their own doors", () => {
    const keys = new TokenKeys(60);
    const all = (["inference", "management", "api"] as const).map((kind) => keys.get(kind).key);
    expect(new Set([...all, new TokenKeys(60).get("api").key]).size).to.equal(4);
    for (const kind of ["inference", "management", "api"] as const) {
      const opened = all.filter((key) => keys.accepts(kind, `Bearer ${key}`));
      expect(opened).to.deep.equal([keys.get(kind).key]);
      expect(Buffer.from(keys.get(kind).key, "base64url").length).to.be.at.least(16);
    }
  });

  it("are taken after Bearer and nothing else", () => {
    const keys = new TokenKeys(60);
    const { key } = keys.get("inference");
    for (const header of [
      undefined,
      "",
      key,
      `Basic ${key}`,
      `Bearer${key}`,
      `Bearer ${key} x`,
      "Bearer ",
      `Bearer ${key}x`,
    ]) {
      expect(keys.accepts("inference", header), String(header)).to.equal(false);
    }
    expect(keys.accepts("inference", `bearer \t${key}`)).to.equal(true);
  });

  it("expire, except the API's, and are renewed", () => {
    let now = Date.UTC(2024, 0, 1);
    const keys = new TokenKeys(0.25, {}, () => now);
    const { key, expires } = keys.get("inference");
    expect(expires?.toISOString()).to.equal("2024-01-01T00:00:15.000Z");
    now += 14_999;
    expect(keys.accepts("inference", `Bearer ${key}`)).to.equal(true);
    now += 1;
    expect(keys.accepts("inference", `Bearer ${key}`)).to.equal(false);
    expect(keys.accepts("api", `Bearer ${keys.get("api").key}`)).to.equal(true);
    keys.renew("inference");
    expect(keys.accepts("inference", `Bearer ${keys.get("inference").key}`)).to.equal(true);
    expect(keys.accepts("inference", `Bearer ${key}`)).to.equal(false);
  });
});

describe("The key file", () => {
  it("has TorchServe's shape and is its owner's alone", () => {
    inFolder((folder) => {
      const path = join(folder, "key_file.json");
      writeFileSync(path, "old", { mode: 0o644 });
      const keys = new TokenKeys(60);
      writeKeyFile(path, keys);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      const json = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
      expect(Object.keys(json)).to.deep.equal(["management", "inference", "API"]);
      expect(json["management"]).to.deep.equal({
        key: keys.get("management").key,
        "expiration time": keys.get("management").expires?.toISOString(),
      });
      expect(json["API"]).to.deep.equal({ key: keys.get("api").key });
    });
  });

  it("may be supplied, and is read back", () => {
    inFolder((folder) => {
      const path = join(folder, "keys.json");
      const keys = new TokenKeys(60);
      writeKeyFile(path, keys);
      const own = "0123456789012345678901";
      const supplied = suppliedKeys(path, { CANDIL_API_KEY: own });
      expect(supplied.inference).to.deep.equal(keys.get("inference"));
      expect(supplied.api).to.deep.equal({ key: own, expires: null });
      expect(new TokenKeys(60, supplied).accepts("api", `Bearer ${own}`)).to.equal(true);
    });
  });

  const bad: [json: string, message: string][] = [
    ["{", "expected JSON in the form of key_file.json"],
    ["[]", "expected a JSON object"],
    ['{"API": "x"}', '"API": expected {"key": "..."}'],
    ['{"API": {"key": "short"}}', "expected a key of at least 22 characters"],
    [
      '{"inference": {"key": "0123456789012345678901", "expiration time": "soon"}}',
      '"expiration time": expected a time',
    ],
  ];
  for (const [json, message] of bad) {
    it(`${json} is refused`, () => {
      inFolder((folder) => {
        const path = join(folder, "keys.json");
        writeFileSync(path, json);
        expect(() => suppliedKeys(path, {})).to.throw(ConfigError, message);
      });
    });
  }
});

/** A server that guards every path with the inference key, and tells statuses. */
async function withGuard(
  keys: TokenKeys,
  body: (ask: (path: string, init?: RequestInit) => Promise<globalThis.Response>) => Promise<void>,
): Promise<void> {
  const app = express();
  app.use(requireToken(keys, "inference"));
  app.use((_request, response) => {
    response.end("in");
  });
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    const { code, type, message } = errorBody(error);
    response.status(code).json({ type, message });
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await body((path, init) => fetch(`http://127.0.0.1:${port}${path}`, init));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("Token authorization", () => {
  it("lets in who has the key, and anyone who asks for health or the API description", async () => {
    const keys = new TokenKeys(60);
    await withGuard(keys, async (ask) => {
      const Authorization = `Bearer ${keys.get("inference").key}`;
      expect((await ask("/predictions/mnist", { headers: { Authorization } })).status).to.equal(200);
      for (const path of ["/ping", "/ping/", "/", "/api-description", "/v2/health/ready"]) {
        expect((await ask(path)).status, path).to.equal(200);
      }
      expect((await ask("/predictions/mnist", { method: "OPTIONS" })).status).to.equal(200);
    });
  });

  it("keeps out everyone else, wherever the path mentions what is open", async () => {
    await withGuard(new TokenKeys(60), async (ask) => {
      for (const path of [
        "/predictions/mnist",
        "/predictions/ping",
        "/models/tokenizer",
        "/ping/x",
        "//ping",
        "/PING",
      ]) {
        const answer = await ask(path);
        expect(answer.status, path).to.equal(401);
        expect(await answer.json()).to.deep.equal({
          type: "InvalidKeyException",
          message: `Token Authorization failed. ${REFUSED}`,
        });
      }
    });
  });

  it("renews keys for the API's key and no other, and says so", () => {
    const keys = new TokenKeys(60);
    const before = keys.get("inference").key;
    let told = 0;
    const renew = (kind: "api" | "management", type: unknown): number =>
      renewToken(keys, `Bearer ${keys.get(kind).key}`, type, "unauthorized", () => told++).status;
    expect(() => renew("management", "inference")).to.throw(
      RequestError,
      `Token Authentication failed. ${REFUSED}`,
    );
    expect(() => renew("api", "API")).to.throw(RequestError, 'Expected the query "type"');
    expect([keys.get("inference").key, told]).to.deep.equal([before, 0]);
    expect(renew("api", "inference")).to.equal(200);
    expect(keys.get("inference").key).not.to.equal(before);
    expect(told).to.equal(1);
  });
});
