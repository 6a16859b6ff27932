// Who logs in here, or leaves tokens in local storage: shared by all tabs, and exchanged for newer ones.
import { HostTokens } from "./host.ts";
import type { Me } from "./people.ts";
import type { KeepingPlatform } from "./platform.ts";
import { Session, type SessionOptions } from "./session.ts";
import { COOKIE, claimsOf, EARLY, type Tokens } from "./tokens.ts";
import { asTrouble, noAnswer, Trouble } from "./trouble.ts";

const ACCESS = "tp_access_token";
const REFRESH = "tp_refresh_token";
/** How long the kept access token is good by this machine's own clock: `<tail of token> <ms>`. */
const GOOD_UNTIL = "bs-access-until";

/** A refresh token's answer; without rotation the old one stays good, and none is told. */
interface Exchanged {
  access?: string;
  refresh?: string;
}

interface LoginAnswer {
  access_token: string;
  refresh_token: string;
  user: Me;
}

export interface AccountOptions extends SessionOptions {
  /**
   * Where refresh tokens are exchanged, as `fetch` takes an address: the host's own, for tokens that
   * are its own. It hears `{"refresh"}` and answers `{"access"}`, with a `refresh` where that is good
   * once only. 401 logs out; a fault or no answer does not. A logout leaves the host's tokens to it.
   */
  refreshUrl?: string;
}

/** The session of somebody whose tokens stand in local storage, unless the host hands them out. */
export class AccountSession extends Session {
  readonly #tokens: HostTokens | KeptTokens;
  readonly #refreshUrl: string | undefined;

  constructor(platform: KeepingPlatform, { getToken, refreshUrl }: AccountOptions = {}) {
    let ended = () => {};
    const tokens = getToken
      ? new HostTokens(platform, getToken, () => ended())
      : new KeptTokens(platform);
    super(platform, {}, tokens);
    ended = () => this.forget();
    this.#tokens = tokens;
    this.#refreshUrl = refreshUrl;
    if (tokens instanceof KeptTokens) tokens.exchange = (refresh) => this.#exchange(refresh);
  }

  async login(identifier: string, password: string): Promise<void> {
    const answer = await this.ask("POST", "/login/", null, { identifier, password });
    const told = JSON.parse(await answer.text()) as LoginAnswer;
    this.#tokens.keep(told.access_token, told.refresh_token);
    this.enter(told.user);
  }

  /** Another tab may have logged in or out: follow it. */
  followTabs(): void {
    const { current } = this.#tokens;
    const { state, byCookie } = this.getSnapshot();
    if (state === "in" && !current && !byCookie) this.forget();
    if ((state === "out" || byCookie) && current) void this.restore();
  }

  /** Another tab may have logged in or out where the cookie is from, which nobody tells: look whose it is now. */
  async recheck(): Promise<void> {
    const { me, byCookie } = this.getSnapshot();
    if (!byCookie) return;
    // What went wrong is no news of the cookie; a refusal has been heard already.
    const now = await this.whoami().catch(() => null);
    if (now && now.id !== me?.id && this.getSnapshot().me === me) await this.restore();
  }

  /** What the host gave is not for us to end. */
  protected override get refresh(): string | null {
    const isOurs = this.#tokens instanceof KeptTokens && !this.#refreshUrl;
    return isOurs ? (this.#tokens as KeptTokens).refresh : null;
  }

  async #exchange(refresh: string): Promise<Exchanged> {
    const url = this.#refreshUrl ?? "/api/token/refresh/";
    return JSON.parse(await (await this.ask("POST", url, null, { refresh })).text());
  }
}

class KeptTokens implements Tokens {
  /** Takes a refresh token to where it is good for newer ones. */
  exchange: (refresh: string) => Promise<Exchanged> = () => Promise.reject(noAnswer());
  readonly #platform: KeepingPlatform;

  constructor(platform: KeepingPlatform) {
    this.#platform = platform;
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
        const told = await this.exchange(refresh);
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

  fresh(stale: string): Promise<string | null> {
    return this.renew(stale);
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
