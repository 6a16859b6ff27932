// One room's socket: connects, comes back by itself, and says why when it may not.

import type { KeepingPlatform, SocketLike } from "../platform.ts";
import type { Session } from "../session.ts";
import { COOKIE } from "../tokens.ts";
import { backoff, retryHint } from "../waiting.ts";
import { type Heard, hear, type Said } from "./frames.ts";

/** A socket that stays silent this long after it was asked for is given up. */
const CONNECT_PATIENCE = 10_000;
/** A link that held this long starts over with the shortest wait. */
const SETTLED = 10_000;
/** After a frame this young nobody doubts the link. */
const FRESH = 2_000;
/** The least wait after the server said that there are too many of us. */
const CROWDED = 10_000;

/** `refused` stays so until somebody opens the link again. */
export type LinkPhase = "closed" | "connecting" | "open" | "waiting" | "refused";

export interface LinkState {
  phase: LinkPhase;
  /** The code of the last close that was not ours; 0 when there was none. */
  code: number;
  /** When the link was last whole, or first asked for (ms since 1970). */
  since: number;
}

/** Who hears the link. */
export interface LinkEar {
  heard(frame: Heard): void;
  changed(state: LinkState): void;
}

export class Link {
  readonly #platform: KeepingPlatform;
  readonly #session: Session;
  readonly #path: string;
  readonly #ear: LinkEar;
  #state: LinkState = { phase: "closed", code: 0, since: 0 };
  /** The socket that is whole: its history has come. */
  #socket: SocketLike | null = null;
  /** The socket that is being tried; it replaces the other one when its first frame comes. */
  #candidate: SocketLike | null = null;
  /** Rises with every try, so that an answer to an older one is known as such. */
  #turn = 0;
  #tries = 0;
  #renewed = false;
  #openedAt = 0;
  #heardAt = 0;
  #callOffRetry: (() => void) | null = null;

  constructor(platform: KeepingPlatform, session: Session, path: string, ear: LinkEar) {
    this.#platform = platform;
    this.#session = session;
    this.#path = path;
    this.#ear = ear;
  }

  get state(): LinkState {
    return this.#state;
  }

  open(): void {
    if (this.#state.phase !== "closed" && this.#state.phase !== "refused") return;
    this.#renewed = false;
    this.#tries = 0;
    this.#become("connecting", 0, this.#platform.now());
    void this.#try();
  }

  close(): void {
    this.#drop();
    this.#become("closed", 0);
  }

  /** Tries at once instead of waiting. */
  retryNow(): void {
    if (this.#state.phase === "waiting") void this.#try();
    else if (this.#state.phase === "refused") this.open();
  }

  /** The device says that it has no network: the socket would not notice for minutes. */
  lose(): void {
    if (this.#state.phase !== "open" && this.#state.phase !== "connecting") return;
    this.#drop();
    this.#wait(1006, this.#backoff());
  }

  /** Something suggests that the link may be dead: a second socket proves it, or replaces it. */
  doubt(): void {
    if (this.#state.phase === "waiting") void this.#try();
    if (this.#state.phase !== "open" || this.#candidate) return;
    if (this.#platform.now() - this.#heardAt > FRESH) void this.#try();
  }

  /** False when there is no link: nothing was said. */
  say(frame: Said): boolean {
    if (!this.#socket) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** With a newer token than `stale`, where that was refused. */
  async #try(stale?: string): Promise<void> {
    this.#callOffRetry?.();
    this.#callOffRetry = null;
    this.#turn += 1;
    const turn = this.#turn;
    if (!this.#socket) this.#become("connecting", this.#state.code);
    let access: string | null;
    try {
      access = await (stale === undefined ? this.#session.access() : this.#session.renew(stale));
    } catch {
      this.#renewed = false;
      if (turn === this.#turn) this.#lost(1006, "");
      return;
    }
    if (turn !== this.#turn) return;
    if (access === null) {
      this.#refuse(4001);
      return;
    }
    const base = this.#platform.origin.replace(/^http/, "ws");
    const token = access === COOKIE ? "" : `?token=${encodeURIComponent(access)}`;
    this.#listen(this.#platform.openSocket(base + this.#path + token), access);
  }

  #listen(socket: SocketLike, access: string): void {
    this.#candidate = socket;
    const callOff = this.#platform.later(CONNECT_PATIENCE, () => this.#ended(socket, 1006, ""));
    socket.onmessage = ({ data }) => {
      if (socket !== this.#candidate && socket !== this.#socket) return;
      // Also a frame that says nothing to this client shows that the link lives.
      this.#heardAt = this.#platform.now();
      const frame = hear(data);
      if (!frame) return;
      if (socket === this.#candidate) {
        callOff();
        this.#promote(socket);
      }
      this.#ear.heard(frame);
    };
    socket.onclose = ({ code, reason }) => {
      callOff();
      this.#ended(socket, code, reason, access);
    };
  }

  #promote(socket: SocketLike): void {
    const former = this.#socket;
    this.#candidate = null;
    this.#socket = socket;
    this.#renewed = false;
    this.#openedAt = this.#platform.now();
    former?.close(1000);
    this.#become("open", 0, this.#openedAt);
  }

  #ended(socket: SocketLike, code: number, reason: string, access?: string): void {
    if (socket !== this.#candidate && socket !== this.#socket) return;
    // A doubted link whose proof failed is lost with it.
    this.#lost(code, reason, access);
  }

  /** `access` is the token that the link was opened with, where there was a link. */
  #lost(code: number, reason: string, access?: string): void {
    if (this.#platform.now() - this.#openedAt > SETTLED) this.#tries = 0;
    this.#drop();
    if (code === 4001 && access !== undefined && !(this.#renewed && this.#session.expire(access))) {
      // The token ended while the link was whole: the next try brings a newer one.
      this.#renewed = true;
      this.#become("connecting", code);
      void this.#try(access);
    } else if (code === 4000 || code === 4001 || code === 4003) this.#refuse(code);
    else if (code === 4009) this.#wait(code, retryHint(reason) ?? this.#backoff());
    else if (code === 4008 && this.#tries === 0) this.#wait(code, 0);
    else if (code === 4029) this.#wait(code, Math.max(CROWDED, this.#backoff()));
    else this.#wait(code, this.#backoff());
  }

  #refuse(code: number): void {
    this.#drop();
    this.#become("refused", code);
  }

  #wait(code: number, ms: number): void {
    this.#tries += 1;
    this.#become("waiting", code);
    this.#callOffRetry = this.#platform.later(ms, () => void this.#try());
  }

  #backoff(): number {
    return backoff(this.#platform, this.#tries);
  }

  #drop(): void {
    this.#callOffRetry?.();
    this.#callOffRetry = null;
    this.#turn += 1;
    for (const socket of [this.#socket, this.#candidate]) {
      if (!socket) continue;
      socket.onmessage = null;
      socket.onclose = null;
      socket.close(1000);
    }
    this.#socket = null;
    this.#candidate = null;
  }

  #become(phase: LinkPhase, code: number, since?: number): void {
    const wasOpen = this.#state.phase === "open";
    const lostNow = wasOpen && phase !== "open" ? this.#platform.now() : this.#state.since;
    this.#state = { phase, code, since: since ?? lostNow };
    this.#ear.changed(this.#state);
  }
}
