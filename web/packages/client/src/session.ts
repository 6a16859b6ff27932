// Who is logged in, and every call that needs to say so.
import { type GetToken, HostTokens } from "./host.ts";
import { Observed } from "./observed.ts";
import type { Me } from "./people.ts";
import type {
  Answer,
  BlobLike,
  BytesAnswer,
  Call,
  Platform,
  StreamAnswer,
  UploadCall,
} from "./platform.ts";
import { COOKIE, cookieAlone, type Tokens } from "./tokens.ts";
import { asTrouble, kindOf, noAnswer, Trouble } from "./trouble.ts";
import { backoff, inTime, PATIENCE } from "./waiting.ts";

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

/** Where a session has its tokens from. Without `getToken` the browser's cookie alone says who it is. */
export interface SessionOptions {
  /** The host gives the tokens; none is kept in local storage then, or exchanged. */
  getToken?: GetToken;
}

export class Session extends Observed<SessionSnapshot> {
  readonly #platform: Platform;
  readonly #tokens: Tokens;
  /** Rises with every check and with what ends it, so that an answer to an older one is known as such. */
  #turn = 0;
  /** Where the server says who is logged in; whoever uses the session first says where. */
  mePath: string | null = null;
  /** The language that the server's sentences are wanted in; the browser's when null. */
  lang: string | null = null;

  constructor(platform: Platform, { getToken }: SessionOptions = {}, tokens: Tokens = cookieAlone) {
    super({ state: "checking", me: null, trouble: null });
    this.#platform = platform;
    this.#tokens = getToken ? new HostTokens(platform, getToken, () => this.forget()) : tokens;
  }

  /** As `restore`, unless that was asked for before. */
  async start(): Promise<void> {
    if (this.#turn === 0) await this.restore();
  }

  /** Proves the tokens, or the browser's cookie where there are none; tries again by itself until it knows. */
  async restore(): Promise<void> {
    this.show({ state: "checking", me: null, trouble: null });
    await this.#prove(0);
  }

  /** Somebody has proved who they are in another way: every check that is under way is over. */
  protected enter(me: Me): void {
    this.#turn += 1;
    this.show({ state: "in", me, trouble: null });
  }

  /** The refresh token that is ours to end. */
  protected get refresh(): string | null {
    return null;
  }

  /** Ends the session here and, as far as the server can be reached, there: no copy of a token renews it. */
  async logout(): Promise<void> {
    const { refresh } = this;
    this.forget();
    await this.ask("POST", "/logout/", null, { refresh }).catch(() => undefined);
  }

  /** The server refused `access` after another one. False when there is a newer one to try. */
  expire(access: string): boolean {
    const isNewest = access === (this.#tokens.current ?? COOKIE);
    if (isNewest) this.forget();
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

  /** A newer access token than `stale`, which ends soon and has not been refused. */
  fresh(stale: string): Promise<string | null> {
    return this.#known((tokens) => tokens.fresh(stale));
  }

  /** Calls the server as the person who is logged in and gives the answer's body; it may take `patience`. */
  async call<T>(method: string, path: string, body?: unknown, patience?: number): Promise<T> {
    const answer = await this.#asMe((access) => this.ask(method, path, access, body, patience));
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
    const answer = await this.#asMe((access) => this.ask("GET", path, access));
    return await answer.blob().catch(() => {
      throw noAnswer();
    });
  }

  /** What stands at `path`, as it comes; null where the runtime reads no streams. */
  async stream(path: string): Promise<StreamAnswer | null> {
    const { stream, origin } = this.#platform;
    if (!stream) return null;
    return this.#asMe((access) => {
      const call = { method: "GET", headers: this.#headers(access) };
      return proven(inTime(this.#platform, stream(origin + path, call)));
    });
  }

  protected whoami(): Promise<Me> {
    return this.call<Me>("GET", this.mePath ?? "/api/me/");
  }

  async #prove(tries: number): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    let next: SessionSnapshot;
    try {
      const me = await this.whoami();
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
    if (access === null && !isOver()) this.forget();
    return access;
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

  /** Asks the server, or whoever else stands at a whole address. */
  protected ask(
    method: string,
    at: string,
    access: string | null,
    body?: unknown,
    patience = PATIENCE,
  ): Promise<BytesAnswer> {
    const { origin, fetch } = this.#platform;
    const headers = this.#headers(access);
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const call: Call = { method, headers, patience };
    if (body !== undefined) call.body = JSON.stringify(body);
    const url = at.startsWith("/") ? origin + at : at;
    return proven(inTime(this.#platform, fetch(url, call), patience));
  }

  #headers(access: string | null): Record<string, string> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (access) headers.Authorization = `Bearer ${access}`;
    if (this.lang) headers["Accept-Language"] = this.lang;
    return headers;
  }

  protected forget(): void {
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
    throw noAnswer();
  }
  if (answer.status >= 400) throw await troubleOf(answer);
  return answer;
}

async function troubleOf(answer: Answer): Promise<Trouble> {
  const { status } = answer;
  const seconds = Number(answer.headers.get("Retry-After") ?? 0);
  const told = bodyOf(await answer.text());
  const code = typeof told.code === "string" ? told.code : "";
  return new Trouble(kindOf(status), status, sentenceOf(told), (seconds || 0) * 1000, code);
}

function bodyOf(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The first sentence of an error's body: `{"detail"}`, `{"error"}` or `{"field": ["…"]}`. */
function sentenceOf(told: Record<string, unknown>): string {
  const first = told.detail ?? Object.values(told)[0];
  const sentence = Array.isArray(first) ? first[0] : first;
  return typeof sentence === "string" ? sentence : "";
}
