/**
 * @module
 * Keys and certificates of the listeners that speak TLS, and what a client hears that does not.
 */

import { readFileSync } from "node:fs";
import type { Server } from "node:https";
import type { Socket } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { jsonAnswer } from "./answer/answer.ts";
import type { Answer } from "./answer/answer.ts";
import { ConfigError } from "./config/config-error.ts";
import type { TlsFiles } from "./config/index.ts";

/**
 * Reads the files and makes sure that they belong together. TLS 1.2 and 1.3; TorchServe: 1.2 with two ciphers.
 * @throws ConfigError naming the file, and what to do about old keystores
 */
export function readTls(files: TlsFiles): SecureContextOptions {
  const options: SecureContextOptions =
    files.kind === "pem"
      ? {
          key: read("private_key_file", files.keyFile),
          cert: read("certificate_file", files.certificateFile),
          minVersion: "TLSv1.2",
        }
      : { pfx: read("keystore", files.file), passphrase: files.passphrase, minVersion: "TLSv1.2" };
  try {
    // Loaded on demand: most servers speak plain HTTP.
    process.getBuiltinModule("node:tls").createSecureContext(options);
  } catch (error) {
    throw new ConfigError(refusal(files, error instanceof Error ? error.message : String(error)));
  }
  return options;
}

function read(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${key}: ${file} cannot be read: ${reason}`);
  }
}

function refusal(files: TlsFiles, reason: string): string {
  if (files.kind === "pem") {
    return `private_key_file ${files.keyFile} and certificate_file ${files.certificateFile}: ${reason}`;
  }
  const hint = /unsupported/i.test(reason)
    ? "; keystores of old Javas use ciphers that OpenSSL 3 refuses: " +
      `openssl pkcs12 -legacy -in ${files.file} -nodes | openssl pkcs12 -export -out new.p12`
    : /mac verify/i.test(reason)
      ? "; keystore_pass does not open it"
      : "";
  return `keystore ${files.file}: ${reason}${hint}`;
}

/** The first byte of a TLS handshake. */
const HANDSHAKE = 0x16;

/** What a client hears that speaks plain HTTP to a TLS port; TorchServe's words. */
export const httpsOnly: Answer = jsonAnswer(403, {
  status: "This TorchServe instance only accepts HTTPS requests",
});

/**
 * Lets a TLS server look at the first byte of each connection: who does not begin a handshake is given to `refuse`.
 * @param idleMs after which a connection without a byte is closed
 */
export function refusePlainHttp(server: Server, refuse: (socket: Socket) => void, idleMs: number): void {
  const begin = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const giveUp = (): void => void socket.destroy();
    socket.setTimeout(idleMs, giveUp);
    socket.on("error", giveUp);
    socket.once("data", (first: Buffer) => {
      socket.setTimeout(0).off("timeout", giveUp).off("error", giveUp);
      socket.pause();
      socket.unshift(first);
      if (first[0] !== HANDSHAKE) refuse(socket);
      else for (const listener of begin) Reflect.apply(listener, server, [socket]);
    });
  });
}
