/**
 * @module
 * Where a listener listens, in the form of config.properties: `http://127.0.0.1:8080`, `https://HOST`, `unix:/path`.
 */

import { isIP } from "node:net";
import { ConfigError } from "./config-error.ts";

/** The three listeners of TorchServe's REST interface. */
export type ListenerRole = "inference" | "management" | "metrics";

/** A place to listen: a port, with or without TLS, or a Unix domain socket. */
export type Address =
  | { readonly kind: "tcp"; readonly tls: boolean; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** Ports of addresses that name none. */
const defaultPorts: Record<ListenerRole, { http: number; https: number }> = {
  inference: { http: 80, https: 443 },
  management: { http: 8081, https: 8444 },
  metrics: { http: 8082, https: 8445 },
};

const TCP = /^(https?):\/\/(\[[0-9a-f:.]+\]|[^:/[\]]+)(?::(\d{1,10}))?\/?$/i;
const UNIX = /^unix:(\/.*)$/i;

/**
 * Reads a binding address. As TorchServe's, and IPv6 in brackets besides; port 0 lets the system choose.
 * @param where the key and the place it was said, for messages
 * @throws ConfigError when it has another form
 *
 * @example
 * parseAddress("https://0.0.0.0", "management", "x"); // { kind: "tcp", tls: true, host: "0.0.0.0", port: 8444 }
 */
export function parseAddress(text: string, role: ListenerRole, where: string): Address {
  const path = UNIX.exec(text)?.[1];
  if (path !== undefined) return { kind: "unix", path };
  const [, protocol, host, digits] = TCP.exec(text) ?? [];
  if (protocol === undefined || host === undefined) {
    throw new ConfigError(
      `${where}: Invalid binding address: ${text} ` +
        `(expected http://HOST[:PORT], https://HOST[:PORT] or unix:/PATH, for example http://127.0.0.1:8080)`,
    );
  }
  const tls = protocol.toLowerCase() === "https";
  const port = digits === undefined ? defaultPorts[role][tls ? "https" : "http"] : Number(digits);
  if (port > 65_535) {
    throw new ConfigError(`${where}: Invalid port number: ${text} (expected 0 to 65535)`);
  }
  return { kind: "tcp", tls, host: host.replace(/^\[|\]$/g, ""), port };
}

/** The address as config.properties writes it. */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  const host = isIP(address.host) === 6 ? `[${address.host}]` : address.host;
  return `${address.tls ? "https" : "http"}://${host}:${address.port}`;
}

/** Whether only programs on this computer reach the address. */
export function isLoopback(address: Address): boolean {
  if (address.kind === "unix") return true;
  const host = address.host.toLowerCase();
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Whether two listeners would share one port. Port 0 is never shared: each asks for a free one. */
export function sameAddress(a: Address, b: Address): boolean {
  if (a.kind === "tcp" && a.port === 0) return false;
  return formatAddress(a) === formatAddress(b);
}
