// One open room: what is loaded of it, what is on its way, who types, and how the link stands.

import { Observed } from "../observed.ts";
import type { Id } from "../people.ts";
import type { FileLike, KeepingPlatform } from "../platform.ts";
import type { Session } from "../session.ts";
import { asTrouble, type Trouble } from "../trouble.ts";
import { TypingEar, TypingVoice } from "../typing.ts";
import type { ChatApi } from "./api.ts";
import type { Heard } from "./frames.ts";
import { OlderPages, readBackTo } from "./history.ts";
import { Link, type LinkState } from "./link.ts";
import { Outbox, type Unsent } from "./outbox.ts";
import type { Stretch } from "./reading.ts";
import { type Item, type Older, Timeline } from "./timeline.ts";
import { Uploads } from "./uploads.ts";
import type { Message, Room } from "./words.ts";

/** The newest messages that a socket tells when it opens. */
const HISTORY = 50;
/** The wait before a failed repair is tried again, in milliseconds. */
const REPAIR_AGAIN = 3_000;

/** All that a page shows of a room. */
export interface RoomSnapshot {
  room: Room | null;
  /** False until the first history has come, and what was unread in it is known. */
  loaded: boolean;
  items: readonly Item[];
  unsent: readonly Unsent[];
  older: Older;
  loadingOlder: boolean;
  /** Why older messages could not be had. */
  olderTrouble: Trouble | null;
  link: LinkState;
  isConnected: boolean;
  /** The ids of the people who type. */
  typing: readonly Id[];
  /** Somebody else wrote what this person has not marked as read. */
  unread: boolean;
  /** The first message that was unread when the room was opened or the window was left. */
  firstUnread: number | null;
  /** The last message that came before that block was seen. */
  lastUnread: number | null;
  /** Up to when somebody else has read, ms since 1970. */
  readUpTo: number;
}

/** What a room needs from its client. */
export interface RoomWays {
  platform: KeepingPlatform;
  session: Session;
  api: ChatApi;
  me: Id;
  /** The room's newest message, or its unread count, may have changed. */
  touched(room: number): void;
}

export type MessageEar = (message: Message) => void;
export type TypingListener = (userId: Id, isTyping: boolean) => void;

export class OpenRoom extends Observed<RoomSnapshot> {
  readonly id: number;
  readonly link: Link;
  readonly typingVoice: TypingVoice;
  readonly #ways: RoomWays;
  readonly #timeline = new Timeline();
  readonly #outbox: Outbox;
  readonly #uploads: Uploads;
  /** Messages with files that the server took while the loaded part could not take them in. */
  #waiting: { message: Message; clientId: string }[] = [];
  readonly #typingEar: TypingEar;
  readonly #olderPages: OlderPages;
  readonly #messageEars = new Set<MessageEar>();
  readonly #typingEars = new Set<TypingListener>();
  #room: Room | null = null;
  #loaded = false;
  /** The room itself was asked for, and told or not. */
  #asked = false;
  #loadingOlder = false;
  #olderTrouble: Trouble | null = null;
  #firstUnread: number | null = null;
  #lastUnread: number | null = null;
  /** The unread block grows until somebody has seen its end. */
  #blockGrows = false;
  #dividerPlaced = false;
  #unread = false;
  /** What came while the loaded part and the newest history do not meet yet. */
  #ahead: Message[] | null = null;
  #repair = 0;
  #callOffRepair: (() => void) | null = null;

  constructor(id: number, ways: RoomWays) {
    super(EMPTY);
    this.id = id;
    this.#ways = ways;
    const { platform } = ways;
    this.link = new Link(platform, ways.session, `/ws/chat/${id}/`, {
      heard: (frame) => this.#heard(frame),
      changed: (state) => this.#linkChanged(state),
    });
    this.#outbox = new Outbox(platform, ways.me, id, {
      say: (message, client_id) => this.link.say({ type: "chat_message", message, client_id }),
      doubt: () => this.link.doubt(),
      changed: () => this.#refresh(),
    });
    this.#uploads = new Uploads(platform, {
      send: ({ text, clientId, upload }, watch) =>
        ways.api.sendMessage(id, text, clientId, upload.file, watch),
      taken: (message, clientId) => this.#taken(message, clientId),
      changed: () => this.#refresh(),
    });
    this.typingVoice = new TypingVoice(platform, (is_typing) =>
      this.link.say({ type: "typing", is_typing }),
    );
    this.#typingEar = new TypingEar(platform, () => this.#refresh());
    this.#olderPages = new OlderPages(ways.api, id);
    this.#refresh();
  }

  open(): void {
    this.link.open();
    // A socket tells nothing about the room itself: who is in it, and how much was unread.
    void this.#ways.api
      .getRoom(this.id)
      .then((room) => this.know(room))
      .catch(() => undefined)
      .finally(() => {
        this.#asked = true;
        this.#refresh();
      });
  }

  close(): void {
    this.typingVoice.stop();
    this.link.close();
    this.#typingEar.clear();
    this.#callOffRepair?.();
    this.#repair += 1;
    this.#ahead = null;
  }

  /** Takes over what a list or a call told about the room. */
  know(room: Room): void {
    this.#room = room;
    if (room.unread_count > 0) this.#unread = true;
    this.#placeDivider();
    this.#refresh();
  }

  send(text: string, file?: FileLike): void {
    this.typingVoice.stop();
    if (file) this.#uploads.add(text, file);
    else this.#outbox.add(text);
  }

  retry(clientId: string): void {
    this.#laneOf(clientId).retry(clientId);
  }

  discard(clientId: string): void {
    this.#laneOf(clientId).discard(clientId);
  }

  /** Whether a file has not arrived yet. */
  get isUploading(): boolean {
    return this.#uploads.isPending;
  }

  /** Stops and forgets what is on its way with a file. */
  dropUploads(): void {
    this.#uploads.drop();
  }

  #laneOf(clientId: string): Outbox | Uploads {
    const withFile = this.#uploads.entries.some((entry) => entry.clientId === clientId);
    return withFile ? this.#uploads : this.#outbox;
  }

  async edit(id: number, text: string): Promise<void> {
    this.#timeline.update(await this.#ways.api.editMessage(id, text));
    this.#refresh();
    this.#ways.touched(this.id);
  }

  async erase(id: number): Promise<void> {
    await this.#ways.api.deleteMessage(id).catch((error: unknown) => {
      // Somebody was faster: the message is gone, as wished.
      if (asTrouble(error).kind !== "missing") throw error;
    });
    this.#timeline.erase(id);
    this.#refresh();
    this.#ways.touched(this.id);
  }

  /** Somebody looks at the newest messages. */
  markAsRead(): void {
    if (!this.#unread || !this.#loaded || !this.#room) return;
    if (!this.link.say({ type: "mark_read" })) return;
    this.#unread = false;
    this.#blockGrows = false;
    this.#room = { ...this.#room, unread_count: 0 };
    this.#refresh();
    this.#ways.touched(this.id);
  }

  /** Nobody looks: the next message of somebody else begins a new unread block. */
  leave(): void {
    if (this.#loaded && !this.#unread) this.#dividerPlaced = false;
  }

  async loadOlder(): Promise<void> {
    if (this.#loadingOlder || !this.#loaded || this.#ahead || this.#timeline.older === "none")
      return;
    this.#loadingOlder = true;
    this.#olderTrouble = null;
    this.#refresh();
    try {
      await this.#olderPages.load(this.#timeline);
    } catch (error) {
      this.#olderTrouble = asTrouble(error);
    }
    this.#loadingOlder = false;
    this.#refresh();
  }

  onMessage(ear: MessageEar): () => void {
    this.#messageEars.add(ear);
    return () => this.#messageEars.delete(ear);
  }

  onTyping(ear: TypingListener): () => void {
    this.#typingEars.add(ear);
    return () => this.#typingEars.delete(ear);
  }

  #heard(frame: Heard): void {
    switch (frame.type) {
      case "message_history":
        this.#history(frame);
        break;
      case "chat_message":
        this.#message(frame.message, frame.clientId);
        break;
      case "message_updated":
        this.#timeline.update(frame.message);
        break;
      case "message_deleted":
        this.#timeline.erase(frame.id);
        this.#ahead = this.#ahead?.filter(({ id }) => id !== frame.id) ?? null;
        break;
      case "user_typing":
        this.#typingEar.hear(frame.userId, frame.isTyping);
        for (const ear of this.#typingEars) ear(frame.userId, frame.isTyping);
        break;
      case "error":
        this.#outbox.refuse(frame.clientId, frame.code);
        break;
    }
    this.#refresh();
    // Who types has read: the list knows how far.
    if (frame.type !== "error") this.#ways.touched(this.id);
  }

  #message(message: Message, clientId: string | null): void {
    const mine = this.#isMine(message);
    if (this.#ahead) this.#ahead.push(message);
    else if (this.#timeline.put(message, clientId)) {
      if (message.sender) this.#typingEar.hear(message.sender.id, false);
      if (!mine) this.#arrived(message);
      for (const ear of this.#messageEars) ear(message);
    }
    if (mine && clientId) {
      this.#outbox.settle(clientId);
      this.#uploads.settle(clientId);
    }
  }

  /** A file has arrived: its message is shown where it leaves no hole, or after the next history. */
  #taken(message: Message, clientId: string): void {
    this.#waiting.push({ message, clientId });
    if (this.link.state.phase === "open") this.#takeIn();
  }

  #takeIn(): void {
    if (!this.#loaded || this.#ahead) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { message, clientId } of waiting) this.#message(message, clientId);
    if (waiting.length === 0) return;
    this.#refresh();
    this.#ways.touched(this.id);
  }

  #arrived(message: Message): void {
    this.#unread = true;
    if (this.#blockGrows) this.#lastUnread = message.id;
    if (this.#room) this.#room = { ...this.#room, unread_count: this.#room.unread_count + 1 };
    if (this.#dividerPlaced) return;
    this.#dividerPlaced = true;
    this.#blockGrows = true;
    this.#firstUnread = message.id;
    this.#lastUnread = message.id;
  }

  /** A socket has just opened and told the newest messages. */
  #history(told: Stretch): void {
    const newest = told.messages;
    const first = newest[0];
    const last = this.#timeline.last;
    const whole = newest.length + told.skipped.length < HISTORY;
    const from = whole ? Number.NEGATIVE_INFINITY : (first?.id ?? 0);
    if (!this.#loaded) {
      this.#timeline.reset(newest, whole ? "none" : "some");
      this.#loaded = true;
      this.#placeDivider();
    } else if (!last) {
      this.#timeline.reset([], whole ? "none" : "some");
      this.#catchUp(told, from);
    } else if (whole || (first && first.id <= last.message.id)) {
      this.#catchUp(told, from);
    } else {
      this.#ahead = [...newest];
    }
    this.#guessOwn(newest);
    const loadedFrom = this.#timeline.first?.message.id ?? 0;
    if (this.#ahead || (first && loadedFrom < first.id && !whole)) void this.#readAgain();
    this.#takeIn();
    this.#outbox.start();
    this.#uploads.start();
  }

  #catchUp(told: Stretch, from: number, tick?: number): void {
    const had = this.#timeline.last?.message.id ?? 0;
    this.#timeline.reconcile(told, from, tick);
    for (const { message, erased } of this.#timeline.items) {
      if (message.id <= had || erased) continue;
      if (!this.#isMine(message)) this.#arrived(message);
      for (const ear of this.#messageEars) ear(message);
    }
  }

  /** Closes a gap and finds what was changed or deleted in the loaded part while we were away. */
  async #readAgain(): Promise<void> {
    this.#repair += 1;
    const repair = this.#repair;
    this.#callOffRepair?.();
    const { tick } = this.#timeline;
    const from = this.#timeline.first?.message.id ?? 0;
    try {
      const stretch = await readBackTo(this.#ways.api, this.id, from);
      if (repair !== this.#repair) return;
      const ahead = this.#ahead ?? [];
      this.#ahead = null;
      this.#olderPages.forget();
      if (stretch) this.#catchUp(stretch, from, tick);
      else if (ahead.length > 0) this.#timeline.reset(ahead, "some");
      for (const message of ahead) this.#timeline.put(message, null);
      this.#guessOwn(stretch?.messages ?? ahead);
      this.#takeIn();
    } catch {
      if (repair !== this.#repair) return;
      this.#callOffRepair = this.#ways.platform.later(REPAIR_AGAIN, () => void this.#readAgain());
    }
    this.#refresh();
  }

  /**
   * A history names no client ids. A message of ours in it with the very text that still waits for
   * its ack is that one: shown once at once, and settled when the ack of the retry says so.
   */
  #guessOwn(newest: readonly Message[]): void {
    const waiting = this.#outbox.entries.filter(({ clientId }) =>
      this.#outbox.maybeKnown(clientId),
    );
    const taken = new Set(this.#timeline.items.map(({ clientId }) => clientId));
    for (const entry of waiting) {
      if (taken.has(entry.clientId)) continue;
      const match = newest.find(
        ({ id, sender, message, created_at }) =>
          sender?.id === this.#ways.me &&
          message === entry.text &&
          Date.parse(created_at) > entry.at - GUESS_SLACK &&
          this.#timeline.items.some((item) => item.message.id === id && !item.clientId),
      );
      if (match) this.#timeline.tag(match.id, entry.clientId);
    }
  }

  #placeDivider(): void {
    if (this.#dividerPlaced || !this.#loaded || !this.#room) return;
    this.#dividerPlaced = true;
    let left = this.#room.unread_count;
    this.#blockGrows = left > 0;
    const foreign = this.#timeline.items.filter(({ message }) => !this.#isMine(message));
    for (const { message } of foreign.reverse()) {
      if (left === 0) break;
      this.#lastUnread ??= message.id;
      left -= 1;
      this.#firstUnread = message.id;
    }
  }

  #isMine({ sender }: Message): boolean {
    return sender?.id === this.#ways.me;
  }

  #linkChanged(state: LinkState): void {
    if (state.phase !== "open") {
      this.#outbox.stop();
      this.#typingEar.clear();
    }
    this.#refresh();
  }

  #refresh(): void {
    // The outbox is loaded before everything that stands in the snapshot exists.
    if (!this.#olderPages) return;
    const { items, older } = this.#timeline;
    const shown = new Set(items.map(({ clientId }) => clientId));
    const link = this.link.state;
    const unsent = [...this.#outbox.entries, ...this.#uploads.entries]
      .filter(({ clientId }) => !shown.has(clientId))
      .sort((a, b) => a.at - b.at);
    this.show({
      room: this.#room,
      loaded: this.#loaded && this.#asked,
      items,
      unsent,
      older,
      loadingOlder: this.#loadingOlder,
      olderTrouble: this.#olderTrouble,
      link,
      isConnected: link.phase === "open",
      typing: this.#typingEar.people,
      unread: this.#unread,
      firstUnread: this.#firstUnread,
      lastUnread: this.#lastUnread,
      readUpTo: this.#readUpTo(),
    });
  }

  #readUpTo(): number {
    const marks = (this.#room?.participants ?? [])
      .filter(({ user }) => user.id !== this.#ways.me)
      .map(({ last_read_at }) => Date.parse(last_read_at ?? "") || 0);
    return Math.max(0, ...marks);
  }
}

/** How far the server's clock may be behind ours for a guess, in milliseconds. */
const GUESS_SLACK = 10 * 60_000;

const EMPTY: RoomSnapshot = {
  room: null,
  loaded: false,
  items: [],
  unsent: [],
  older: "unknown",
  loadingOlder: false,
  olderTrouble: null,
  link: { phase: "closed", code: 0, since: 0 },
  isConnected: false,
  typing: [],
  unread: false,
  firstUnread: null,
  lastUnread: null,
  readUpTo: 0,
};
