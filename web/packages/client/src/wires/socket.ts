// The one socket: connects, proves itself, notices when it is dead, and comes back by itself.
import type { Platform, SocketLike } from "../platform.ts";
import type { Session } from "../session.ts";
import { COOKIE } from "../tokens.ts";
import { retryHint } from "../waiting.ts";
import type { LinkPhase } from "../wire.ts";

/** A socket that has not been welcomed for this long is given up, in milliseconds. */
const CONNECT_PATIENCE = 10_000;
/** Beyond the time between two pings, a link may be silent for this long, in milliseconds. */
const GRACE = 10_000;
/** A link in doubt that answers nothing for this long is dead, in milliseconds. */
const PROBE = 5_000;
/** After a frame this young nobody doubts the link. */
const YOUNG = 2_000;
/** The first wait before the next try, and the longest, in milliseconds. */
const FIRST_RETRY = 500;
const LONGEST_RETRY = 30_000;
/** The least wait after the server said that there are too many of us. */
const CROWDED = 10_000;
/** A link that held this long starts over with the shortest wait. */
const SETTLED = 10_000;
/** So many sockets in a row that never opened may mean that something on the way lets none through. */
const BLOCKED = 3;
/** A newer token is asked for when the one at hand is good for this long still, in seconds. */
const EARLY = 30;

export type Frame = Record<string, unknown> & { type: string };

/** What carries the link. */
export interface Carrier {
  start(): void;
  stop(): void;
  /** False when there is no link, or none that can say it. */
  say(frame: Frame): boolean;
  doubt(): void;
  lose(): void;
}

export interface SocketWays {
  since(): string | null;
  opened(welcome: Frame): void;
  heard(frame: Frame): void;
  changed(phase: LinkPhase, code: number): void;
  /** One after another was cut off before it opened. */
  blocked(): void;
}

export class Socket implements Carrier {
  readonly #platform: Platform;
  readonly #session: Session;
  readonly #ways: SocketWays;
  #phase: LinkPhase = "closed";
  #socket: SocketLike | null = null;
  /** Rises with every try, so that what belongs to an older one is known as such. */
  #turn = 0;
  #tries = 0;
  #failures = 0;
  #renewed = false;
  #access = COOKIE;
  #openedAt = 0;
  #heardAt = 0;
  #silence = CONNECT_PATIENCE;
  #probing = false;
  #callOffs: (() => void)[] = [];

  constructor(platform: Platform, session: Session, ways: SocketWays) {
    this.#platform = platform;
    this.#session = session;
    this.#ways = ways;
  }

  start(): void {
    this.#tries = 0;
    this.#renewed = false;
    void this.#try();
  }

  stop(): void {
    this.#drop();
    this.#phase = "closed";
  }

  say(frame: Frame): boolean {
    if (this.#phase !== "open") return false;
    this.#socket?.send(JSON.stringify(frame));
    return true;
  }

  doubt(): void {
    if (this.#phase === "waiting" || this.#phase === "refused") {
      this.start();
      return;
    }
    const { now } = this.#platform;
    if (this.#phase !== "open" || this.#probing || now() - this.#heardAt < YOUNG) return;
    const asked = now();
    this.#probing = true;
    // Whatever is answered, be it a refusal, shows that somebody is there.
    this.say({ type: "ping", ref: "probe" });
    this.#later(PROBE, () => {
      this.#probing = false;
      if (this.#heardAt < asked) this.#lost(1006, "", 0);
    });
  }

  lose(): void {
    if (this.#phase === "open" || this.#phase === "connecting") this.#lost(1006, "");
  }

  /** With a newer token than `stale`, where that was refused. */
  async #try(stale?: string): Promise<void> {
    this.#drop();
    const turn = this.#turn;
    this.#become("connecting", 0);
    let access: string | null;
    try {
      access = await (stale === undefined ? this.#session.access() : this.#session.renew(stale));
    } catch {
      if (turn === this.#turn) this.#lost(1006, "");
      return;
    }
    if (turn !== this.#turn) return;
    if (access === null) this.#refuse(4001);
    else this.#connect(access);
  }

  #connect(access: string): void {
    const { origin, now } = this.#platform;
    const socket = this.#platform.openSocket(`${origin.replace(/^http/, "ws")}/api/v1/ws`);
    this.#socket = socket;
    this.#access = access;
    this.#heardAt = now();
    this.#silence = CONNECT_PATIENCE;
    this.#listen();
    socket.onopen = () => {
      const since = this.#ways.since();
      const proof = access === COOKIE ? {} : { token: access };
      socket.send(
        JSON.stringify({ type: "hello", ...proof, ...(since === null ? {} : { since }) }),
      );
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#heardAt = now();
      const frame = frameIn(data);
      if (frame) this.#heard(frame);
    };
    socket.onclose = ({ code, reason }) => {
      if (socket === this.#socket) this.#lost(code, reason);
    };
  }

  #heard(frame: Frame): void {
    if (frame.type === "welcome") {
      this.#failures = 0;
      this.#renewed = false;
      this.#openedAt = this.#platform.now();
      this.#silence = (Number(frame.ping_seconds) || 25) * 1000 + GRACE;
      this.#become("open", 0);
      this.#ways.opened(frame);
    } else if (frame.type === "expiring") this.#expiring(Number(frame.seconds) || 0);
    else {
      if (frame.type === "ping") this.say({ type: "pong" });
      this.#ways.heard(frame);
    }
  }

  /** Cuts a link that has been silent for too long. */
  #listen(): void {
    const left = this.#heardAt + this.#silence - this.#platform.now();
    if (left > 0) this.#later(left, () => this.#listen());
    else this.#lost(1006, "");
  }

  /** The proof ends soon: a newer one goes over the same socket. */
  #expiring(seconds: number): void {
    this.#later(Math.max(0, seconds - EARLY) * 1000, async () => {
      const turn = this.#turn;
      const used = this.#access;
      const token = await this.#session.fresh(used).catch(() => null);
      if (turn !== this.#turn || !token || token === used) return;
      this.#access = token;
      this.say({ type: "hello", token });
    });
  }

  #lost(code: number, reason: string, wait?: number): void {
    const access = this.#access;
    const opened = this.#phase === "open";
    if (opened && this.#platform.now() - this.#openedAt > SETTLED) this.#tries = 0;
    if (!opened && code === 1006) this.#failures += 1;
    this.#drop();
    if (code === 4001 && !(this.#renewed && this.#session.expire(access))) {
      // The token ended while nobody was there to renew it: the next try brings a newer one.
      this.#renewed = true;
      void this.#try(access);
    } else if (code === 4000 || code === 4001 || code === 4003) this.#refuse(code);
    else if (wait !== undefined) this.#wait(code, wait);
    else if (code === 4009) this.#wait(code, retryHint(reason) ?? this.#backoff());
    else if (code === 4029) this.#wait(code, Math.max(CROWDED, this.#backoff()));
    else this.#wait(code, this.#backoff());
    if (this.#failures >= BLOCKED) {
      this.#failures = 0;
      this.#ways.blocked();
    }
  }

  #refuse(code: number): void {
    this.#drop();
    this.#become("refused", code);
  }

  #wait(code: number, ms: number): void {
    this.#tries += 1;
    this.#become("waiting", code);
    this.#later(ms, () => void this.#try());
  }

  /** With full jitter: a thousand clients that lost one server do not come back at once. */
  #backoff(): number {
    const most = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** this.#tries);
    return this.#platform.random() * most;
  }

  #drop(): void {
    this.#turn += 1;
    this.#probing = false;
    for (const callOff of this.#callOffs) callOff();
    this.#callOffs = [];
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(1000);
  }

  #later(ms: number, work: () => void): void {
    const callOff = this.#platform.later(ms, () => {
      this.#callOffs = this.#callOffs.filter((one) => one !== callOff);
      work();
    });
    this.#callOffs.push(callOff);
  }

  #become(phase: LinkPhase, code: number): void {
    this.#phase = phase;
    this.#ways.changed(phase, code);
  }
}

/** The frame in `data`, or null when it is none. */
export function frameIn(data: unknown): Frame | null {
  if (typeof data !== "string") return null;
  try {
    const told: unknown = JSON.parse(data);
    return typeof (told as Frame | null)?.type === "string" ? (told as Frame) : null;
  } catch {
    return null;
  }
}
