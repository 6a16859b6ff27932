// What a session needs to prove who somebody is, and what a token says about itself.

/** A token is renewed this long before it ends, in milliseconds. */
export const EARLY = 30_000;

/** In a token's place, where the browser's own cookie proves who it is: the host's session, or the server's. */
export const COOKIE = "";

/** Where a session has its tokens from. */
export interface Tokens {
  /** The access token at hand, good or not. */
  readonly current: string | null;
  /** An access token that is good for a while, or null when nobody is logged in. */
  access(): Promise<string | null>;
  /** A newer access token than `stale`, which the server refused. */
  renew(stale: string): Promise<string | null>;
  /** A newer access token than `stale`, which ends soon. */
  fresh(stale: string): Promise<string | null>;
  keep(access: string, refresh: string): void;
  forget(): void;
}

const give = async () => COOKIE;
const none = () => {};

/** No tokens: the browser's own cookie. */
export const cookieAlone: Tokens = {
  current: null,
  access: give,
  renew: give,
  fresh: give,
  keep: none,
  forget: none,
};

/** What a token says about itself, unproven: its times in seconds, and whose it is. */
export interface Claims {
  exp?: number;
  iat?: number;
  sub?: unknown;
  user_id?: unknown;
}

/** The claims of a token; none when they cannot be read. */
export function claimsOf(token: string): Claims {
  try {
    const middle = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const decode = (globalThis as unknown as { atob(text: string): string }).atob;
    const { exp, iat, ...rest } = JSON.parse(decode(middle)) as Claims;
    return { ...rest, exp: Number(exp) || 0, iat: Number(iat) || 0 };
  } catch {
    return {};
  }
}
