/**
 * @module
 * Node's own HTTP, without what an import of it would load beside it.
 */

/**
 * `node:http` as `require` gives it. An `import` of it reads every name that it exports, `WebSocket` among them, for which
 * Node 22 and newer load undici and HTTP/2: half of the time in which a server starts.
 */
export const { createServer, request, STATUS_CODES } = process.getBuiltinModule("node:http");
