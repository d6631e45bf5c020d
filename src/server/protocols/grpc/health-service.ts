/**
 * @module
 * `grpc.health.v1.Health`, which Kubernetes' gRPC probes ask, and which clients and proxies watch.
 */

import { RequestError } from "../../errors.ts";
import type { Shelf } from "../door.ts";
import { unary } from "./calls.ts";
import type { Service, Watch } from "./calls.ts";
import { serverReady } from "./inference-service.ts";
import { message, one } from "./message.ts";
import { enumeration, string } from "./scalars.ts";

const HealthCheckRequest = message("grpc.health.v1.HealthCheckRequest", { service: one(1, string) });
const ServingStatus = { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 };
const HealthCheckResponse = message("grpc.health.v1.HealthCheckResponse", {
  status: one(1, enumeration("grpc.health.v1.HealthCheckResponse.ServingStatus", ServingStatus)),
});

/** Names under which health is known: the server as a whole, and its service. */
const KNOWN = ["", "inference.GRPCInferenceService"];

/** Milliseconds after which whoever watches hears of a change: as often as a kubelet may probe. */
const PERIOD = 1_000;

/** The service over a shelf. */
export function healthService(shelf: Shelf): Service {
  const status = (service: string): number => {
    if (!KNOWN.includes(service)) return ServingStatus.SERVICE_UNKNOWN;
    return serverReady(shelf) ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  };
  return {
    name: "grpc.health.v1.Health",
    calls: {
      Check: unary(HealthCheckRequest, HealthCheckResponse, ({ service }) => {
        const found = status(service);
        if (found !== ServingStatus.SERVICE_UNKNOWN) return { status: found };
        throw new RequestError("resourceNotFound", `There is no service "${service.slice(0, 80)}".`);
      }),
    },
    streams: {
      Watch: {
        request: HealthCheckRequest,
        response: HealthCheckResponse,
        watch: (request, send) => {
          const { service } = HealthCheckRequest.decode(request);
          return watch(
            () => status(service),
            (found) => send(HealthCheckResponse.encode({ status: found })),
          );
        },
      },
    },
  };
}

/** Tells a value at once, and whenever it is another. */
function watch(value: () => number, tell: (value: number) => void): Watch {
  let told: number | null = null;
  const look = (): void => {
    const now = value();
    if (now !== told) tell((told = now));
  };
  look();
  const timer = setInterval(look, PERIOD).unref();
  return { look, stop: () => clearInterval(timer) };
}
