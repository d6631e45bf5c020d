/** @module Load over gRPC: clients that ask again as soon as they are answered, each over a connection of its own. */

import { credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import type { Client } from "@grpc/grpc-js";
import type { GrpcAsk } from "./asks.ts";

const METHOD = "/inference.GRPCInferenceService/ModelInfer";
const Raw = makeGenericClientConstructor({}, "raw");

/** Answered calls a second. @throws Error on any failure and for a wrong first answer */
export async function callsPerSecond(
  port: number,
  ask: GrpcAsk,
  connections: number,
  seconds: number,
): Promise<number> {
  // Channels of the same address share their connection unless each has a pool of its own.
  const clients = Array.from(
    { length: connections },
    () => new Raw(`127.0.0.1:${port}`, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 }),
  );
  try {
    for (const client of clients) {
      if (!ask.isRight(await call(client, ask))) throw new Error(`port ${port} answers wrongly over gRPC`);
    }
    const started = performance.now();
    const end = started + seconds * 1000;
    let answered = 0;
    const work = async (client: Client): Promise<void> => {
      while (performance.now() < end) {
        await call(client, ask);
        answered++;
      }
    };
    await Promise.all(clients.map(work));
    return (1000 * answered) / (performance.now() - started);
  } finally {
    for (const client of clients) client.close();
  }
}

function call(client: Client, { message }: GrpcAsk): Promise<Buffer> {
  const identity = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(METHOD, identity, identity, message, (error, answer) => {
      if (answer === undefined) reject(error ?? new Error("gRPC: no answer"));
      else resolve(answer);
    });
  });
}
