/**
 * @module
 * What the gRPC port needs of `@grpc/grpc-js`, which is loaded when a gRPC port is asked for. The build puts the package
 * itself in this module's place: installing it would bring protobufjs, which runs a script, and thirty packages more.
 */

export { Metadata, Server, ServerCredentials, status } from "@grpc/grpc-js";
