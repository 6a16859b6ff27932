// The chat of one person in one browser: who they are, the link that its tabs share, and the rooms.
import { NO_LINK } from "./book.ts";
import type { RoomState } from "./changes.ts";
import { Life } from "./life.ts";
import { Observed, type Watched } from "./observed.ts";
import type { Platform } from "./platform.ts";
import type { ChatRoom } from "./room.ts";
import { Session, type SessionOptions } from "./session.ts";
import { browserPlatform } from "./system.ts";
import { backoff } from "./waiting.ts";
import type { Calls, Limits, LinkState, Told, Wire, WireKind } from "./wire.ts";
import { native } from "./wires/native.ts";
import type { Message, Presence } from "./words.ts";

export interface ChatOptions extends SessionOptions {
  /** Where the server is; the page's own origin when left out. */
  url?: string;
  /** What it may speak: the first that it answers to is taken. The native API alone when left out. */
  wires?: readonly [WireKind, ...WireKind[]];
  /** Everything outside of the client; a browser's when left out. */
  platform?: Platform;
  /** In place of `getToken`: a session of the page's own, such as an `AccountSession`. */
  session?: Session;
}

/** One's own rooms. */
export interface RoomsSnapshot {
  /** Pinned ones first, then by their newest activity. Archived ones are among them. */
  rooms: readonly RoomState[];
  /** False until all have come once. */
  loaded: boolean;
  /** Of the rooms neither muted nor archived. */
  unread: { rooms: number; messages: number; mentions: number };
}

export class Chat {
  readonly session: Session;
  readonly #platform: Platform;
  readonly #kinds: readonly [WireKind, ...WireKind[]];
  readonly #link = new Observed<LinkState>(NO_LINK);
  readonly #rooms = new Observed<RoomsSnapshot>(NO_ROOMS);
  readonly #presence = new Observed<ReadonlyMap<string, Presence>>(new Map());
  readonly #limits = new Observed<Limits | null>(null);
  readonly link: Watched<LinkState> = this.#link;
  readonly rooms: Watched<RoomsSnapshot> = this.#rooms;
  /** How the people are about whom `watch` names. */
  readonly presence: Watched<ReadonlyMap<string, Presence>> = this.#presence;
  /** What the server takes, by name; null until it has said so. */
  readonly limits: Watched<Limits | null> = this.#limits;
  readonly #newsEars = new Set<(message: Message) => void>();
  #wire: Wire | null = null;
  #life: Life | null = null;
  #isListing = false;
  #isOver = false;

  constructor(options: ChatOptions = {}) {
    this.#platform = options.platform ?? browserPlatform(options.url);
    this.#kinds = options.wires ?? [native];
    this.session = options.session ?? new Session(this.#platform, options);
    this.session.subscribe(() => this.#follow());
  }

  /** Finds out what the server speaks and who is logged in, and listens from then on. */
  async start(): Promise<void> {
    const kind = await this.#choose(0);
    if (this.#isOver) return;
    this.session.mePath ??= kind.me;
    this.#wire = kind.make(this.#platform, this.session);
    // A session of the page's own may be under way already.
    this.#follow();
    await this.session.start();
  }

  /** Hears nothing any more. What was not sent is kept. */
  stop(): void {
    this.#isOver = true;
    this.#end();
  }

  /** Whether somebody is in: rooms belong to them. */
  get isIn(): boolean {
    return this.#life !== null;
  }

  /** Whether this tab has the link; the others hear through it. */
  get leads(): boolean {
    return this.#life?.leads ?? false;
  }

  /** Every call that the server takes. */
  get calls(): Calls {
    return this.#mustBeIn(this.#wire).calls;
  }

  /** A room of the one who is logged in, by its key: the same object for everybody who asks. */
  room(key: string): ChatRoom {
    return this.#mustBeIn(this.#life).room(key);
  }

  /** Tells in `presence`, from now on, how these people are about. */
  watch(people: readonly string[]): void {
    this.#life?.watch(people);
  }

  /** Hears of a new message of somebody else that nobody looks at, in one tab of all: the place for a sound. */
  onNews(ear: (message: Message) => void): () => void {
    this.#newsEars.add(ear);
    return () => this.#newsEars.delete(ear);
  }

  /** Whether a file has not arrived yet. */
  get isUploading(): boolean {
    return this.#life?.outbox.isUploading ?? false;
  }

  /** Tries at once instead of waiting, and asks whether an open link is alive. */
  retry(): void {
    this.#life?.doubt();
  }

  /** Leaves nothing of what was written and not sent in this browser. */
  forget(): void {
    const life = this.#life;
    for (const { client_id } of life?.outbox.entries ?? []) life?.outbox.discard(client_id);
  }

  /** Ends the session, and forgets what was not sent. */
  async logout(): Promise<void> {
    this.forget();
    await this.session.logout();
  }

  async #choose(tries: number): Promise<WireKind> {
    for (const kind of this.#kinds.slice(0, -1)) {
      try {
        if (await kind.isRouted(this.#platform)) return kind;
      } catch {
        // Nobody answers: what it speaks is not known yet.
        await new Promise<void>((done) => {
          this.#platform.later(backoff(this.#platform, tries), done);
        });
        return this.#choose(tries + 1);
      }
    }
    return this.#kinds.at(-1) ?? this.#kinds[0];
  }

  #follow(): void {
    const { me } = this.session.getSnapshot();
    const self = me ? String(me.id) : null;
    if (self === (this.#life?.book.self ?? null)) return;
    this.#end();
    if (self === null || !this.#wire || this.#isOver) return;
    this.#life = new Life(this.#platform, this.#wire, self, {
      list: () => this.#list(),
      besides: (told) => this.#besides(told),
      news: (message) => {
        const { me } = this.#life?.book.room(message.room) ?? {};
        if (me && isQuiet(me, this.#platform.now())) return;
        for (const ear of this.#newsEars) ear(message);
      },
    });
    this.#life.start();
  }

  #end(): void {
    this.#life?.stop();
    this.#life = null;
    this.#link.show(NO_LINK);
    this.#rooms.show(NO_ROOMS);
  }

  /** Once for all that is told in one go: there may be thousands of rooms to sort. */
  #list(): void {
    if (this.#isListing) return;
    this.#isListing = true;
    void Promise.resolve().then(() => {
      this.#isListing = false;
      this.#sort();
    });
  }

  #sort(): void {
    const { book } = this.#life ?? {};
    if (!book) return;
    const rooms = book.mine.sort(byActivity);
    const unread = { rooms: 0, messages: 0, mentions: 0 };
    for (const { me } of rooms) {
      if (!me || isQuiet(me, this.#platform.now())) continue;
      if (me.unread > 0 || me.unread_from !== null) unread.rooms += 1;
      unread.messages += me.unread;
      unread.mentions += me.mentions;
    }
    this.#rooms.show({ rooms, loaded: book.isWhole, unread });
  }

  #besides(told: Told): void {
    const { book } = this.#life ?? {};
    if (told.type === "link") this.#link.show(told.link);
    if (told.type === "limits") this.#limits.show(told.limits);
    if (told.type === "presence" && book) this.#presence.show(new Map(book.presence));
  }

  #mustBeIn<T>(value: T | null): T {
    if (value === null) throw new Error("nobody is logged in");
    return value;
  }
}

/** The chat of this page: `start()` it, and watch `session`, `link` and `rooms`. */
export function createChat(options?: ChatOptions): Chat {
  return new Chat(options);
}

const NO_ROOMS: RoomsSnapshot = {
  rooms: [],
  loaded: false,
  unread: { rooms: 0, messages: 0, mentions: 0 },
};

function isQuiet(
  { archived, muted_until }: { archived: boolean; muted_until: string | null },
  now: number,
) {
  return archived || (muted_until !== null && Date.parse(muted_until) > now);
}

function byActivity(one: RoomState, other: RoomState): number {
  const pinned = Number(other.me?.pinned ?? false) - Number(one.me?.pinned ?? false);
  const [a, b] = [activeAt(one), activeAt(other)];
  return pinned || (a < b ? 1 : a > b ? -1 : one.key < other.key ? 1 : -1);
}

/** All times are told alike, so that they sort as texts. */
function activeAt({ last, about }: RoomState): string {
  return last?.created_at ?? about?.created_at ?? "";
}
