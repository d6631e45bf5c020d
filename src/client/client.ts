/**
 * @module
 * A client of one server.
 */

import { RepositoryClient } from "./repository.ts";
import { Transport } from "./transport.ts";
import type { ClientOptions } from "./transport.ts";
import { V1Client } from "./v1.ts";
import { V2Client } from "./v2.ts";

/**
 * A client of candil, or of any server that speaks KServe's protocols, in Node and in a browser. It holds nothing open.
 *
 * @example
 * const client = new KServeClient("http://127.0.0.1:8080", { headers: { Authorization: `Bearer ${key}` } });
 * await client.v2.ready(); // true
 * await client.v1.predict("mnist", [png]); // [2]
 * const { attributions } = await client.v2.explain("mnist", [pictures([png])], { nSteps: 50 });
 */
export class KServeClient {
  readonly v1: V1Client;
  readonly v2: V2Client;
  readonly repository: RepositoryClient;

  /** @param base the server's address, `http://127.0.0.1:8080`, perhaps with the path of a gateway behind it */
  constructor(base: string, options: ClientOptions = {}) {
    const transport = new Transport(base, options);
    this.v1 = new V1Client(transport);
    this.v2 = new V2Client(transport);
    this.repository = new RepositoryClient(transport);
  }
}
