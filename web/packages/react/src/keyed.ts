// A room that is named by its key: what the native API tells of it, in the words that the components know.
import type {
  Chat,
  ChatRoom,
  Person as Somebody,
  RoomSnapshot as Told,
  Message as ToldMessage,
  Unsent as ToldUnsent,
} from "@beseda/client";
import {
  asTrouble,
  type FileLike,
  type Id,
  type Item,
  type Message,
  type MessageEar,
  type Person,
  type Unsent,
} from "@beseda/client/order-rooms";
import type { KnownRoom, ThreadRoom, ThreadSnapshot } from "./thread.ts";

/** The unread block: it grows until somebody has seen its end. */
interface Block {
  first: number | null;
  last: number | null;
  grows: boolean;
}

export class KeyedRoom implements ThreadRoom {
  readonly id: string;
  readonly link: { retryNow(): void };
  readonly typingVoice: { key(): void; stop(): void };
  readonly #room: ChatRoom;
  readonly #self: string;
  readonly #watchers = new Set<() => void>();
  readonly #ears = new Set<MessageEar>();
  /** The client ids of messages that were seen before they were erased. */
  readonly #seen = new Map<number, string | null>();
  #items: readonly Item[] = [];
  #of: Pick<Told, "messages" | "readBy"> | null = null;
  /** The newest message that has come; null before any has. */
  #newest: number | null = null;
  #block: Block | null = null;
  #snapshot: ThreadSnapshot;

  constructor(chat: Chat, room: ChatRoom, self: string) {
    this.id = room.key;
    this.link = { retryNow: () => chat.retry() };
    this.typingVoice = room.typing;
    this.#room = room;
    this.#self = self;
    this.#snapshot = this.#follow();
    room.subscribe(() => {
      this.#snapshot = this.#follow();
      for (const watcher of [...this.#watchers]) watcher();
    });
  }

  readonly getSnapshot = (): ThreadSnapshot => this.#snapshot;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  hold(): () => void {
    return this.#room.hold();
  }

  send(text: string, file?: FileLike): void {
    this.#room.send({ text, files: file ? [file] : [] });
  }

  retry(clientId: string): void {
    this.#room.retry(clientId);
  }

  discard(clientId: string): void {
    this.#room.discard(clientId);
  }

  edit(seq: number, text: string): Promise<void> {
    return this.#room.edit(seq, text);
  }

  async erase(seq: number): Promise<void> {
    await this.#room.erase(seq).catch((error: unknown) => {
      // Somebody was faster: the message is gone, as wished.
      if (asTrouble(error).code !== "erased") throw error;
    });
  }

  markAsRead(): void {
    if (!this.#snapshot.unread || !this.#snapshot.loaded) return;
    if (this.#block) this.#block.grows = false;
    this.#room.read();
  }

  leave(): void {
    if (this.#snapshot.loaded && !this.#snapshot.unread) this.#block = null;
  }

  loadOlder(): Promise<void> {
    return this.#room.loadOlder();
  }

  onMessage(ear: MessageEar): () => void {
    this.#ears.add(ear);
    return () => this.#ears.delete(ear);
  }

  #follow(): ThreadSnapshot {
    const told = this.#room.getSnapshot();
    const { link, loaded, me, shut } = told;
    if (loaded) this.#arrive(told);
    return {
      room: roomOf(told),
      loaded,
      items: this.#itemsOf(told),
      unsent: told.unsent.map(unsentOf),
      older: !loaded ? "unknown" : told.hasBefore ? "some" : "none",
      loadingOlder: told.loadingBefore,
      olderTrouble: told.trouble,
      link: shut ? { ...link, phase: "refused", code: 4003 } : link,
      isConnected: link.phase === "open" && !shut,
      typing: told.typing.map(idOf),
      unread: me !== null && (me.unread > 0 || me.unread_from !== null),
      firstUnread: this.#block?.first ?? null,
      lastUnread: this.#block?.last ?? null,
      // Each message says for itself whether it was read.
      readUpTo: 0,
    };
  }

  #arrive({ messages, me, readBy }: Told): void {
    const isFirst = this.#newest === null;
    const before = this.#newest ?? me?.read_seq ?? Number.POSITIVE_INFINITY;
    const fresh = messages.filter(({ seq, erased_at }) => seq > before && !erased_at);
    for (const { seq } of fresh.filter(({ author }) => author?.id !== this.#self)) this.#count(seq);
    // What was there before somebody looked is unread, or not; from then on a block begins with what comes.
    if (isFirst) this.#block ??= { first: null, last: null, grows: false };
    this.#newest = messages.at(-1)?.seq ?? 0;
    if (isFirst) return;
    for (const message of fresh)
      for (const ear of this.#ears) ear(messageOf(message, message.seq <= readBy));
  }

  #count(seq: number): void {
    if (!this.#block) this.#block = { first: seq, last: seq, grows: true };
    else if (this.#block.grows) this.#block.last = seq;
  }

  /** The same ones, as long as they are the same. */
  #itemsOf({ messages, readBy }: Told): readonly Item[] {
    if (messages === this.#of?.messages && readBy === this.#of.readBy) return this.#items;
    this.#of = { messages, readBy };
    for (const { seq, erased_at, client_id } of messages)
      if (!erased_at) this.#seen.set(seq, client_id);
    // Whoever saw a message sees that it is gone; for others it was never there.
    const shown = messages.filter(({ seq, erased_at }) => !erased_at || this.#seen.has(seq));
    this.#items = shown.map((message) => ({
      message: messageOf(message, message.seq <= readBy),
      clientId: this.#seen.get(message.seq) ?? null,
      edited: message.edited_at !== null,
      erased: message.erased_at !== null,
    }));
    return this.#items;
  }
}

const rooms = new WeakMap<ChatRoom, KeyedRoom>();

/** The room of this key, the same one for everybody who asks. */
export function keyedRoom(chat: Chat, key: string, me: Id): KeyedRoom {
  const told = chat.room(key);
  const room = rooms.get(told) ?? new KeyedRoom(chat, told, String(me));
  rooms.set(told, room);
  return room;
}

/** As the contracts call somebody: by a number where the host has numbers. */
export const idOf = (id: string): Id => (/^(?:0|[1-9]\d{0,11})$/.test(id) ? Number(id) : id);

/** The order that a room is about; null where it is about something else. */
export function orderOf(key: string): Id | null {
  return key.startsWith("order:") ? idOf(key.slice("order:".length)) : null;
}

export const personOf = ({ id, first_name, last_name }: Somebody): Person => ({
  id: idOf(id),
  email: "",
  first_name,
  last_name,
});

function roomOf({ room, members }: Told): KnownRoom | null {
  const participants = members.map(({ person }) => ({ user: personOf(person) }));
  return room && { order: orderOf(room.key), title: room.title, participants };
}

function messageOf(message: ToldMessage, is_read: boolean): Message {
  const { seq, author, text, files, created_at } = message;
  return {
    id: seq,
    room: 0,
    sender: author && personOf(author),
    sender_name: author?.name ?? "",
    message: text,
    file: files[0]?.url ?? null,
    is_read,
    created_at,
  };
}

function unsentOf({ client_id, text, at, state, why, detail, files }: ToldUnsent): Unsent {
  const [upload] = files;
  return {
    clientId: client_id,
    text,
    at,
    failed: state === "refused",
    why,
    ...(upload && { upload: { file: upload.file, share: upload.share, said: detail } }),
  };
}
