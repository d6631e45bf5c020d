/**
 * @module
 * The ports of a server: inference, management and metrics, each where the configuration says; the first two may be one.
 */

import type { RequestListener } from "node:http";
import type { SecureContextOptions } from "node:tls";
import { formatAddress, sameAddress } from "./config/address.ts";
import type { Address, ListenerRole, ServerConfig } from "./config/index.ts";
import { CandilError } from "../errors.ts";
import { listen } from "./listener.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import type { Limits } from "./limits.ts";
import { readTls } from "./tls.ts";

/** What answers on each port; null where nothing is offered. */
export interface ServerApps {
  readonly inference: RequestListener;
  readonly management: RequestListener | null;
  readonly metrics: RequestListener | null;
}

/** The open ports; management is inference's own listener when they share it. */
export interface OpenListeners {
  readonly inference: Listener;
  readonly management: Listener | null;
  readonly metrics: Listener | null;
  /** Stops accepting on all of them and resolves when the last connection is closed. */
  close(): Promise<void>;
}

/**
 * Opens all ports, or none.
 * @param drainMs milliseconds that a close waits for running requests before it cuts them
 * @throws CandilError saying which address cannot be had and what to do
 * @throws ConfigError when the files for TLS cannot be used
 */
export async function openListeners(
  config: ServerConfig,
  apps: ServerApps,
  limits: Partial<Limits> = {},
  drainMs = 30_000,
): Promise<OpenListeners> {
  const tls = config.tls === null ? undefined : readTls(config.tls);
  const opened: Listener[] = [];
  const open = async (role: ListenerRole, address: Address, app: RequestListener): Promise<Listener> => {
    const listener = await openOne(role, address, app, tls, { limits, drainMs });
    opened.push(listener);
    return listener;
  };
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((listener) => listener.close()));
  };
  try {
    const { inference, management, metrics } = apps;
    if (management !== null && sameAddress(config.inference, config.management)) {
      const both = await open("inference", config.inference, sharedPort(inference, management));
      const third = metrics && config.metrics ? await open("metrics", config.metrics, metrics) : null;
      return { inference: both, management: both, metrics: third, close };
    }
    const first = await open("inference", config.inference, inference);
    const second = management ? await open("management", config.management, management) : null;
    const third = metrics && config.metrics ? await open("metrics", config.metrics, metrics) : null;
    return { inference: first, management: second, metrics: third, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openOne(
  role: ListenerRole,
  address: Address,
  app: RequestListener,
  tls: SecureContextOptions | undefined,
  options: Pick<ListenOptions, "limits" | "drainMs">,
): Promise<Listener> {
  try {
    if (address.kind === "unix") return await listen(app, { path: address.path, port: 0, ...options });
    const { host, port } = address;
    return await listen(app, {
      host,
      port,
      ...options,
      ...(address.tls && tls !== undefined ? { tls } : {}),
    });
  } catch (error) {
    throw explainListenError(error, role, address);
  }
}

/** Paths of the management interface, where it shares its port with inference. `/models/m/invoke` is SageMaker's. */
const MANAGEMENT = /^\/(token\/?$|models\/?$|models\/[^/]+(\/(?!invoke\/?$)[^/]*)*\/?$)/;

/** One port for two apps: each request is for one of them, and is asked for the key of that one alone. */
function sharedPort(inference: RequestListener, management: RequestListener): RequestListener {
  return (request, response) => {
    const [path] = (request.url ?? "/").split("?");
    (MANAGEMENT.test(path) ? management : inference)(request, response);
  };
}

/** Says which address it was, and what to do. */
function explainListenError(error: unknown, role: ListenerRole, address: Address): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  const place = `${role}_address ${formatAddress(address)}`;
  switch (error.code) {
    case "EADDRINUSE":
      return new CandilError(`${place} is in use; stop what listens there, or choose another port`);
    case "EACCES":
      return new CandilError(`${place} needs more rights than this user has; ports above 1023 need none`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new CandilError(`${place}: no interface of this computer has this address`);
    default:
      return error;
  }
}
