/**
 * @module
 * The three keys of token authorization, as TorchServe has them: one for inference, one for management, and one that
 * renews the other two.
 */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What a key opens. */
export type TokenKind = "inference" | "management" | "api";

/** A key and the moment from which it is worth nothing; null when it does not expire. */
export interface TokenKey {
  readonly key: string;
  readonly expires: Date | null;
}

/** 192 bits; TorchServe's keys have 48. */
const KEY_BYTES = 24;

/** TorchServe's pattern, with the scheme in any case as RFC 9110 has it. */
const BEARER = /^Bearer[ \t]+(\S+)$/i;

/** The keys in use. */
export class TokenKeys {
  readonly #keys: Record<TokenKind, TokenKey>;
  readonly #lifeMs: number;
  readonly #now: () => number;

  /**
   * @param expirationMinutes the life of inference and management keys made here
   * @param supplied keys from outside, instead of fresh ones
   * @param now the clock, in milliseconds since 1970
   */
  constructor(
    expirationMinutes: number,
    supplied: Partial<Record<TokenKind, TokenKey>> = {},
    now: () => number = Date.now,
  ) {
    this.#lifeMs = expirationMinutes * 60_000;
    this.#now = now;
    this.#keys = {
      inference: supplied.inference ?? this.#fresh(),
      management: supplied.management ?? this.#fresh(),
      api: supplied.api ?? { key: newKey(), expires: null },
    };
  }

  /** Whether an Authorization header carries the key of `kind`, and the key is still good. */
  accepts(kind: TokenKind, authorization: string | undefined): boolean {
    const { key, expires } = this.#keys[kind];
    const offered = BEARER.exec(authorization ?? "")?.[1] ?? "";
    // Both are hashed, so that the comparison takes as long whatever was offered.
    const same = timingSafeEqual(sha256(offered), sha256(key));
    return same && (expires === null || this.#now() < expires.getTime());
  }

  /** Replaces a key by a fresh one; the old one is worth nothing from now on. */
  renew(kind: "inference" | "management"): void {
    this.#keys[kind] = this.#fresh();
  }

  /** The key of `kind`, as it is. */
  get(kind: TokenKind): TokenKey {
    return this.#keys[kind];
  }

  #fresh(): TokenKey {
    return { key: newKey(), expires: new Date(this.#now() + this.#lifeMs) };
  }
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString("base64url");
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
