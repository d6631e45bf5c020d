/**
 * @module
 * How much one client may ask for. Every number has a default that serves small pictures well.
 */

/** Bounds on a request; TorchServe's names where it has one, in camelCase. */
export interface Limits {
  /** Largest request body in bytes; `max_request_size`, 6,553,500. */
  readonly maxRequestSize: number;
  /** Largest body of an answer in bytes; `max_response_size`. None unless said: an explanation may have any size. */
  readonly maxResponseSize: number;
  /** Largest width × height that a picture's header may promise. TorchServe: Pillow's 179 million. */
  readonly maxImagePixels: number;
  /** Largest `n_steps` of an explanation over HTTP. */
  readonly maxSteps: number;
  /** Milliseconds without a byte after which an upload is given up. */
  readonly uploadIdleMs: number;
  /** Milliseconds for which a client that is still sending is listened to after it was refused. */
  readonly lingerMs: number;
  /** Milliseconds within which the head of a request must have come. */
  readonly headersTimeoutMs: number;
  /** Milliseconds within which a whole request must have come. */
  readonly requestTimeoutMs: number;
  /** Milliseconds for which an idle connection is kept open. */
  readonly keepAliveMs: number;
}

/** What applies unless told otherwise. */
export const defaultLimits: Limits = {
  maxRequestSize: 6_553_500,
  maxResponseSize: Infinity,
  maxImagePixels: 4_000_000,
  maxSteps: 1_000,
  uploadIdleMs: 20_000,
  lingerMs: 2_000,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 120_000,
  keepAliveMs: 65_000,
};
