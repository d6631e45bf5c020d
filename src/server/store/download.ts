/**
 * @module
 * A model archive from a URL into the store, where the operator allows it. Nothing is asked of the network before the URL is
 * allowed, no address outside of the public network is asked at all, and nothing stays in the store when it fails.
 */

import { createHash, randomUUID } from "node:crypto";
import { lookup } from "node:dns";
import { createWriteStream } from "node:fs";
import { copyFile, link, rm, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { request as httpRequest } from "../../node/http.ts";
import { RequestError } from "../errors.ts";
import { isPublicAddress } from "./addresses.ts";
import { archiveEndings } from "./file-names.ts";

/** What may be fetched, and how much of it. */
export interface DownloadOptions {
  /** `allowed_urls`: one of these must match a URL as a whole, and each place it is redirected to. */
  readonly allowed: readonly RegExp[];
  /** Of one archive; 4 GiB. */
  readonly maxBytes?: number;
  /** For all of it; 10 minutes. */
  readonly timeoutMs?: number;
  /** Whether an address may be asked; {@link isPublicAddress}. */
  readonly mayAsk?: (address: string) => boolean;
}

/** A file that was fetched into the store. */
export interface Downloaded {
  /** Its name in the store. */
  readonly name: string;
  /** Of its content, in hexadecimal. */
  readonly sha256: string;
}

const MAX_BYTES = 4 * 1024 ** 3;
const TIMEOUT_MS = 600_000;
const MAX_REDIRECTS = 5;
/** Without a byte, after which a server is given up. */
const IDLE_MS = 30_000;

/**
 * Fetches an archive into `folder`, under the last part of the URL's path.
 * @throws RequestError in TorchServe's words: not allowed (404), there is such a file already (500), not to be had (400)
 */
export async function download(url: string, folder: string, options: DownloadOptions): Promise<Downloaded> {
  const place = allowedUrl(url, options.allowed, url);
  const name = lastPart(place);
  if (name === null || /[/\\\0]/.test(name) || !archiveEndings.some((ending) => name.endsWith(ending))) {
    throw failed(
      url,
      `expected the name of an archive (${archiveEndings.join(", ")}) at the end of its path`,
    );
  }
  const path = join(folder, name);
  if ((await stat(path).catch(() => null)) !== null) throw exists(name);
  const draft = join(folder, `.${randomUUID()}.part`);
  try {
    const sha256 = await fetchTo(draft, place, url, options);
    // Unlike a rename, a link never takes the place of a file that came in the meantime.
    await link(draft, path);
    return { name, sha256 };
  } catch (error) {
    if (error instanceof RequestError) throw error;
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw exists(name);
    throw failed(url, error instanceof Error ? error.message : String(error), error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** The last part of a URL's path, null when its escapes are no UTF-8. */
function lastPart({ pathname }: URL): string | null {
  try {
    return decodeURIComponent(pathname.slice(pathname.lastIndexOf("/") + 1));
  } catch {
    return null;
  }
}

/** A URL that the operator allows; `http` and `file` only by a pattern that begins so. */
function allowedUrl(text: string, allowed: readonly RegExp[], asked: string): URL {
  const refused = new RequestError("modelNotFound", `Given URL ${text} does not match any allowed URL(s)`);
  const place = URL.canParse(text) ? new URL(text) : null;
  if (place === null || !["https:", "http:", "file:"].includes(place.protocol)) throw refused;
  const fits = allowed.some(
    (pattern) => pattern.test(text) && (place.protocol === "https:" || names(pattern, place.protocol)),
  );
  if (!fits) throw refused;
  if (place.username !== "" || place.password !== "") throw failed(asked, "a URL must not hold a password");
  return place;
}

/** Whether a pattern names the protocol itself: `.*` and `https?` do not ask for unprotected transport. */
function names(pattern: RegExp, protocol: string): boolean {
  return new RegExp(`^\\^\\(\\?:\\^?${protocol}`).test(pattern.source);
}

async function fetchTo(draft: string, place: URL, url: string, options: DownloadOptions): Promise<string> {
  const { maxBytes = MAX_BYTES, timeoutMs = TIMEOUT_MS } = options;
  if (place.protocol === "file:") {
    const source = fileURLToPath(place);
    const { size } = await stat(source);
    if (size > maxBytes) throw new Error(tooMuch(maxBytes));
    await copyFile(source, draft);
    return "";
  }
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await follow(place, url, options, signal);
  const hash = createHash("sha256");
  let size = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      size += chunk.length;
      hash.update(chunk);
      next(size > maxBytes ? new Error(tooMuch(maxBytes)) : null, chunk);
    },
  });
  await pipeline(response, count, createWriteStream(draft, { flags: "wx", mode: 0o600 }), { signal });
  return hash.digest("hex");
}

/** The answer of the last of several places. Each is held against the list, and each address against the network. */
async function follow(
  first: URL,
  url: string,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let place = first;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await ask(place, options.mayAsk ?? isPublicAddress, signal);
    const { statusCode: status = 0, headers } = response;
    if (status === 200) return response;
    response.destroy();
    if (status < 300 || status > 399 || headers.location === undefined) {
      throw new Error(`${place.host} answered ${status}`);
    }
    place = allowedUrl(new URL(headers.location, place).href, options.allowed, url);
    if (place.protocol === "file:") throw new Error("a redirect must not lead to a file");
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}

function ask(
  place: URL,
  mayAsk: (address: string) => boolean,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const host = place.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    // A literal address is never looked up.
    if (isIP(host) !== 0 && !mayAsk(host)) {
      reject(new Error(`${host} is not an address of the public network`));
      return;
    }
    const request = place.protocol === "https:" ? httpsRequest : httpRequest;
    request(place, { lookup: checkedLookup(mayAsk), signal, timeout: IDLE_MS, agent: false })
      .once("response", resolve)
      .once("error", reject)
      .once("timeout", function (this: { destroy(error: Error): void }) {
        this.destroy(new Error(`${place.host} was silent for ${IDLE_MS / 1000} s`));
      })
      .end();
  });
}

/** Names resolved and checked at once, so that what was checked is what is asked. */
function checkedLookup(mayAsk: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const bad = error === null ? addresses.find(({ address }) => !mayAsk(address)) : undefined;
      if (error !== null) callback(error, "", 0);
      else if (bad !== undefined) {
        callback(
          new Error(`${hostname} has the address ${bad.address}, not one of the public network`),
          "",
          0,
        );
      } else if (options.all === true) callback(null, addresses);
      else callback(null, addresses[0].address, addresses[0].family);
    });
  };
}

function tooMuch(maxBytes: number): string {
  return `it is larger than ${maxBytes} bytes`;
}

/** TorchServe's words; the reason is for the log alone, as it says what the server's network looks like. */
function failed(url: string, reason: string, cause?: unknown): RequestError {
  return new RequestError("downloadFailed", `Failed to download archive from: ${url}`, {
    cause: new Error(reason, { cause }),
  });
}

function exists(name: string): RequestError {
  return new RequestError("workerFailed", `Model file already exists ${name}`);
}
