// A room as its thread shows it: which part of it one looks at, and what is new since it was opened.
import {
  asTrouble,
  type Chat,
  type ChatRoom,
  type LinkState,
  type Message,
  type RoomSnapshot,
  type Trouble,
  type Watched,
} from "@beseda/client";

/** Messages in a part of a thread that is not at its end. */
const PART = 50;
/** What others change in such a part is asked for after this pause, in milliseconds. */
const RENEW = 500;
/** So many pages are brought in at most on the way to a message, where there is no shorter way. */
const PAGES = 40;
/** A refusal is told this long, in milliseconds. */
const TOLD = 5_000;
/** The close code of a room that is not one's own, or not there. */
const NO_ACCESS = 4003;

/** What stands in a thread that is new: everything after a mark, as it was when somebody came to look. */
export interface Fresh {
  after: number;
  last: number;
}

export interface ThreadSnapshot extends Omit<RoomSnapshot, "hasBefore" | "loadingBefore"> {
  /** What is shown of its messages, oldest first. */
  shown: readonly Message[];
  /** Newer messages follow that are not shown: somebody has jumped far up. */
  isApart: boolean;
  isConnected: boolean;
  hasBefore: boolean;
  /** Older messages, or those around a place, are asked for. */
  isLoading: boolean;
  fresh: Fresh | null;
  /** So many were unread when the room was opened, by the server's count. */
  missed: number;
  /** Why what was tried last did not happen; for a moment. */
  refusal: Trouble | null;
  hasUnread: boolean;
}

/** A part of the room that is not at its end, or that leads up to where the room's own messages begin. */
interface Part {
  messages: readonly Message[];
  hasBefore: boolean;
}

/** Hears of what has come since the room was opened, once each. */
export type MessageEar = (message: Message) => void;

export class Thread implements Watched<ThreadSnapshot> {
  readonly key: string;
  readonly room: ChatRoom;
  readonly #chat: Chat;
  readonly #self: string;
  readonly #watchers = new Set<() => void>();
  readonly #ears = new Set<MessageEar>();
  /** The newest message that has come; null before any has. */
  #newest: number | null = null;
  #fresh: Fresh | null = null;
  #grows = false;
  #missed = 0;
  /** What is unread begins above the newest messages: those are not what somebody wants to see first. */
  #isOpening = false;
  #part: Part | null = null;
  #head = 0;
  #isLoading = false;
  #trouble: Trouble | null = null;
  #refusal: Trouble | null = null;
  #renewal: ReturnType<typeof setTimeout> | null = null;
  #snapshot: ThreadSnapshot;

  constructor(chat: Chat, room: ChatRoom, self: string) {
    this.key = room.key;
    this.room = room;
    this.#chat = chat;
    this.#self = self;
    this.#snapshot = this.#follow();
    room.subscribe(() => this.#refresh());
  }

  /** Keeps the room open until the returned function is called. Whoever comes anew begins anew. */
  hold(): () => void {
    if (!this.room.isHeld) {
      this.#newest = null;
      this.#fresh = null;
      this.#part = null;
      this.#refresh();
    }
    return this.room.hold();
  }

  readonly getSnapshot = (): ThreadSnapshot => this.#snapshot;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  retryNow(): void {
    this.#chat.retry();
  }

  onMessage(ear: MessageEar): () => void {
    this.#ears.add(ear);
    return () => this.#ears.delete(ear);
  }

  /** Tries something whose failure is told for a moment. */
  attempt(work: (room: ChatRoom) => Promise<unknown>): void {
    work(this.room).catch((error: unknown) => {
      const refusal = asTrouble(error);
      this.#refusal = refusal;
      this.#refresh();
      setTimeout(() => {
        if (this.#refusal !== refusal) return;
        this.#refusal = null;
        this.#refresh();
      }, TOLD);
    });
  }

  async erase(seq: number): Promise<void> {
    await this.room.erase(seq).catch((error: unknown) => {
      // Somebody was faster: the message is gone, as wished.
      if (asTrouble(error).code !== "erased") throw error;
    });
  }

  /** Somebody has seen everything up to `seq`. */
  read(seq: number): void {
    const { me, messages, loaded } = this.room.getSnapshot();
    if (!loaded || !me) return;
    const isEnd = seq >= (messages.at(-1)?.seq ?? 0);
    if (isEnd) this.#grows = false;
    if (seq > me.read_seq || (isEnd && me.unread_from !== null)) this.room.read(seq);
  }

  /** Nobody looks any more: what comes now is new to whoever comes back. */
  leave(): void {
    if (!this.#snapshot.loaded || this.#snapshot.hasUnread) return;
    this.#fresh = null;
    this.#missed = 0;
  }

  /** Brings older messages in. */
  async older(): Promise<void> {
    const part = this.#part;
    if (!part) return this.room.loadOlder();
    const first = part.messages[0]?.seq;
    if (!part.hasBefore || first === undefined) return;
    await this.#load(async () => {
      const told = await this.room.stretch({ before: first, limit: PART });
      if (this.#part !== part) return;
      const messages = [...told.items, ...part.messages];
      this.#part = { messages, hasBefore: told.has_before };
    });
  }

  /** Brings newer messages in, where they are not shown. */
  async newer(): Promise<void> {
    const part = this.#part;
    const last = part?.messages.at(-1)?.seq;
    if (!part || last === undefined || !this.#snapshot.isApart) return;
    await this.#load(async () => {
      const told = await this.room.stretch({ after: last, limit: PART });
      if (this.#part !== part) return;
      this.#part = { ...part, messages: [...part.messages, ...told.items] };
    });
  }

  /** Shows the end of the room again. */
  toEnd(): void {
    if (!this.#snapshot.isApart) return;
    this.#part = null;
    this.#refresh();
  }

  /** Brings the message in, wherever it is. False where it cannot be had. */
  async bring(seq: number): Promise<boolean> {
    const has = () => this.#snapshot.shown.some((message) => message.seq === seq);
    if (has()) return true;
    await this.#load(async () => {
      try {
        const told = await this.room.stretch({ around: seq, limit: PART });
        this.#part = { messages: told.items, hasBefore: told.has_before };
      } catch (error) {
        if (asTrouble(error).code !== "not_in_this_contract") throw error;
        await this.#reach(seq);
      }
    });
    return has();
  }

  /** Where a room has no way to its middle, everything down to the message is brought in. */
  async #reach(seq: number): Promise<void> {
    for (let page = 0; page < PAGES; page += 1) {
      const { messages, hasBefore, trouble } = this.room.getSnapshot();
      const first = messages[0]?.seq ?? 0;
      if (trouble || !hasBefore || first <= seq) return;
      await this.room.loadOlder();
      if (this.room.getSnapshot().messages[0]?.seq === first) return;
    }
  }

  async #load(work: () => Promise<void>): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.#trouble = null;
    this.#refresh();
    try {
      await work();
    } catch (error) {
      this.#trouble = asTrouble(error);
    }
    this.#isLoading = false;
    this.#refresh();
  }

  #refresh(): void {
    this.#snapshot = this.#follow();
    for (const watcher of [...this.#watchers]) watcher();
  }

  #follow(): ThreadSnapshot {
    const { hasBefore, loadingBefore, ...told } = this.room.getSnapshot();
    const { link, loaded, me, shut, messages, trouble } = told;
    if (loaded) this.#arrive(told);
    const part = this.#part;
    const floor = messages[0]?.seq ?? 1;
    const isApart = part !== null && (part.messages.at(-1)?.seq ?? floor) < floor - 1;
    this.#renew(told.head, isApart);
    return {
      ...told,
      loaded: loaded && !this.#isOpening,
      link: linkOf(link, shut !== null),
      isConnected: link.phase === "open" && !shut,
      shown: part ? joined(part.messages, isApart ? [] : messages) : messages,
      isApart,
      hasBefore: part ? part.hasBefore : hasBefore,
      isLoading: this.#isLoading || loadingBefore,
      trouble: this.#trouble ?? trouble,
      fresh: this.#fresh,
      missed: this.#missed,
      refusal: this.#refusal,
      hasUnread: me !== null && (me.unread > 0 || me.unread_from !== null),
    };
  }

  #arrive({ messages, me, seq: newest }: Pick<RoomSnapshot, "messages" | "me" | "seq">): void {
    const last = Math.max(messages.at(-1)?.seq ?? 0, newest);
    const before = this.#newest;
    this.#newest = last;
    if (before === null) {
      // What was there before somebody looked is unread, or not.
      const after = (me?.unread_from ?? 0) > 0 ? (me?.unread_from ?? 1) - 1 : me?.read_seq;
      this.#missed = me?.unread ?? 0;
      if (after !== undefined && (this.#missed > 0 || me?.unread_from !== null))
        this.#fresh = { after, last };
      this.#grows = this.#fresh !== null;
      if (this.#fresh && (messages[0]?.seq ?? 0) > this.#fresh.after + 1) this.#open(this.#fresh);
      return;
    }
    if (last <= before) return;
    const fresh = messages.filter(({ seq, erased_at }) => seq > before && !erased_at);
    const isOthers = fresh.some(({ author }) => author?.id !== this.#self);
    // From then on a block begins with what comes, and ends where somebody has seen its end.
    if (!this.#fresh && isOthers) {
      this.#fresh = { after: before, last };
      this.#grows = true;
    } else if (this.#fresh && this.#grows && isOthers) this.#fresh = { ...this.#fresh, last };
    for (const message of fresh) for (const ear of this.#ears) ear(message);
  }

  #open({ after }: Fresh): void {
    this.#isOpening = true;
    void this.bring(after + 1).then(() => {
      this.#isOpening = false;
      this.#refresh();
    });
  }

  /** The room's own messages are told as they change; a part that is apart from them is asked for again. */
  #renew(head: number, isApart: boolean): void {
    const isSame = head === this.#head;
    this.#head = head;
    if (isSame || !isApart || this.#renewal) return;
    this.#renewal = setTimeout(async () => {
      this.#renewal = null;
      const part = this.#part;
      const first = part?.messages[0]?.seq;
      if (!part || first === undefined) return;
      const wish = { after: first - 1, limit: part.messages.length };
      const told = await this.room.stretch(wish).catch(() => null);
      if (!told || this.#part !== part) return;
      this.#part = { ...part, messages: told.items };
      this.#refresh();
    }, RENEW);
  }
}

const linkOf = (link: LinkState, isShut: boolean): LinkState =>
  isShut ? { ...link, phase: "refused", code: NO_ACCESS } : link;

/** The part, and the room's own messages where they follow it: of those in both, the room's. */
function joined(part: readonly Message[], messages: readonly Message[]): readonly Message[] {
  const floor = messages[0]?.seq ?? Number.POSITIVE_INFINITY;
  return [...part.filter(({ seq }) => seq < floor), ...messages];
}

const threads = new WeakMap<ChatRoom, Thread>();

/** The thread of this room, the same one for everybody who asks. */
export function threadOf(chat: Chat, key: string, self: string): Thread {
  const room = chat.room(key);
  const thread = threads.get(room) ?? new Thread(chat, room, self);
  threads.set(room, thread);
  return thread;
}
