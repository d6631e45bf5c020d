import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { chromiumPath } from "../../bench/browser/chromium.ts";
import type * as client from "../../src/client/index.ts";
import { decodeImage } from "../../src/node/index.ts";
import { quickMnist } from "../support/mnist.ts";
import { digitPng } from "../support/png.ts";
import { withServing } from "../support/serving.ts";

/** The page's global object. */
type PageGlobal = typeof globalThis & { readonly candilClient: typeof client };

/** What a page is told: where to ask, with what key, about which picture. */
interface Question {
  readonly url: string;
  readonly key: string;
  readonly picture: readonly number[];
}

const mnist = quickMnist();
const png = digitPng(7);
const x = mnist.transform(decodeImage(png));
const [{ prediction }] = mnist.predict(x);
const [explanation] = mnist.attribute(x, { target: 4 });
const map = Array.from(explanation.data, Number);

describe("candil/client in a page of another origin than the server's", () => {
  const executablePath = chromiumPath();
  let pages: Server;
  let origin: string;
  let browser: Browser | null = null;
  let page: Page;

  before(async function () {
    if (executablePath === null) {
      process.stdout.write("    skipped: no Chromium is installed; CHROME_PATH names one\n");
      this.skip();
    }
    pages = await pageServer();
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    page = await browser.newPage();
    await page.goto(origin);
  });

  after(async () => {
    if (browser === null) return;
    await browser.close();
    pages.close();
  });

  /** Runs a test against a server that asks for tokens and lets pages of one origin in. */
  const withServer = (allowed: string, body: (question: Question) => Promise<void>): Promise<void> =>
    withServing({ cors_allowed_origin: allowed }, (server, keys) =>
      body({ url: server.url, key: keys.get("inference").key, picture: [...png] }),
    );

  it("predicts and explains by V1", async () => {
    await withServer(origin, async (question) => {
      const got = await page.evaluate(async ({ url, key, picture }) => {
        const { KServeClient } = (globalThis as PageGlobal).candilClient;
        const { v1 } = new KServeClient(url, { headers: { Authorization: `Bearer ${key}` } });
        const instances = [Uint8Array.from(picture)];
        return {
          models: await v1.models(),
          predictions: await v1.predict("mnist", instances),
          explanations: JSON.stringify(await v1.explain("mnist", instances, { target: 4 })),
        };
      }, question);
      expect(got.models).to.deep.equal(["mnist"]);
      expect(got.predictions).to.deep.equal([prediction]);
      expect(got.explanations).to.equal(JSON.stringify([explanation.toArray()]));
    });
  });

  for (const encoding of ["binary", "json"] as const) {
    it(`predicts and explains by V2, tensors as ${encoding}`, async () => {
      await withServer(origin, async (question) => {
        const got = await page.evaluate(
          async ({ url, key, picture, encoding }) => {
            const { KServeClient, output, pictures } = (globalThis as PageGlobal).candilClient;
            const { v2 } = new KServeClient(url, { headers: { Authorization: `Bearer ${key}` } });
            const inputs = [pictures([Uint8Array.from(picture)])];
            const answer = await v2.infer("mnist", inputs, { outputs: ["scores"], encoding });
            const { attributions } = await v2.explain("mnist", inputs, { target: 4, encoding });
            return {
              ready: await v2.ready(),
              scores: [...output(answer, "scores", "FP32").data],
              shape: attributions.shape,
              values: Array.from(attributions.data),
            };
          },
          { ...question, encoding },
        );
        expect(got.ready).to.equal(true);
        expect(got.scores.indexOf(Math.max(...got.scores))).to.equal(prediction);
        expect(got.shape).to.deep.equal([1, 1, 28, 28]);
        got.values.forEach((value, i) => expect(value).to.be.closeTo(map[i], 1e-6));
      });
    });
  }

  it("reads a refusal with its status, its words and the request id", async () => {
    await withServer(origin, async (question) => {
      const refused = await page.evaluate(async ({ url, key }) => {
        const { AnswerError, KServeClient } = (globalThis as PageGlobal).candilClient;
        const { v2 } = new KServeClient(url, { headers: { Authorization: `Bearer ${key}` } });
        try {
          return await v2.modelMetadata("nobody", { requestId: "from-a-page" });
        } catch (error) {
          if (!(error instanceof AnswerError)) throw error;
          return { status: error.status, requestId: error.requestId, message: error.message };
        }
      }, question);
      expect(refused).to.include({ status: 404, requestId: "from-a-page" });
      expect(refused).to.have.property("message").that.includes("nobody");
    });
  });

  it("gets no answer where the server names another origin", async () => {
    await withServer("https://elsewhere.example", async (question) => {
      const name = await page.evaluate(async ({ url, key }) => {
        const { KServeClient, NoAnswerError } = (globalThis as PageGlobal).candilClient;
        const { v1 } = new KServeClient(url, { headers: { Authorization: `Bearer ${key}` } });
        return v1.models().then(
          () => "an answer",
          (error: unknown) => (error instanceof NoAnswerError ? "none" : String(error)),
        );
      }, question);
      expect(name).to.equal("none");
    });
  });
});

/** Serves a page with the client in it, under a policy that lets it ask anybody and evaluate nothing. */
async function pageServer(): Promise<Server> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../../src/client/index.ts", import.meta.url))],
    bundle: true,
    format: "iife",
    globalName: "candilClient",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  const server = createServer((request, response) => {
    response.setHeader("content-security-policy", "default-src 'none'; script-src 'self'; connect-src *");
    if (request.url === "/client.js") {
      response.setHeader("content-type", "text/javascript").end(outputFiles[0].contents);
    } else {
      response.setHeader("content-type", "text/html");
      response.end('<!doctype html><title>candil/client</title><script src="/client.js"></script>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
