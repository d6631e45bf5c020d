import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect as tlsConnect } from "node:tls";
import { expect } from "chai";
import { ConfigError } from "../../src/server/config/index.ts";
import { listen } from "../../src/server/listener.ts";
import type { Listener, ListenOptions } from "../../src/server/listener.ts";
import { readTls } from "../../src/server/tls.ts";

// Made by: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=localhost
//          -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout key.pem -out cert.pem
//          openssl pkcs12 -export -inkey key.pem -in cert.pem -passout pass:changeit -out keystore.p12
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const ca = readFileSync(fixture("cert.pem"));
const pem = { kind: "pem", keyFile: fixture("key.pem"), certificateFile: fixture("cert.pem") } as const;
const pkcs12 = { kind: "pkcs12", file: fixture("keystore.p12"), passphrase: "changeit" } as const;

async function withListener(
  options: Omit<ListenOptions, "port">,
  body: (listener: Listener) => Promise<void>,
): Promise<void> {
  const handler = (request: IncomingMessage, response: { end(text: string): void }): void => {
    request.resume().on("end", () => response.end("hello"));
  };
  const listener = await listen(handler, { port: 0, ...options });
  try {
    await body(listener);
  } finally {
    await listener.close();
  }
}

function read(request: typeof httpRequest, options: RequestOptions & { ca?: Buffer }): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(`${response.statusCode} ${text}`));
    });
    sent.on("error", reject).end();
  });
}

describe("A TLS port", () => {
  for (const [name, files] of [
    ["PEM files", pem],
    ["a PKCS12 keystore", pkcs12],
  ] as const) {
    it(`answers with ${name}`, async () => {
      await withListener({ tls: readTls(files) }, async ({ url, port }) => {
        expect(url).to.equal(`https://127.0.0.1:${port}`);
        expect(await read(httpsRequest, { host: "127.0.0.1", port, ca, agent: false })).to.equal("200 hello");
      });
    });
  }

  it("tells clients that speak plain HTTP so, in TorchServe's words", async () => {
    await withListener({ tls: readTls(pem) }, async ({ port }) => {
      expect(await read(httpRequest, { host: "127.0.0.1", port, agent: false })).to.equal(
        '403 {\n  "status": "This TorchServe instance only accepts HTTPS requests"\n}\n',
      );
    });
  });

  it("speaks TLS 1.2 and 1.3, and not 1.1", async () => {
    await withListener({ tls: readTls(pem) }, async ({ port }) => {
      const speak = (version: "TLSv1.1" | "TLSv1.2" | "TLSv1.3"): Promise<string | null> =>
        new Promise((resolve) => {
          const socket = tlsConnect({
            port,
            host: "127.0.0.1",
            ca,
            minVersion: version,
            maxVersion: version,
            ciphers: "DEFAULT@SECLEVEL=0",
          });
          socket.on("secureConnect", () => {
            resolve(socket.getProtocol());
            socket.destroy();
          });
          socket.on("error", () => resolve(null));
        });
      expect(await speak("TLSv1.2")).to.equal("TLSv1.2");
      expect(await speak("TLSv1.3")).to.equal("TLSv1.3");
      expect(await speak("TLSv1.1")).to.equal(null);
    });
  });

  it("closes a connection that says nothing, and one that goes away", async () => {
    await withListener({ tls: readTls(pem), limits: { headersTimeoutMs: 50 } }, async ({ port }) => {
      const silent = connect(port, "127.0.0.1");
      await new Promise((resolve) => silent.on("close", resolve).resume());
      const hasty = connect(port, "127.0.0.1", () => hasty.resetAndDestroy());
      await new Promise((resolve) => hasty.on("close", resolve));
    });
  });
});

describe("TLS files", () => {
  const cases = [
    [{ ...pem, keyFile: "no.pem" }, "private_key_file: no.pem cannot be read: ENOENT"],
    [{ ...pem, keyFile: fixture("cert.pem") }, "private_key_file"],
    [{ ...pkcs12, passphrase: "wrong" }, "keystore_pass does not open it"],
    [{ ...pkcs12, file: fixture("cert.pem") }, "keystore"],
  ] as const;
  for (const [files, message] of cases) {
    it(`are refused with "${message}"`, () => {
      expect(() => readTls(files)).to.throw(ConfigError, message);
    });
  }
});

describe("A Unix domain socket", () => {
  it("is a port like others, and takes over from a server that was killed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "candil-"));
    const path = join(folder, "s");
    try {
      await withListener({ path }, async ({ url }) => {
        expect(url).to.equal(`unix:${path}`);
        expect(await read(httpRequest, { socketPath: path, agent: false })).to.equal("200 hello");
        // What is left when nobody has cleaned up.
        await withListener({ path }, async () => {
          expect(await read(httpRequest, { socketPath: path, agent: false })).to.equal("200 hello");
        });
      });
      writeFileSync(path, "a file of somebody");
      let refused: unknown = null;
      await withListener({ path }, () => Promise.resolve()).catch((error: unknown) => (refused = error));
      expect(refused).to.include({ code: "EADDRINUSE" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
