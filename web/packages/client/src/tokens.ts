// The tokens that stand in local storage: shared by all tabs, and exchanged for newer ones.
import type { Platform } from "./platform.ts";
import { asTrouble, Trouble } from "./trouble.ts";

const ACCESS = "tp_access_token";
const REFRESH = "tp_refresh_token";
/** How long the kept access token is good by this machine's own clock: `<tail of token> <ms>`. */
const GOOD_UNTIL = "bs-access-until";
/** A token is renewed this long before it ends, in milliseconds. */
export const EARLY = 30_000;

/** In a token's place, where the browser's own cookie proves who it is: the host's session, or the server's. */
export const COOKIE = "";

/** Where a session has its tokens from. */
export interface Tokens {
  /** The access token at hand, good or not. */
  readonly current: string | null;
  /** The refresh token at hand, where there is one. */
  readonly refresh: string | null;
  /** An access token that is good for a while, or null when nobody is logged in. */
  access(): Promise<string | null>;
  /** A newer access token than `stale`, which the server refused. */
  renew(stale: string): Promise<string | null>;
  keep(access: string, refresh: string): void;
  forget(): void;
}

/** A refresh token's answer; without rotation the old one stays good, and none is told. */
interface Exchanged {
  access?: string;
  refresh?: string;
}

export class KeptTokens implements Tokens {
  readonly #platform: Platform;
  readonly #exchange: (refresh: string) => Promise<Exchanged>;

  constructor(platform: Platform, exchange: (refresh: string) => Promise<Exchanged>) {
    this.#platform = platform;
    this.#exchange = exchange;
  }

  get current(): string | null {
    return this.#platform.keep.get(ACCESS);
  }

  get refresh(): string | null {
    return this.#platform.keep.get(REFRESH);
  }

  async access(): Promise<string | null> {
    const access = this.current;
    if (access === null && this.refresh === null) return COOKIE;
    const left = access ? this.#goodUntil(access) - this.#platform.now() : 0;
    if (left > EARLY) return access;
    try {
      return await this.renew(access);
    } catch (error) {
      // What cannot be renewed just now is good to its end.
      if (left > 0) return access;
      throw error;
    }
  }

  /**
   * Tabs take turns, and whoever finds that another tab was first uses what that one got: a refresh
   * token may be good once only.
   */
  renew(stale: string | null): Promise<string | null> {
    return this.#platform.alone("bs-refresh", async () => {
      const { current, refresh } = this;
      if (current && current !== stale) return current;
      if (!refresh) return stale === COOKIE ? COOKIE : null;
      try {
        const told = await this.#exchange(refresh);
        if (!told.access) throw new Trouble("server", 0);
        // Unless somebody logged out meanwhile, here or in another tab.
        if (this.refresh === refresh) this.keep(told.access, told.refresh ?? refresh);
        return this.current;
      } catch (error) {
        const trouble = asTrouble(error);
        if (trouble.kind !== "unauthenticated" && trouble.kind !== "invalid") throw trouble;
        // A tab that could not be waited for (no Web Locks) may have been faster.
        return this.current !== current && this.refresh !== refresh ? this.current : null;
      }
    });
  }

  keep(access: string, refresh: string): void {
    const { keep, now } = this.#platform;
    keep.set(REFRESH, refresh);
    keep.set(ACCESS, access);
    const { exp, iat } = claimsOf(access);
    // The server's clock may differ from ours: what counts is how long it is good from now on.
    if (exp && iat) keep.set(GOOD_UNTIL, `${access.slice(-16)} ${now() + (exp - iat) * 1000}`);
  }

  forget(): void {
    for (const key of [ACCESS, REFRESH, GOOD_UNTIL]) this.#platform.keep.remove(key);
  }

  #goodUntil(access: string): number {
    const [tail, until] = (this.#platform.keep.get(GOOD_UNTIL) ?? "").split(" ");
    if (tail === access.slice(-16)) return Number(until);
    const { exp } = claimsOf(access);
    return exp ? exp * 1000 : Number.POSITIVE_INFINITY;
  }
}

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
