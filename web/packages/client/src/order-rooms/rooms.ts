// The list of rooms: asked for every few seconds while somebody looks, kept newest first.

import { Observed } from "../observed.ts";
import type { KeepingPlatform } from "../platform.ts";
import { asTrouble, type Trouble } from "../trouble.ts";
import type { ChatApi } from "./api.ts";
import type { Message, Room } from "./words.ts";

/** The list is asked for this often while the page is visible, in milliseconds. */
const EVERY = 10_000;
/** ... and this often for a while after somebody wrote: no frame tells when it was read. */
const EVERY_IN_HASTE = 3_000;
const HASTE = 60_000;
/** A hint that something changed is followed after this time, in milliseconds. */
const SOON = 700;

export interface RoomListSnapshot {
  /** Null until the first answer. */
  rooms: readonly Room[] | null;
  trouble: Trouble | null;
}

/** Who wants to know what the list says about the rooms, and about the network. */
export interface RoomListEar {
  told(rooms: readonly Room[]): void;
  unreachable(): void;
}

export class RoomList extends Observed<RoomListSnapshot> {
  readonly #platform: KeepingPlatform;
  readonly #api: ChatApi;
  readonly #ear: RoomListEar;
  #watchers = 0;
  #visible = true;
  #hastyUntil = 0;
  #asking = false;
  #askAgain = false;
  #callOff: (() => void) | null = null;

  constructor(platform: KeepingPlatform, api: ChatApi, ear: RoomListEar) {
    super({ rooms: null, trouble: null });
    this.#platform = platform;
    this.#api = api;
    this.#ear = ear;
  }

  /** Keeps the list fresh until the returned function is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) void this.refresh();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#callOff?.();
    };
  }

  setVisible(visible: boolean): void {
    const shown = visible && !this.#visible;
    this.#visible = visible;
    if (shown && this.#watchers > 0) void this.refresh();
  }

  /** Something about a room may have changed: asks soon, once for many hints. */
  hint(): void {
    if (this.#watchers > 0) this.#schedule(SOON);
  }

  /** Somebody waits to see that a message was read. */
  haste(): void {
    this.#hastyUntil = this.#platform.now() + HASTE;
  }

  async refresh(): Promise<void> {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    this.#asking = true;
    this.#callOff?.();
    try {
      const rooms = await this.#api.getRooms();
      this.show({ rooms: byActivity(rooms), trouble: null });
      this.#ear.told(rooms);
    } catch (error) {
      const trouble = asTrouble(error);
      this.show({ ...this.getSnapshot(), trouble });
      if (trouble.kind === "network") this.#ear.unreachable();
    }
    this.#asking = false;
    const pause = this.#platform.now() < this.#hastyUntil ? EVERY_IN_HASTE : EVERY;
    if (this.#watchers > 0) this.#schedule(this.#askAgain ? SOON : pause);
    this.#askAgain = false;
  }

  /** A room that was just opened, or changed here, without waiting for the next answer. */
  put(room: Room): void {
    const { rooms, trouble } = this.getSnapshot();
    const others = (rooms ?? []).filter(({ id }) => id !== room.id);
    this.show({ rooms: byActivity([...others, room]), trouble });
  }

  /** What an open room knows better than the last answer. */
  patch(room: number, change: { newest: Message | null; unread: number }): void {
    const known = this.getSnapshot().rooms?.find(({ id }) => id === room);
    if (!known) return;
    if (known.last_message === change.newest && known.unread_count === change.unread) return;
    this.put({ ...known, last_message: change.newest, unread_count: change.unread });
  }

  /** Somebody else is logged in now. */
  clear(): void {
    this.show({ rooms: null, trouble: null });
  }

  #schedule(ms: number): void {
    this.#callOff?.();
    this.#callOff = this.#platform.later(ms, () => {
      if (this.#visible) void this.refresh();
      else this.#schedule(EVERY);
    });
  }
}

/** Newest activity first: the last message, or the opening where nobody wrote yet. */
export function byActivity(rooms: readonly Room[]): Room[] {
  const at = (room: Room) => Date.parse(room.last_message?.created_at ?? room.created_at);
  return [...rooms].sort((a, b) => at(b) - at(a) || b.id - a.id);
}
