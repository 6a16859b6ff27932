// One room as a page sees it: its messages, what is on its way, who types; and the ways to take part.
import type { Book } from "./book.ts";
import { older, type RoomState, renew, trim } from "./changes.ts";
import { Observed } from "./observed.ts";
import type { Outbox, Unsent, Words } from "./outbox.ts";
import type { Platform } from "./platform.ts";
import { asTrouble, type Trouble } from "./trouble.ts";
import { TypingEar, TypingVoice } from "./typing.ts";
import type { Calls, LinkState, StretchWish, ViewChange } from "./wire.ts";
import type { Me, Member, Message, Room, Stretch } from "./words.ts";

/** So many messages of a room are kept while somebody looks, and besides what they have asked for. */
const HELD = 1_000;
/** ... and while nobody does. */
const KEPT = 50;
/** Messages in a page of older ones. */
const PAGE = 50;
/** A room nobody looks at any more stays open this long, in milliseconds: many come right back. */
const LINGER = 1_000;

/** All that a page shows of a room. */
export interface RoomSnapshot {
  room: Room | null;
  me: Me | null;
  members: readonly Member[];
  /** The newest messages, without a hole, oldest first. */
  messages: readonly Message[];
  /** What is on its way, and stands after them. A message keeps its `client_id` when it has arrived. */
  unsent: readonly Unsent[];
  /** Where the room stands: its head, and the number of its newest message. */
  head: number;
  seq: number;
  /** False until messages have come once. */
  loaded: boolean;
  /** Nothing is missing now, and whatever happens is heard at once. */
  live: boolean;
  /** There are older messages. */
  hasBefore: boolean;
  loadingBefore: boolean;
  /** Why older messages could not be had. */
  trouble: Trouble | null;
  /** Why the room is not opened: `no_such_room`, … */
  shut: { code: string; detail: string } | null;
  /** The ids of the people who type. */
  typing: readonly string[];
  /** How far anybody else has read, and has got. */
  readBy: number;
  deliveredTo: number;
  link: LinkState;
}

/** What a room needs from its chat. */
export interface RoomWays {
  platform: Platform;
  calls: Calls;
  book: Book;
  outbox: Outbox;
  /** Whether somebody holds the room, or looks at it, has changed. */
  wants(): void;
  /** Heard by all tabs, this one too. */
  read(room: string, seq: number): void;
  view(room: string, me: Me): void;
  typing(room: string, on: boolean): void;
}

export class ChatRoom extends Observed<RoomSnapshot> {
  readonly key: string;
  readonly typing: TypingVoice;
  readonly #ways: RoomWays;
  readonly #typingEar: TypingEar;
  #holders = 0;
  #looks = 0;
  #most = HELD;
  #callOff: (() => void) | null = null;
  #loadingBefore = false;
  #trouble: Trouble | null = null;

  constructor(key: string, ways: RoomWays) {
    super({} as RoomSnapshot);
    this.key = key;
    this.#ways = ways;
    this.typing = new TypingVoice(ways.platform, (on) => ways.typing(key, on));
    this.#typingEar = new TypingEar(ways.platform, () => this.refresh());
    this.refresh();
  }

  /** Somebody in this tab wants it open. */
  get isHeld(): boolean {
    return this.#holders > 0 || this.#callOff !== null;
  }

  /** Somebody sees its newest messages. */
  get isLookedAt(): boolean {
    return this.#looks > 0;
  }

  /** How many messages are kept. */
  get most(): number {
    return this.isHeld ? this.#most : KEPT;
  }

  /** Keeps the room open until the returned function is called. */
  hold(): () => void {
    this.#callOff?.();
    this.#callOff = null;
    this.#holders += 1;
    if (this.#holders === 1) this.#ways.wants();
    return once(() => {
      this.#holders -= 1;
      if (this.#holders > 0) return;
      this.typing.stop();
      this.#callOff = this.#ways.platform.later(LINGER, () => {
        this.#callOff = null;
        this.#most = HELD;
        this.#ways.book.set(trim(this.#state, KEPT));
        this.#ways.wants();
      });
    });
  }

  /** Somebody looks at the newest messages, until the returned function is called: they make no noise. */
  look(): () => void {
    this.#looks += 1;
    this.#ways.wants();
    return once(() => {
      this.#looks -= 1;
      this.#ways.wants();
    });
  }

  /** Kept until the server has it, also over a lost connection and a reload. */
  send(words: Words | string): Unsent {
    this.typing.stop();
    return this.#ways.outbox.add(this.key, typeof words === "string" ? { text: words } : words);
  }

  retry(client_id: string): void {
    this.#ways.outbox.retry(client_id);
  }

  discard(client_id: string): void {
    this.#ways.outbox.discard(client_id);
  }

  async edit(seq: number, text: string, mentions?: string[]): Promise<void> {
    const message = await this.#ways.calls.edit(this.key, seq, text, mentions);
    this.#ways.book.set(renew(this.#state, message));
  }

  async erase(seq: number): Promise<void> {
    await this.#ways.calls.erase(this.key, seq);
  }

  react(seq: number, emoji: string, on: boolean): Promise<void> {
    return this.#ways.calls.react(this.key, seq, emoji, on);
  }

  pin(seq: number, on: boolean): Promise<void> {
    return this.#ways.calls.pin(this.key, seq, on);
  }

  /** One has read up to `seq`: counts here at once, and on the server as soon as it can be reached. */
  read(seq = this.#state.seq): void {
    const { me } = this.#state;
    if (me && (seq > me.read_seq || me.unread_from !== null)) this.#ways.read(this.key, seq);
  }

  /** Mutes, pins, archives the room for oneself, or marks it as unread. */
  async view(change: ViewChange): Promise<void> {
    this.#ways.view(this.key, await this.#ways.calls.view(this.key, change));
  }

  /** A stretch that is not at the end: around a message that was searched for, say. It is not kept. */
  stretch(wish: StretchWish): Promise<Stretch> {
    return this.#ways.calls.messages(this.key, wish);
  }

  async loadOlder(): Promise<void> {
    const { cursor, floor } = this.#state;
    if (this.#loadingBefore || cursor === null || floor <= 1) return;
    this.#loadingBefore = true;
    this.#trouble = null;
    this.refresh();
    try {
      const wish = { before: floor, limit: PAGE };
      const { items, has_before } = await this.#ways.calls.messages(this.key, wish);
      // Unless the room was made anew meanwhile: then they would stand before a hole.
      if (this.#state.floor === floor) {
        this.#most += items.length;
        this.#ways.book.set(older(this.#state, items, has_before));
      }
    } catch (error) {
      this.#trouble = asTrouble(error);
    }
    this.#loadingBefore = false;
    this.refresh();
  }

  hearTyping(person: string, on: boolean): void {
    this.#typingEar.hear(person, on);
  }

  /** Something of the room has changed in the book or the outbox. */
  refresh(): void {
    const { book, outbox } = this.#ways;
    const state = this.#state;
    this.#settle(state);
    const { about: room, me, members, messages, head, seq } = state;
    const known = new Set(messages.map(({ client_id }) => client_id));
    const others = marksOf(state, book.self);
    this.show({
      room,
      me,
      members,
      messages,
      head,
      seq,
      unsent: outbox.of(this.key).filter(({ client_id }) => !known.has(client_id)),
      loaded: state.cursor !== null,
      live: book.isLive(this.key),
      hasBefore: state.floor > 1,
      loadingBefore: this.#loadingBefore,
      trouble: this.#trouble,
      shut: book.shut(this.key),
      typing: this.#typingEar.people as string[],
      readBy: Math.max(0, ...others.map(({ read_seq }) => read_seq)),
      deliveredTo: Math.max(0, ...others.map(({ delivered_seq }) => delivered_seq)),
      link: book.link,
    });
  }

  get #state(): RoomState {
    return this.#ways.book.room(this.key);
  }

  /** What has arrived leaves the outbox in the same moment in which the messages have it. */
  #settle({ messages, cursor, seq }: RoomState): void {
    const { outbox, book } = this.#ways;
    const mine = outbox.of(this.key);
    if (mine.length === 0) return;
    const arrived = new Set(messages.map(({ client_id }) => client_id));
    for (const entry of mine) {
      const isPast = entry.state === "sent" && entry.seq <= seq && book.isLive(this.key);
      const isUnseen = entry.state === "sent" && cursor === null;
      if (arrived.has(entry.client_id) || isPast || isUnseen) outbox.shown(entry.client_id);
    }
  }
}

/** How far others have read. */
function marksOf({ members, marks }: RoomState, self: string) {
  const known = members.filter(({ person }) => person.id !== self);
  return [...known, ...[...marks.values()].filter(({ person }) => person !== self)];
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
