// Who is logged in: the two tokens, kept in local storage and refreshed by themselves.
import { Observed } from "./observed.ts";
import type { Answer, BlobLike, BytesAnswer, Platform, UploadCall } from "./platform.ts";
import { asTrouble, type Me, Trouble, type TroubleKind } from "./words.ts";

const ACCESS = "tp_access_token";
const REFRESH = "tp_refresh_token";
/** How long the kept access token is good by this machine's own clock: `<tail of token> <ms>`. */
const GOOD_UNTIL = "bs-access-until";
/** A token is renewed this long before it ends, in milliseconds. */
const EARLY = 30_000;
/** No answer within this time counts as no network, in milliseconds. */
const PATIENCE = 10_000;

/** `checking` until the kept tokens are proven, then in or out. */
export interface SessionSnapshot {
  state: "checking" | "in" | "out";
  me: Me | null;
  /** Why the check could not be finished; the page offers to try again. */
  trouble: Trouble | null;
}

interface LoginAnswer {
  access_token: string;
  refresh_token: string;
  user: Me;
}

export class Session extends Observed<SessionSnapshot> {
  readonly #platform: Platform;
  /** The language that the server's sentences are wanted in; the browser's when null. */
  lang: string | null = null;

  constructor(platform: Platform) {
    super({ state: "checking", me: null, trouble: null });
    this.#platform = platform;
  }

  /** Proves the kept tokens, if there are any. */
  async restore(): Promise<void> {
    if (!this.#platform.keep.get(ACCESS) && !this.#platform.keep.get(REFRESH)) {
      this.show({ state: "out", me: null, trouble: null });
      return;
    }
    this.show({ state: "checking", me: null, trouble: null });
    try {
      const me = await this.call<Me>("GET", "/api/me/");
      this.show({ state: "in", me, trouble: null });
    } catch (error) {
      const trouble = asTrouble(error);
      if (trouble.kind === "unauthenticated") this.#forget();
      else this.show({ state: "checking", me: null, trouble });
    }
  }

  async login(identifier: string, password: string): Promise<void> {
    const answer = await this.#ask("POST", "/login/", null, { identifier, password });
    const told = JSON.parse(await answer.text()) as LoginAnswer;
    this.#keepTokens(told.access_token, told.refresh_token);
    this.show({ state: "in", me: told.user, trouble: null });
  }

  /** Ends the session here and, as far as the server can be reached, there. */
  async logout(): Promise<void> {
    const access = this.#platform.keep.get(ACCESS);
    this.#forget();
    await this.#ask("POST", "/logout/", access).catch(() => undefined);
  }

  /** Another tab may have logged in or out: follow it. */
  followTabs(): void {
    const access = this.#platform.keep.get(ACCESS);
    const { state } = this.getSnapshot();
    if (state === "in" && !access) this.#forget();
    if (state === "out" && access) void this.restore();
  }

  /** The server does not know the tokens any more. */
  expire(): void {
    this.#forget();
  }

  /** An access token that is good for a while, or null when nobody is logged in. */
  async access(): Promise<string | null> {
    const access = this.#platform.keep.get(ACCESS);
    if (access && this.#goodUntil(access) - EARLY > this.#platform.now()) return access;
    return this.renew(access);
  }

  /**
   * A newer access token than `stale`. Tabs take turns, and whoever finds that another tab was
   * first uses what that one got: a refresh token is good once.
   */
  renew(stale: string | null): Promise<string | null> {
    return this.#platform.alone("bs-refresh", async () => {
      const { keep } = this.#platform;
      const access = keep.get(ACCESS);
      const refresh = keep.get(REFRESH);
      if (access && access !== stale) return access;
      if (!refresh) return null;
      try {
        const answer = await this.#ask("POST", "/api/token/refresh/", null, { refresh });
        const told = JSON.parse(await answer.text()) as { access: string; refresh?: string };
        this.#keepTokens(told.access, told.refresh ?? refresh);
        return told.access;
      } catch (error) {
        const { kind } = asTrouble(error);
        if (kind !== "unauthenticated" && kind !== "invalid") throw error;
        // A tab that could not be waited for (no Web Locks) may have been faster.
        const now = keep.get(ACCESS);
        return now !== access && keep.get(REFRESH) !== refresh ? now : null;
      }
    });
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

  /** Asks with the token, and once more with a newer one when that is no good any more. */
  async #asMe<A>(ask: (access: string) => Promise<A>): Promise<A> {
    const access = await this.access();
    if (!access) throw this.#loggedOut();
    try {
      return await ask(access);
    } catch (error) {
      if (asTrouble(error).kind !== "unauthenticated") throw error;
      const newer = await this.renew(access);
      if (!newer) throw this.#loggedOut();
      return await ask(newer);
    }
  }

  #loggedOut(): Trouble {
    if (this.getSnapshot().state === "in") this.#forget();
    return new Trouble("unauthenticated", 401);
  }

  #ask(method: string, path: string, access: string | null, body?: unknown): Promise<BytesAnswer> {
    const headers = this.#headers(access);
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const call =
      body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    return proven(this.#inTime(this.#platform.fetch(this.#platform.origin + path, call)));
  }

  #headers(access: string | null): Record<string, string> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (access) headers.Authorization = `Bearer ${access}`;
    if (this.lang) headers["Accept-Language"] = this.lang;
    return headers;
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((done, fail) => {
      const callOff = this.#platform.later(PATIENCE, () => fail(new Error("no answer in time")));
      work.then(done, fail).finally(callOff);
    });
  }

  #keepTokens(access: string, refresh: string): void {
    const { keep, now } = this.#platform;
    keep.set(REFRESH, refresh);
    keep.set(ACCESS, access);
    const { exp, iat } = claimsOf(access);
    // The server's clock may differ from ours: what counts is how long it is good from now on.
    if (exp && iat) keep.set(GOOD_UNTIL, `${access.slice(-16)} ${now() + (exp - iat) * 1000}`);
  }

  #goodUntil(access: string): number {
    const [tail, until] = (this.#platform.keep.get(GOOD_UNTIL) ?? "").split(" ");
    if (tail === access.slice(-16)) return Number(until);
    const { exp } = claimsOf(access);
    return exp ? exp * 1000 : Number.POSITIVE_INFINITY;
  }

  #forget(): void {
    for (const key of [ACCESS, REFRESH, GOOD_UNTIL]) this.#platform.keep.remove(key);
    this.show({ state: "out", me: null, trouble: null });
  }
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

/** `exp` and `iat` of a token, in seconds; nothing when it cannot be read. */
function claimsOf(token: string): { exp?: number; iat?: number } {
  try {
    const middle = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const decode = (globalThis as unknown as { atob(text: string): string }).atob;
    return JSON.parse(decode(middle)) as { exp?: number; iat?: number };
  } catch {
    return {};
  }
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
