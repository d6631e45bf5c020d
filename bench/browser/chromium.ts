/**
 * @module
 * A page with candil in it, served under a policy that allows WebAssembly and no evaluated code, open in a headless Chromium.
 */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import type { CandilPage, PageFacts, PageWork } from "./page.ts";

/** Where Chromium is: CHROME_PATH, or where the systems' packages put it; null where there is none. */
export function chromiumPath(): string | null {
  const named = process.env["CHROME_PATH"];
  if (named !== undefined && named !== "") return named;
  const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return usual.find((path) => existsSync(path)) ?? null;
}

/** A page that is open: the functions of ./page.ts, called from outside. */
export interface OpenPage extends PageFacts {
  readonly browser: string;
  predict(pixels: readonly number[]): Promise<ReturnType<CandilPage["predict"]>>;
  explain(pixels: readonly number[], target: number, nSteps: number): Promise<number[]>;
  time(
    work: PageWork,
    pixels: readonly number[],
    target: number,
    groups: number,
    runs: number,
  ): Promise<number[]>;
  close(): Promise<void>;
}

/** The page's global object. */
interface PageWindow {
  readonly candilPage: CandilPage;
}

/** @param executablePath a Chromium; see {@link chromiumPath} */
export async function openPage(executablePath: string): Promise<OpenPage> {
  const server = createServer();
  const files = await pageFiles();
  server.on("request", (request, response) => {
    const file = files.get(request.url ?? "");
    if (file === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { ...headers, "content-type": file.type }).end(file.content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${port}/`);
    const facts = await page
      .evaluate(() => (globalThis as typeof globalThis & PageWindow).candilPage.open())
      .catch((error: unknown) => {
        throw new Error(`the page does not work: ${complaints.join("; ")}`, { cause: error });
      });
    return {
      ...facts,
      browser: `Chromium ${browser.version()}`,
      predict: (pixels) =>
        page.evaluate(
          (given) => (globalThis as typeof globalThis & PageWindow).candilPage.predict(given),
          [...pixels],
        ),
      explain: (pixels, target, nSteps) =>
        page.evaluate(
          (given) =>
            (globalThis as typeof globalThis & PageWindow).candilPage.explain(
              given.pixels,
              given.target,
              given.nSteps,
            ),
          { pixels: [...pixels], target, nSteps },
        ),
      time: (work, pixels, target, groups, runs) =>
        page.evaluate(
          (given) =>
            (globalThis as typeof globalThis & PageWindow).candilPage.time(
              given.work,
              given.pixels,
              given.target,
              given.groups,
              given.runs,
            ),
          { work, pixels: [...pixels], target, groups, runs },
        ),
      async close() {
        await browser.close();
        server.close();
      },
    };
  } catch (error) {
    await browser.close();
    server.close();
    throw error;
  }
}

/** WebAssembly may be compiled, text may not; isolated, so that the page's clock is a fine one. */
const headers = {
  "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

async function pageFiles(): Promise<Map<string, { type: string; content: Uint8Array | string }>> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    write: false,
    logLevel: "error",
  });
  const weights = await readFile(new URL("../../weights/mnist/mnist.safetensors", import.meta.url));
  const html = '<!doctype html><title>candil</title><script type="module" src="/page.js"></script>';
  return new Map([
    ["/", { type: "text/html", content: html }],
    ["/page.js", { type: "text/javascript", content: bundle.outputFiles[0].contents }],
    ["/mnist.safetensors", { type: "application/octet-stream", content: weights }],
  ]);
}
