// Who is logged in, and every call that needs to say so.
import { type GetToken, HostTokens } from "./host.ts";
import { Observed } from "./observed.ts";
import type { Me } from "./people.ts";
import type { Answer, BlobLike, BytesAnswer, Platform, UploadCall } from "./platform.ts";
import { COOKIE, KeptTokens, type Tokens } from "./tokens.ts";
import { asTrouble, Trouble, type TroubleKind } from "./trouble.ts";
import { backoff, inTime } from "./waiting.ts";

/** `checking` until the tokens are proven, then in or out. */
export interface SessionSnapshot {
  state: "checking" | "in" | "out";
  me: Me | null;
  /**
   * The browser's own cookie proves who it is, the host's session or the server's: there are no tokens
   * here, and whoever is in leaves where they came in.
   */
  byCookie?: boolean;
  /** Why the check could not be finished; the page offers to try again. */
  trouble: Trouble | null;
}

interface LoginAnswer {
  access_token: string;
  refresh_token: string;
  user: Me;
}

/** Where a session has its tokens from: local storage and the server, unless the host says otherwise. */
export interface SessionOptions {
  /** The host gives the tokens; none is kept in local storage then, or exchanged. */
  getToken?: GetToken;
  /**
   * Where refresh tokens are exchanged, as `fetch` takes an address: the host's own, for tokens that
   * are its own. It hears `{"refresh"}` and answers `{"access"}`, with a `refresh` where that is good
   * once only. 401 logs out; a fault or no answer does not. A logout leaves the host's tokens to it.
   */
  refreshUrl?: string;
}

export class Session extends Observed<SessionSnapshot> {
  readonly #platform: Platform;
  readonly #tokens: Tokens;
  readonly #refreshUrl: string | undefined;
  /** Rises with every check and with what ends it, so that an answer to an older one is known as such. */
  #turn = 0;
  /** The language that the server's sentences are wanted in; the browser's when null. */
  lang: string | null = null;

  constructor(platform: Platform, { getToken, refreshUrl }: SessionOptions = {}) {
    super({ state: "checking", me: null, trouble: null });
    this.#platform = platform;
    this.#refreshUrl = refreshUrl;
    this.#tokens = getToken
      ? new HostTokens(platform, getToken, () => this.#forget())
      : new KeptTokens(platform, (refresh) => this.#exchange(refresh));
  }

  /** Proves the tokens, or the browser's cookie where there are none; tries again by itself until it knows. */
  async restore(): Promise<void> {
    this.show({ state: "checking", me: null, trouble: null });
    await this.#prove(0);
  }

  async login(identifier: string, password: string): Promise<void> {
    const answer = await this.#ask("POST", "/login/", null, { identifier, password });
    const told = JSON.parse(await answer.text()) as LoginAnswer;
    this.#tokens.keep(told.access_token, told.refresh_token);
    this.#turn += 1;
    this.show({ state: "in", me: told.user, trouble: null });
  }

  /** Ends the session here and, as far as the server can be reached, there: no copy of a token renews it. */
  async logout(): Promise<void> {
    // What the host gave is not for us to end.
    const refresh = this.#refreshUrl ? null : this.#tokens.refresh;
    this.#forget();
    await this.#ask("POST", "/logout/", null, { refresh }).catch(() => undefined);
  }

  /** Another tab may have logged in or out: follow it. */
  followTabs(): void {
    const { current } = this.#tokens;
    const { state, byCookie } = this.getSnapshot();
    if (state === "in" && !current && !byCookie) this.#forget();
    if ((state === "out" || byCookie) && current) void this.restore();
  }

  /** Another tab may have logged in or out where the cookie is from, which nobody tells: look whose it is now. */
  async recheck(): Promise<void> {
    const { me, byCookie } = this.getSnapshot();
    if (!byCookie) return;
    // What went wrong is no news of the cookie; a refusal has been heard already.
    const now = await this.call<Me>("GET", "/api/me/").catch(() => null);
    if (now && now.id !== me?.id && this.getSnapshot().me === me) await this.restore();
  }

  /** The server refused `access` after another one. False when there is a newer one to try. */
  expire(access: string): boolean {
    const isNewest = access === (this.#tokens.current ?? COOKIE);
    if (isNewest) this.#forget();
    return isNewest;
  }

  /** An access token that is good for a while, or null when nobody is logged in. */
  access(): Promise<string | null> {
    return this.#known((tokens) => tokens.access());
  }

  /** A newer access token than `stale`, or null when nobody is logged in. */
  renew(stale: string): Promise<string | null> {
    return this.#known((tokens) => tokens.renew(stale));
  }

  /** Calls the server as the person who is logged in and gives the answer's body. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.#asMe((access) => this.#ask(method, path, access, body));
    const text = await answer.text();
    return (text ? JSON.parse(text) : null) as T;
  }

  /** Sends a form with a file and gives the answer's body. It has no time limit of its own. */
  async upload<T>(path: string, form: Omit<UploadCall, "headers">): Promise<T> {
    const url = this.#platform.origin + path;
    const answer = await this.#asMe((access) =>
      proven(this.#platform.upload(url, { ...form, headers: this.#headers(access) })),
    );
    return JSON.parse(await answer.text()) as T;
  }

  /** What stands at `path`: a file asks for the token, which an address cannot carry. */
  async bytes(path: string): Promise<BlobLike> {
    const answer = await this.#asMe((access) => this.#ask("GET", path, access));
    return await answer.blob().catch(() => {
      throw new Trouble("network", 0);
    });
  }

  async #prove(tries: number): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    let next: SessionSnapshot;
    try {
      const me = await this.call<Me>("GET", "/api/me/");
      next = { state: "in", me, byCookie: !this.#tokens.current, trouble: null };
    } catch (error) {
      next = { state: "checking", me: null, trouble: asTrouble(error) };
    }
    if (turn !== this.#turn) return;
    this.show(next);
    if (next.me) return;
    this.#platform.later(backoff(this.#platform, tries), () => {
      if (turn === this.#turn) void this.#prove(tries + 1);
    });
  }

  /** What the tokens give; when that is nothing, nobody is logged in. */
  async #known(give: (tokens: Tokens) => Promise<string | null>): Promise<string | null> {
    // Whoever was logged out is not let in again by a host that is asked by chance.
    const isOver = () => this.getSnapshot().state === "out" && !this.#tokens.current;
    const access = isOver() ? null : await give(this.#tokens);
    if (access === null && !isOver()) this.#forget();
    return access;
  }

  async #exchange(refresh: string): Promise<{ access?: string; refresh?: string }> {
    const url = this.#refreshUrl ?? `${this.#platform.origin}/api/token/refresh/`;
    const answer = await this.#askAt("POST", url, null, { refresh });
    return JSON.parse(await answer.text());
  }

  /** Asks with the token, and once more with a newer one when that is no good any more. */
  async #asMe<A>(ask: (access: string) => Promise<A>): Promise<A> {
    const isRefusal = (error: unknown) => asTrouble(error).kind === "unauthenticated";
    const access = proof(await this.access());
    try {
      return await ask(access);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // A cookie is what it is: there is no newer one to wait for.
      if (access === COOKIE && this.expire(access)) throw error;
    }
    const newer = proof(await this.renew(access));
    try {
      return await ask(newer);
    } catch (error) {
      if (isRefusal(error)) this.expire(newer);
      throw error;
    }
  }

  #ask(method: string, path: string, access: string | null, body?: unknown): Promise<BytesAnswer> {
    return this.#askAt(method, this.#platform.origin + path, access, body);
  }

  #askAt(method: string, url: string, access: string | null, body?: unknown): Promise<BytesAnswer> {
    const headers = this.#headers(access);
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const call =
      body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    return proven(inTime(this.#platform, this.#platform.fetch(url, call)));
  }

  #headers(access: string | null): Record<string, string> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (access) headers.Authorization = `Bearer ${access}`;
    if (this.lang) headers["Accept-Language"] = this.lang;
    return headers;
  }

  #forget(): void {
    this.#turn += 1;
    this.#tokens.forget();
    this.show({ state: "out", me: null, trouble: null });
  }
}

function proof(access: string | null): string {
  if (access === null) throw new Trouble("unauthenticated", 401);
  return access;
}

/** The answer, unless there is none or it is a refusal. */
async function proven<A extends Answer>(asked: Promise<A>): Promise<A> {
  let answer: A;
  try {
    answer = await asked;
  } catch {
    throw new Trouble("network", 0);
  }
  if (answer.status >= 400) throw await troubleOf(answer);
  return answer;
}

const KINDS: Record<number, TroubleKind> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "missing",
  429: "throttled",
};

async function troubleOf(answer: Answer): Promise<Trouble> {
  const kind = KINDS[answer.status] ?? (answer.status < 500 ? "invalid" : "server");
  const seconds = Number(answer.headers.get("Retry-After") ?? 0);
  return new Trouble(kind, answer.status, sentenceOf(await answer.text()), (seconds || 0) * 1000);
}

/** The first sentence of an error's body: `{"detail"}`, `{"error"}` or `{"field": ["…"]}`. */
function sentenceOf(body: string): string {
  try {
    const told: unknown = JSON.parse(body);
    const first = Object.values(told as Record<string, unknown>)[0];
    const sentence = Array.isArray(first) ? first[0] : first;
    return typeof sentence === "string" ? sentence : "";
  } catch {
    return "";
  }
}
