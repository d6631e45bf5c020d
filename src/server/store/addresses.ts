/**
 * @module
 * Addresses that a server must not be talked into asking: itself, its network, and the services of its cloud.
 */

import { BlockList, isIP } from "node:net";

/** IANA's registries of special-purpose addresses: everything that is not on the public network. */
const reserved = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  reserved.addSubnet(net, bits, "ipv4");
}

/** The one block of IPv6 that is given out; what translates or tunnels IPv4 within it is taken out again. */
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  reserved.addSubnet(net, bits, "ipv6");
}

/**
 * Whether an address belongs to the public network.
 *
 * @example
 * isPublicAddress("169.254.169.254"); // false: where clouds keep credentials
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !reserved.check(address, "ipv4");
  return isIP(address) === 6 && global.check(address, "ipv6") && !reserved.check(address, "ipv6");
}
