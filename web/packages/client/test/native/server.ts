// A server in memory that speaks the native API as it is written: rooms, heads, cursors, tokens, epochs.
import type { Changes, Me, Member, Message, Person, Room } from "../../src/words.ts";

/** A member as the server keeps them. */
interface Place {
  person: Person;
  read_seq: number;
  delivered_seq: number;
  unread_from: number | null;
  muted_until: string | null;
  pinned: boolean;
  archived: boolean;
  joined_at: string;
  /** The room's head at which they came. */
  since: number;
  /** The count of receipts at which their marks moved last, and their own view otherwise than by a message. */
  marked: number;
  viewed: number;
}

interface Kept {
  key: string;
  title: string;
  head: number;
  seq: number;
  /** Counts what moves the cursor without being a change of the room. */
  receipts: number;
  /** The head at which the room itself changed. */
  changed: number;
  /** The server's clock at which anything of it changed. */
  moved: number;
  places: Map<string, Place>;
  left: { person: string; head: number }[];
  messages: Message[];
  /** Where it stood at every change: the server's clock, the head, the receipts. */
  history: [number, number, number][];
  /** Client ids and whose they are, for ever. */
  taken: Map<string, number>;
}

export type Refusal = { status: number; code: string };

const AT = Date.parse("2026-03-12T09:00:00Z");

export const personOf = (id: string): Person => ({
  id,
  name: `Имя ${id}`,
  first_name: `Имя ${id}`,
  last_name: "",
  avatar_url: null,
  role: "",
  active: true,
  custom: {},
});

/** Who hears of a room in which something has changed. */
export type Listener = (room: string) => void;

export class Server {
  epoch = 1;
  #clock = 0;
  readonly #rooms = new Map<string, Kept>();
  #gone: { person: string; room: string; clock: number }[] = [];
  readonly listeners = new Set<Listener>();

  /** A room with these people. */
  make(key: string, people: readonly string[]): void {
    const room: Kept = {
      key,
      title: key,
      head: 0,
      seq: 0,
      receipts: 0,
      changed: 0,
      moved: 0,
      places: new Map(),
      left: [],
      messages: [],
      history: [],
      taken: new Map(),
    };
    this.#rooms.set(key, room);
    for (const person of people) this.join(key, person);
  }

  join(key: string, id: string): void {
    const room = this.#room(key);
    if (room.places.has(id)) return;
    room.head += 1;
    room.changed = room.head;
    room.places.set(id, {
      person: personOf(id),
      read_seq: 0,
      delivered_seq: 0,
      unread_from: null,
      muted_until: null,
      pinned: false,
      archived: false,
      joined_at: this.#time(),
      since: room.head,
      marked: room.receipts,
      viewed: room.receipts,
    });
    this.#changed(room);
  }

  leave(key: string, id: string): void {
    const room = this.#room(key);
    if (!room.places.delete(id)) return;
    room.head += 1;
    room.changed = room.head;
    room.left.push({ person: id, head: room.head });
    this.#changed(room);
    this.#gone.push({ person: id, room: key, clock: this.#clock });
  }

  rename(key: string, title: string): void {
    const room = this.#room(key);
    room.title = title;
    room.head += 1;
    room.changed = room.head;
    this.#changed(room);
  }

  isIn(key: string, id: string): boolean {
    return this.#rooms.get(key)?.places.has(id) ?? false;
  }

  send(key: string, id: string, draft: { client_id: string; text: string; mentions?: string[] }) {
    const room = this.#mine(key, id);
    if ("status" in room) return room;
    const name = `${id} ${draft.client_id}`;
    const first = room.taken.get(name);
    if (first !== undefined) return this.#seen(room.messages[first - 1] as Message, id);
    if (draft.text.includes("нельзя")) return { status: 400, code: "invalid" };
    room.head += 1;
    room.seq += 1;
    const message: Message = {
      room: key,
      seq: room.seq,
      head: room.head,
      sent: room.head,
      author: personOf(id),
      kind: "text",
      text: draft.text,
      files: [],
      reply_to: null,
      mentions: (draft.mentions ?? []).filter((one) => room.places.has(one)),
      reactions: [],
      pinned: null,
      custom: null,
      created_at: this.#time(),
      edited_at: null,
      erased_at: null,
      client_id: draft.client_id,
    };
    room.messages.push(message);
    room.taken.set(name, room.seq);
    this.#changed(room);
    return this.#seen(message, id);
  }

  edit(key: string, id: string, seq: number, text: string): Message | Refusal {
    return this.#touch(key, id, seq, (message) => ({ ...message, text, edited_at: this.#time() }));
  }

  erase(key: string, id: string, seq: number): Message | Refusal {
    const room = this.#mine(key, id);
    if ("status" in room) return room;
    const author = room.messages[seq - 1]?.author?.id;
    for (const [person, place] of room.places) {
      // It is not counted any more: that is no new message.
      if (person !== author && seq > place.read_seq) {
        room.receipts += 1;
        place.viewed = room.receipts;
      }
    }
    return this.#touch(key, id, seq, (message) => ({
      ...message,
      text: "",
      mentions: [],
      erased_at: this.#time(),
    }));
  }

  react(key: string, id: string, seq: number, emoji: string, on: boolean): Message | Refusal {
    return this.#touch(key, id, seq, (message) => {
      const people = message.reactions.find((one) => one.emoji === emoji)?.people ?? [];
      const next = on ? [...new Set([...people, id])] : people.filter((one) => one !== id);
      const others = message.reactions.filter((one) => one.emoji !== emoji);
      const one = { emoji, count: next.length, people: next, mine: false };
      return { ...message, reactions: next.length > 0 ? [...others, one] : others };
    });
  }

  read(key: string, id: string, seq: number): Me | Refusal {
    const room = this.#mine(key, id);
    if ("status" in room) return room;
    const place = room.places.get(id) as Place;
    const to = Math.min(seq, room.seq);
    if (to > place.read_seq || place.unread_from !== null) {
      place.read_seq = Math.max(place.read_seq, to);
      place.delivered_seq = Math.max(place.delivered_seq, place.read_seq);
      place.unread_from = null;
      room.receipts += 1;
      place.marked = room.receipts;
      place.viewed = room.receipts;
      this.#changed(room);
    }
    return this.me(key, id) as Me;
  }

  view(key: string, id: string, change: Partial<Me>): Me | Refusal {
    const room = this.#mine(key, id);
    if ("status" in room) return room;
    const place = room.places.get(id) as Place;
    Object.assign(place, change);
    room.receipts += 1;
    place.viewed = room.receipts;
    this.#changed(room);
    return this.me(key, id) as Me;
  }

  me(key: string, id: string): Me | null {
    const room = this.#rooms.get(key);
    const place = room?.places.get(id);
    if (!room || !place) return null;
    const { read_seq, delivered_seq, unread_from, muted_until, pinned, archived } = place;
    const unread = room.messages.filter(
      ({ seq, author, erased_at }) => seq > read_seq && author?.id !== id && !erased_at,
    );
    return {
      role: "",
      read_seq,
      delivered_seq,
      unread: unread.length,
      mentions: unread.filter(({ mentions }) => mentions.includes(id)).length,
      unread_from,
      muted_until,
      pinned,
      archived,
    };
  }

  about(key: string, id: string, isListed = false): Room | null {
    const room = this.#rooms.get(key);
    if (!room?.places.has(id)) return null;
    const last = room.messages.at(-1);
    const about: Room = {
      key,
      uuid: `uuid-of-${key}`,
      kind: key.split(":")[0] ?? "",
      subject: null,
      title: room.title,
      avatar_url: null,
      custom: {},
      closed: false,
      head: room.head,
      cursor: this.#cursor(room.head, room.receipts),
      seq: room.seq,
      created_at: new Date(AT).toISOString(),
      active_at: last?.created_at ?? new Date(AT).toISOString(),
      updated_at: last?.created_at ?? new Date(AT).toISOString(),
      member_count: room.places.size,
      last_message: last ? this.#seen(last, id) : null,
      me: this.me(key, id),
      can: ["read", "send"],
    };
    return isListed ? about : { ...about, members: this.members(key).slice(0, 20) };
  }

  members(key: string): Member[] {
    return [...this.#room(key).places.values()].map((place) => this.#member(place));
  }

  messages(key: string, id: string): Message[] {
    return this.#room(key).messages.map((message) => this.#seen(message, id));
  }

  /** What has changed since `cursor`, a page at a time; without one, the newest messages. */
  changes(key: string, id: string, cursor: string | null, limit = 50): Changes | Refusal {
    const room = this.#mine(key, id);
    if ("status" in room) return room;
    const [epoch, head = 0, receipts = 0] = (cursor ?? "0").split(".").map(Number);
    const base = { room: key, head: room.head, seq: room.seq };
    if (epoch !== this.epoch || head > room.head || receipts > room.receipts) {
      return {
        ...base,
        about: this.about(key, id),
        me: this.me(key, id),
        cursor: this.#cursor(room.head, room.receipts),
        members: null,
        messages: room.messages.slice(-limit).map((message) => this.#seen(message, id)),
        receipts: [],
        more: false,
        reset: true,
      };
    }
    const changed = room.messages.filter((one) => one.head > head).sort((a, b) => a.head - b.head);
    const page = changed.slice(0, limit);
    const more = changed.length > page.length;
    const place = room.places.get(id) as Place;
    const places = [...room.places.values()];
    // A page tells all that happened up to its last message, and the last one the rest.
    const upTo = more ? (page.at(-1)?.head ?? head) : room.head;
    const isNew = (at: number) => at > head && at <= upTo;
    const came = places.filter(({ since }) => isNew(since));
    const left = room.left.filter((one) => isNew(one.head) && !room.places.has(one.person));
    const moved = places.filter(({ marked }) => marked > receipts);
    return {
      ...base,
      about: isNew(room.changed) ? this.about(key, id) : null,
      me: place.viewed > receipts ? this.me(key, id) : null,
      cursor: this.#cursor(upTo, more ? receipts : room.receipts),
      members:
        came.length + left.length > 0
          ? {
              changed: came.map((one) => this.#member(one)),
              left: left.map(({ person }) => person),
            }
          : null,
      messages: page.map((message) => this.#seen(message, id)),
      receipts: more
        ? []
        : moved.map(({ person, read_seq, delivered_seq }) => ({
            person: person.id,
            read_seq,
            delivered_seq,
          })),
      more,
      reset: false,
    };
  }

  /** What somebody who hears of a room is told apart by. */
  marks(key: string, id: string): { seq: number; head: number; changed: number; viewed: number } {
    const { seq, head, changed, places } = this.#room(key);
    return { seq, head, changed, viewed: places.get(id)?.viewed ?? 0 };
  }

  get token(): string {
    return `${this.epoch}.${this.#clock}`;
  }

  /** Which of one's rooms have moved since `since`, newest activity first, and which are left. */
  here(id: string, since: string | null) {
    const [epoch, clock = 0] = (since ?? "0").split(".").map(Number);
    const reset = epoch !== this.epoch || clock > this.#clock;
    const mine = [...this.#rooms.values()].filter(
      ({ places, moved }) => places.has(id) && (reset || moved > clock),
    );
    const rooms = mine
      .sort((a, b) => b.moved - a.moved)
      .map(({ key }) => this.about(key, id, true));
    const gone = this.#gone
      .filter((one) => !reset && one.person === id && one.clock > clock)
      .map(({ room }) => room)
      .filter((room) => !this.isIn(room, id));
    return { rooms: rooms as Room[], gone, reset };
  }

  /** The cursor of a room as it was at `token`. */
  cursorAt(key: string, token: string): string {
    const clock = Number(token.split(".")[1]);
    const [, head = 0, receipts = 0] =
      this.#room(key).history.findLast(([at]) => at <= clock) ?? [];
    return this.#cursor(head, receipts);
  }

  roomsOf(id: string): string[] {
    return [...this.#rooms.values()].filter(({ places }) => places.has(id)).map(({ key }) => key);
  }

  /** A copy of all that is kept. */
  backup(): string {
    const rooms = [...this.#rooms.values()].map((room) => ({
      ...room,
      places: [...room.places],
      taken: [...room.taken],
    }));
    return JSON.stringify({ rooms, clock: this.#clock });
  }

  /** Puts a copy in place of what is kept: another epoch begins. */
  restore(copy: string): void {
    const { rooms, clock } = JSON.parse(copy);
    this.epoch += 1;
    this.#clock = clock;
    this.#gone = [];
    this.#rooms.clear();
    for (const room of rooms) {
      const places = new Map(room.places as [string, Place][]);
      this.#rooms.set(room.key, { ...room, places, taken: new Map(room.taken) });
    }
  }

  #touch(
    key: string,
    id: string,
    seq: number,
    change: (message: Message) => Message,
  ): Message | Refusal {
    const room = this.#mine(key, id);
    if ("status" in room) return room;
    const message = room.messages[seq - 1];
    if (!message) return { status: 404, code: "no_such_message" };
    if (message.erased_at) return { status: 409, code: "erased" };
    room.head += 1;
    const next = { ...change(message), head: room.head };
    room.messages[seq - 1] = next;
    this.#changed(room);
    return this.#seen(next, id);
  }

  #room(key: string): Kept {
    const room = this.#rooms.get(key);
    if (!room) throw new Error(`no room ${key}`);
    return room;
  }

  #mine(key: string, id: string): Kept | Refusal {
    const room = this.#rooms.get(key);
    return room?.places.has(id) ? room : { status: 404, code: "no_such_room" };
  }

  #seen(message: Message, id: string): Message {
    return {
      ...message,
      client_id: message.author?.id === id && !message.erased_at ? message.client_id : null,
      reactions: message.reactions.map((one) => ({ ...one, mine: one.people.includes(id) })),
    };
  }

  #member({ person, read_seq, delivered_seq, joined_at }: Place): Member {
    return { person, role: "", read_seq, delivered_seq, joined_at };
  }

  #cursor(head: number, receipts: number): string {
    return `${this.epoch}.${head}.${receipts}`;
  }

  #changed(room: Kept): void {
    this.#clock += 1;
    room.moved = this.#clock;
    room.history.push([this.#clock, room.head, room.receipts]);
    for (const listener of [...this.listeners]) listener(room.key);
  }

  /** A time of its own for everything that happens. */
  #time(): string {
    return new Date(AT + this.#clock * 1000).toISOString();
  }
}
