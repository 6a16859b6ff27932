// The tokens that the host application hands out: held in memory, asked for again before they end.
import type { Platform } from "./platform.ts";
import { claimsOf, EARLY, type Tokens } from "./tokens.ts";
import { noAnswer } from "./trouble.ts";
import { backoff, FIRST_RETRY, inTime } from "./waiting.ts";

/** A sign-out ends the tokens of its whole second: asked any sooner, the host gives one of those. */
const MOMENT = 1_000;

/**
 * Why the host is asked for a token: there is none yet; the one at hand ends soon, or has ended; the
 * server refused it, so one that the host has kept is no answer.
 */
export type TokenReason = "start" | "ending" | "refused";

/**
 * Gives an access token of the person whom the host knows, or null when nobody is logged in there.
 *
 * It is asked at the start, 30 seconds before the token's `exp`, and when the server refuses a token
 * (401, or a socket that ends with 4001); one asking at a time, whoever needs it. A token without a
 * readable `exp` is used until it is refused. When the promise fails, that is no logout: it is asked
 * again after a pause that grows from 3 to 30 seconds. The person is logged out when a token that was
 * asked for after a refusal is refused as well, when null comes and no good token is at hand, and when
 * the token of somebody else comes; `session.restore()` begins anew.
 */
export type GetToken = (ask: { reason: TokenReason }) => Promise<string | null | undefined>;

export class HostTokens implements Tokens {
  readonly #platform: Platform;
  readonly #getToken: GetToken;
  readonly #ended: () => void;
  #token: string | null = null;
  #until = 0;
  #asking: Promise<string | null> | null = null;
  /** Rises when the tokens are forgotten: what was asked for before is not wanted any more. */
  #turn = 0;
  #tries = 0;
  #callOff: (() => void) | null = null;

  /** `ended` hears when the host has nobody any more, and no call waits to be told so. */
  constructor(platform: Platform, getToken: GetToken, ended: () => void) {
    this.#platform = platform;
    this.#getToken = getToken;
    this.#ended = ended;
  }

  get current(): string | null {
    return this.#token;
  }

  async access(): Promise<string | null> {
    if (this.#isGood) return this.#token;
    return inTime(this.#platform, this.#ask(this.#token ? "ending" : "start"));
  }

  async renew(stale: string): Promise<string | null> {
    if (this.#token !== stale) return this.access();
    return inTime(this.#platform, this.#ask("refused"));
  }

  async fresh(stale: string): Promise<string | null> {
    if (this.#token !== stale) return this.access();
    return inTime(this.#platform, this.#ask("ending"));
  }

  keep(access: string): void {
    const left = goodFor(access, this.#platform.now());
    this.#token = access;
    this.#until = this.#platform.now() + left;
    this.#tries = 0;
    this.#callOff?.();
    if (left < Number.POSITIVE_INFINITY) this.#tend(Math.max(left - EARLY, left / 2, FIRST_RETRY));
  }

  forget(): void {
    this.#turn += 1;
    this.#token = null;
    this.#asking = null;
    this.#callOff?.();
  }

  get #isGood(): boolean {
    return this.#token !== null && this.#until > this.#platform.now();
  }

  /** Joins whoever asks already: the host hears one asking at a time. */
  #ask(reason: TokenReason): Promise<string | null> {
    if (this.#asking) return this.#asking;
    const asking = this.#obtain(reason).finally(() => {
      if (this.#asking === asking) this.#asking = null;
    });
    this.#asking = asking;
    return asking;
  }

  async #obtain(reason: TokenReason): Promise<string | null> {
    const turn = this.#turn;
    if (reason === "refused") await new Promise<void>((done) => this.#platform.later(MOMENT, done));
    let told: Awaited<ReturnType<GetToken>>;
    try {
      told = await this.#getToken({ reason });
    } catch {
      throw noAnswer();
    }
    const isEarly = !told && reason !== "refused" && this.#isGood;
    if (isEarly || turn !== this.#turn) throw noAnswer();
    if (!told || isOthers(told, this.#token)) return null;
    this.keep(told);
    return told;
  }

  /** Asks after `ms`, and again until there is an answer. */
  #tend(ms: number): void {
    this.#callOff = this.#platform.later(ms, async () => {
      const turn = this.#turn;
      try {
        if (!(await this.#ask("ending"))) this.#ended();
      } catch {
        if (turn !== this.#turn) return;
        this.#tries += 1;
        this.#tend(backoff(this.#platform, this.#tries - 1));
      }
    });
  }
}

/** How long a token that came just now is good, in milliseconds; for ever when it does not tell. */
function goodFor(token: string, now: number): number {
  const { exp, iat } = claimsOf(token);
  if (!exp) return Number.POSITIVE_INFINITY;
  const left = exp * 1000 - now;
  const whole = iat ? (exp - iat) * 1000 : Number.POSITIVE_INFINITY;
  // Nobody gives what has ended, or what has not begun: then it is this machine's clock that is off.
  return left > 0 && left < whole ? left : whole;
}

/** Whether the two tokens name different people. */
function isOthers(token: string, former: string | null): boolean {
  const [one, two] = [ownerOf(token), ownerOf(former ?? "")];
  return one !== "" && two !== "" && one !== two;
}

/** Whose a token is, a number or a text, as a text; nobody's where it does not tell. */
function ownerOf(token: string): string {
  const { sub, user_id } = claimsOf(token);
  return String(sub ?? user_id ?? "");
}
