/**
 * @module
 * `grpc.health.v1.Health`, which Kubernetes' gRPC probes ask.
 */

import { RequestError } from "../../errors.ts";
import type { Shelf } from "../door.ts";
import { unary } from "./calls.ts";
import type { Service } from "./calls.ts";
import { serverReady } from "./inference-service.ts";
import { message, one } from "./message.ts";
import { int32, string } from "./scalars.ts";

const HealthCheckRequest = message("grpc.health.v1.HealthCheckRequest", { service: one(1, string) });
/** The status is an enum, which lies on the wire as int32. */
const HealthCheckResponse = message("grpc.health.v1.HealthCheckResponse", { status: one(1, int32) });

const SERVING = 1;
const NOT_SERVING = 2;

/** Names under which health is known: the server as a whole, and its service. */
const KNOWN = ["", "inference.GRPCInferenceService"];

/** The service over a shelf; it has Check and no Watch. */
export function healthService(shelf: Shelf): Service {
  return {
    name: "grpc.health.v1.Health",
    calls: {
      Check: unary(HealthCheckRequest, HealthCheckResponse, ({ service }) => {
        if (!KNOWN.includes(service)) {
          throw new RequestError("resourceNotFound", `There is no service "${service.slice(0, 80)}".`);
        }
        return { status: serverReady(shelf) ? SERVING : NOT_SERVING };
      }),
    },
  };
}
