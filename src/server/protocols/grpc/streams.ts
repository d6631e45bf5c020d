/**
 * @module
 * Calls with more than one answer on the gRPC port.
 */

import type { Server, ServerDuplexStream, ServerWritableStream } from "@grpc/grpc-js";
import { errorBody } from "../../errors.ts";
import type { Service, StreamCall, Watch } from "./calls.ts";
import { definition } from "./definition.ts";
import type * as grpcJs from "./grpc-js.ts";
import type { GrpcOptions } from "./start-grpc.ts";
import { statusOf } from "./status.ts";

type Grpc = typeof grpcJs;
type Both = ServerDuplexStream<Uint8Array, Uint8Array>;
type Answers = ServerWritableStream<Uint8Array, Uint8Array>;

/**
 * Adds the streams of all services.
 * @returns what ends those that would go on for ever, and keep a server that stops from its end
 */
export function addStreams(
  grpc: Grpc,
  server: Server,
  services: readonly Service[],
  { authorize }: Pick<GrpcOptions, "authorize">,
): { end(): void } {
  const running = new Map<Answers, Watch>();

  function start(stream: Answers, { watch }: Extract<StreamCall, { watch: unknown }>): void {
    stream.on("error", () => undefined);
    const [authorization] = stream.metadata.get("authorization");
    authorize?.(typeof authorization === "string" ? authorization : undefined);
    const one = watch(stream.request, (answer) => void stream.write(answer));
    running.set(stream, one);
    stream.once("cancelled", () => {
      running.delete(stream);
      one.stop();
    });
  }

  function add(service: string, name: string, call: StreamCall): void {
    const each = "each" in call;
    const handle = each
      ? (stream: Both) => answerEach(grpc, stream, call.each)
      : (stream: Answers) => failing(grpc, stream, () => start(stream, call));
    server.addService(definition(service, [name], { request: each, response: true }), { [name]: handle });
  }

  for (const { name, streams = {} } of services)
    for (const [call, stream] of Object.entries(streams)) add(name, call, stream);
  return {
    end: () => {
      for (const [stream, watch] of running) {
        watch.look();
        watch.stop();
        stream.end();
      }
      running.clear();
    },
  };
}

function answerEach(grpc: Grpc, stream: Both, each: (request: Uint8Array) => Uint8Array): void {
  stream.on("data", (request: Uint8Array) => failing(grpc, stream, () => stream.write(each(request))));
  stream.on("end", () => stream.end()).on("error", () => undefined);
}

/** Does one step of a stream; its failure ends the stream with its status. */
function failing(grpc: Grpc, stream: Both | Answers, step: () => void): void {
  try {
    step();
  } catch (error) {
    stream.destroy(Object.assign(new Error(errorBody(error).message), statusOf(grpc, error)));
  }
}
