// All that this client knows: every room of one's own, and what the link tells about them.
import { apply, fresh, know, move, type RoomState, read, renew } from "./changes.ts";
import type { Limits, LinkState, Told } from "./wire.ts";
import type { Changes, Message, Presence, Room } from "./words.ts";

export const NO_LINK: LinkState = { phase: "closed", code: 0, since: 0, by: "socket" };

/** What one tab hands to another that has just come. */
export interface Copy {
  rooms: RoomState[];
  mine: string[];
  live: string[];
  token: string | null;
  isWhole: boolean;
  link: LinkState;
  limits: Limits | null;
  wanted: [string, number][];
}

/** Who hears what has changed. */
export interface BookEar {
  /** How many messages of the room are kept. */
  most(room: string): number;
  room(key: string): void;
  /** The list, its order, or a count in it. */
  list(): void;
  /** Everything besides: the link, the limits, who is there. */
  besides(told: Told): void;
  /** The counts of this room are in doubt: it has to be asked for. */
  stale(key: string): void;
  /** A message of somebody else that was not there before. */
  news(message: Message): void;
}

export class Book {
  readonly self: string;
  readonly #ear: BookEar;
  readonly #rooms = new Map<string, RoomState>();
  #mine = new Set<string>();
  /** The rooms that a list in pieces has told so far. */
  #told: Set<string> | null = null;
  readonly #live = new Set<string>();
  readonly #shut = new Map<string, { code: string; detail: string }>();
  readonly #wanted = new Map<string, number>();
  readonly presence = new Map<string, Presence>();
  link = NO_LINK;
  limits: Limits | null = null;
  token: string | null = null;
  /** The list has come once. */
  isWhole = false;

  constructor(self: string, ear: BookEar) {
    this.self = self;
    this.#ear = ear;
  }

  room(key: string): RoomState {
    return this.#rooms.get(key) ?? fresh(key);
  }

  /** One's own rooms, in no order. */
  get mine(): RoomState[] {
    return [...this.#mine].flatMap((key) => this.#rooms.get(key) ?? []);
  }

  isLive(key: string): boolean {
    return this.#live.has(key);
  }

  shut(key: string): { code: string; detail: string } | null {
    return this.#shut.get(key) ?? null;
  }

  /** The marks that the server has not confirmed. */
  get wanted(): ReadonlyMap<string, number> {
    return this.#wanted;
  }

  /** Puts a room in place as it is known otherwise than by what the wire tells. */
  set(room: RoomState): void {
    this.#rooms.set(room.key, this.#marked(room));
    this.#ear.room(room.key);
  }

  hear(told: Told): void {
    switch (told.type) {
      case "link":
        this.link = told.link;
        if (told.link.phase !== "open") {
          // A list in pieces that broke off is told anew.
          this.#told = null;
          for (const key of [...this.#live]) this.#end(key);
        }
        break;
      case "here":
        this.#here(told);
        break;
      case "token":
        this.token = told.token;
        return;
      case "about":
        this.#about(told.room);
        break;
      case "changes":
        this.#changes(told, told.live);
        break;
      case "moved":
        this.#live.delete(told.room);
        this.#mine.add(told.room);
        this.#change(told.room, (room) => move(room, told, this.self), told.last_message);
        break;
      case "added":
        this.#mine.add(told.room);
        this.#shut.delete(told.room);
        this.#change(told.room, (room) => know(room, told.about), null);
        break;
      case "removed":
        this.#shut.set(told.room, { code: "no_such_room", detail: "" });
        this.#remove(told.room);
        break;
      case "shut":
        this.#shut.set(told.room, told);
        this.#ear.room(told.room);
        break;
      case "sent":
        this.#change(told.room, (room) => renew(room, told.message), null);
        break;
      case "read":
        this.#wanted.set(told.room, Math.max(told.seq, this.#wanted.get(told.room) ?? 0));
        this.#change(told.room, (room) => room, null);
        break;
      case "marked":
        if ((this.#wanted.get(told.room) ?? 0) <= told.seq) this.#wanted.delete(told.room);
        break;
      case "view":
        this.#change(told.room, (room) => seen(room, told.me), null);
        break;
      case "limits":
        this.limits = told.limits;
        break;
      case "presence":
        for (const one of told.items) this.presence.set(one.person, one);
        break;
    }
    this.#ear.besides(told);
  }

  copy(): Copy {
    return {
      rooms: [...this.#rooms.values()],
      mine: [...this.#mine],
      live: [...this.#live],
      token: this.token,
      isWhole: this.isWhole,
      link: this.link,
      limits: this.limits,
      wanted: [...this.#wanted],
    };
  }

  /** Takes over what another tab knows; `keeps` says of which rooms the messages are wanted here. */
  take(copy: Copy, keeps: (key: string) => boolean): void {
    this.link = copy.link;
    this.limits = copy.limits;
    this.token = copy.token;
    this.isWhole = copy.isWhole;
    this.#mine = new Set(copy.mine);
    this.#live.clear();
    for (const key of copy.live) this.#live.add(key);
    for (const [key, seq] of copy.wanted) this.#wanted.set(key, seq);
    for (const room of copy.rooms) this.takeRoom(room, keeps(room.key));
    this.#ear.list();
    this.#ear.besides({ type: "link", link: copy.link });
    if (copy.limits) this.#ear.besides({ type: "limits", limits: copy.limits });
  }

  /** What this tab may be ahead of will be told to it again. */
  takeRoom(room: RoomState, isKept: boolean): void {
    if (isKept && room.cursor !== null) this.set(room);
    else {
      // Messages that only this tab has are shown until the tab that leads has opened the room.
      const { cursor, messages, floor } = isKept ? this.room(room.key) : fresh(room.key);
      this.set({ ...room, cursor, messages, floor });
    }
  }

  #here(told: Extract<Told, { type: "here" }>): void {
    if (told.whole) this.#told ??= new Set();
    for (const room of told.rooms) {
      this.#told?.add(room.key);
      this.#mine.add(room.key);
      this.#change(room.key, (known) => know(known, room), room.last_message);
    }
    for (const key of told.gone) this.#remove(key);
    if (told.more) return;
    for (const key of this.#mine) if (this.#told?.has(key) === false) this.#remove(key);
    this.#told = null;
    this.isWhole = true;
    this.token = told.token;
    this.#ear.list();
  }

  #about(about: Room): void {
    const room = this.room(about.key);
    // It was asked for beside the link, and may be older than what that has told since.
    if (about.seq < room.seq || about.head < room.head) return;
    this.#change(about.key, (known) => know(known, about), null);
  }

  #changes(told: Changes, live: boolean): void {
    this.#shut.delete(told.room);
    if (live) this.#live.add(told.room);
    else this.#live.delete(told.room);
    const most = this.#ear.most(told.room);
    const last = told.messages.reduce<Message | null>(
      (best, one) => (best && best.seq > one.seq ? best : one),
      null,
    );
    this.#change(
      told.room,
      (room) => {
        const next = apply(room, told, this.self, most);
        const isBare = room.cursor === null && !told.reset;
        return isBare ? { ...next, cursor: null, messages: [], floor: 1 } : next;
      },
      told.reset ? null : last,
    );
  }

  /** `last` is news where it was not known before, and somebody else's. */
  #change(key: string, make: (room: RoomState) => RoomState, last: Message | null): void {
    const known = this.room(key);
    const next = this.#marked(make(known));
    this.#rooms.set(key, next);
    this.#ear.room(key);
    if (this.#mine.has(key) && this.#told === null) this.#ear.list();
    if (next.stale && (next.me || !next.about)) this.#ear.stale(key);
    const isNew = last && this.isWhole && last.seq > known.seq && last.author?.id !== this.self;
    if (isNew && last.seq > (next.me?.read_seq ?? 0) && !last.erased_at) this.#ear.news(last);
  }

  /** The server may not have heard yet how far one has read. */
  #marked(room: RoomState): RoomState {
    const wanted = this.#wanted.get(room.key);
    return wanted === undefined ? room : read(room, wanted, this.self);
  }

  #end(key: string): void {
    this.#live.delete(key);
    this.#ear.room(key);
  }

  #remove(key: string): void {
    this.#mine.delete(key);
    this.#rooms.delete(key);
    this.#wanted.delete(key);
    this.#live.delete(key);
    this.#ear.room(key);
    this.#ear.list();
  }
}

function seen(
  room: RoomState,
  { muted_until, pinned, archived, unread_from }: RoomState["me"] & object,
): RoomState {
  return room.me
    ? { ...room, me: { ...room.me, muted_until, pinned, archived, unread_from } }
    : room;
}
