/** @module The parser of multipart bodies as a module of its own, which is loaded on demand under its own name by bundles too. */

export { Busboy } from "@fastify/busboy";
