// What belongs to the person who is logged in: the rooms, the outbox, the link, and who of the tabs has it.
import { Book, type BookEar, type Copy } from "./book.ts";
import type { RoomState } from "./changes.ts";
import { Outbox, type OutboxNote } from "./outbox.ts";
import { memoryStore, type Platform } from "./platform.ts";
import { ChatRoom } from "./room.ts";
import { Tabs } from "./tabs.ts";
import { asTrouble } from "./trouble.ts";
import type { Told, Wire } from "./wire.ts";
import type { Message } from "./words.ts";

/** Timers this late mean that the machine slept, in milliseconds. */
const NAP = 20_000;
const TICK = 5_000;
/** A room whose counts are in doubt is asked for after this time, in milliseconds. */
const SOON = 200;

/** What a tab wants of the one that leads. */
interface Wants {
  rooms: string[];
  looked: string[];
  people: string[];
  isVisible: boolean;
}

type Note =
  | { is: "told"; told: Told }
  | { is: "say"; told: Told }
  | { is: "wants"; wants: Wants; isNew: boolean }
  | { is: "copy"; copy: Copy }
  | { is: "room"; room: RoomState }
  | { is: "outbox"; note: OutboxNote }
  | { is: "typing"; room: string; on: boolean }
  | { is: "doubt" };

export interface LifeEar {
  list(): void;
  besides(told: Told): void;
  /** Heard in one tab alone: somebody wrote what nobody looks at. */
  news(message: Message): void;
}

export class Life {
  readonly book: Book;
  readonly outbox: Outbox;
  readonly #platform: Platform;
  readonly #wire: Wire;
  readonly #ear: LifeEar;
  readonly #tabs: Tabs<Note>;
  readonly #rooms = new Map<string, ChatRoom>();
  /** Whom this tab wants to know of. */
  #people: readonly string[] = [];
  #isVisible = true;
  /** What the other tabs want, where this one leads. */
  readonly #others = new Map<string, Wants>();
  #open = new Set<string>();
  #leader = "";
  readonly #asked = new Set<string>();
  readonly #marking = new Set<string>();
  #isOver = false;
  #lastTick = 0;
  #callOff: () => void = () => {};
  #offAround: () => void = () => {};

  constructor(platform: Platform, wire: Wire, self: string, ear: LifeEar) {
    this.#platform = platform;
    this.#wire = wire;
    this.#ear = ear;
    const name = `${platform.origin} ${self}`;
    this.book = new Book(self, this.#bookEar());
    this.outbox = new Outbox(platform, platform.store?.(name) ?? memoryStore(), {
      tell: (note) => this.#tabs.tell({ is: "outbox", note }),
      changed: (room) => this.#rooms.get(room)?.refresh(),
      sent: (message, client_id) =>
        this.#tell({ type: "sent", room: message.room, client_id, message }),
    });
    this.#tabs = new Tabs(platform, name, {
      leads: (is) => this.#leads(is),
      follows: (leader) => this.#follows(leader),
      heard: (note, from) => this.#heard(note, from),
      left: (tab) => {
        this.#others.delete(tab);
        this.#spread();
      },
    });
  }

  get leads(): boolean {
    return this.#tabs.leads;
  }

  start(): void {
    this.#tabs.start();
    void this.outbox.load();
    this.#offAround =
      this.#platform.around?.({
        online: () => this.doubt(),
        offline: () => this.#tabs.leads && this.#wire.lose(),
        visible: (is) => this.#see(is),
        leave: () => this.stop(),
      }) ?? (() => {});
    this.#lastTick = this.#platform.now();
    this.#tick();
  }

  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#callOff();
    this.#offAround();
    this.outbox.by(null);
    if (this.#tabs.leads) this.#wire.stop();
    this.#tabs.stop();
  }

  /** The room, the same one for everybody who asks. */
  room(key: string): ChatRoom {
    let room = this.#rooms.get(key);
    if (!room) {
      room = new ChatRoom(key, {
        platform: this.#platform,
        calls: this.#wire.calls,
        book: this.book,
        outbox: this.outbox,
        wants: () => this.#want(),
        read: (room, seq) => this.#say({ type: "read", room, seq }),
        view: (room, me) => this.#say({ type: "view", room, me }),
        typing: (room, on) => {
          if (this.#tabs.leads) this.#wire.typing(room, on);
          else this.#tabs.tell({ is: "typing", room, on });
        },
      });
      this.#rooms.set(key, room);
    }
    return room;
  }

  /** Tells from now on how these people are about. */
  watch(people: readonly string[]): void {
    this.#people = people;
    this.#want();
  }

  /** Something suggests that the link may be dead: a wake-up, a new network, a failed call. */
  doubt(): void {
    if (this.#tabs.leads) this.#wire.doubt();
    else {
      this.#tabs.check();
      this.#tabs.tell({ is: "doubt" });
    }
  }

  #bookEar(): BookEar {
    return {
      most: (key) => this.room(key).most,
      room: (key) => this.#rooms.get(key)?.refresh(),
      list: () => this.#ear.list(),
      besides: (told) => this.#ear.besides(told),
      stale: (key) => this.#ask(key),
      news: (message) => {
        if (this.#tabs.leads && !this.#isSeen(message.room)) this.#ear.news(message);
      },
    };
  }

  /** The wire has told this: every tab hears it. */
  #tell(told: Told): void {
    if (this.#isOver) return;
    this.#tabs.tell({ is: "told", told });
    this.#hear(told);
  }

  /** This tab knows this: its own book at once, the others by the one that leads. */
  #say(told: Told): void {
    if (this.#tabs.leads) this.#tell(told);
    else {
      this.#tabs.tell({ is: "say", told });
      this.#hear(told);
    }
  }

  #hear(told: Told): void {
    this.book.hear(told);
    switch (told.type) {
      case "link":
        if (told.link.phase === "open") this.outbox.start();
        else this.outbox.stop();
        for (const room of this.#rooms.values()) room.refresh();
        break;
      case "sent":
        this.outbox.sent(told.client_id, told.message.seq);
        if (!this.#rooms.has(told.room)) this.outbox.shown(told.client_id);
        break;
      case "typing":
        this.#rooms.get(told.room)?.hearTyping(told.person, told.on);
        break;
    }
    if (this.#tabs.leads && (told.type === "read" || told.type === "link")) this.#mark();
  }

  #leads(is: boolean): void {
    this.#leader = is ? this.#tabs.id : "";
    if (!is) {
      this.outbox.by(null);
      this.#wire.stop();
      this.#open.clear();
      this.#others.clear();
      return;
    }
    this.#open.clear();
    this.#wire.start({
      tell: (told) => this.#tell(told),
      since: () => (this.book.isWhole ? this.book.token : null),
      cursor: (key) => this.book.room(key).cursor,
    });
    this.#spread();
    this.outbox.by(this.#wire);
    void this.outbox.load();
  }

  #follows(leader: string): void {
    const isNew = this.#leader !== leader;
    this.#leader = leader;
    this.#tabs.tell({ is: "wants", wants: this.#wants(), isNew }, leader);
    if (!isNew) return;
    for (const [room, seq] of this.book.wanted) {
      this.#tabs.tell({ is: "say", told: { type: "read", room, seq } }, leader);
    }
  }

  #heard(note: Note, from: string): void {
    switch (note.is) {
      case "told":
        if (from === this.#leader) this.#hear(note.told);
        break;
      case "copy":
        if (from === this.#leader) this.book.take(note.copy, (key) => this.#keeps(key));
        break;
      case "room":
        if (from === this.#leader) this.book.takeRoom(note.room, true);
        break;
      case "outbox":
        this.outbox.hear(note.note);
        break;
      case "say":
        if (this.#tabs.leads) this.#tell(note.told);
        break;
      case "typing":
        if (this.#tabs.leads) this.#wire.typing(note.room, note.on);
        break;
      case "doubt":
        if (this.#tabs.leads) this.#wire.doubt();
        break;
      case "wants":
        if (this.#tabs.leads) this.#serve(from, note.wants, note.isNew);
        break;
    }
  }

  /** A tab says what it wants: it gets what is known of that, and hears the rest like everybody. */
  #serve(tab: string, wants: Wants, isNew: boolean): void {
    const had = new Set(isNew ? [] : this.#others.get(tab)?.rooms);
    this.#others.set(tab, wants);
    if (isNew) this.#tabs.tell({ is: "copy", copy: this.book.copy() }, tab);
    else {
      for (const key of wants.rooms) {
        const room = this.book.room(key);
        if (!had.has(key) && room.cursor !== null) this.#tabs.tell({ is: "room", room }, tab);
      }
    }
    this.#spread();
  }

  #keeps(key: string): boolean {
    return this.#rooms.get(key)?.isHeld === true;
  }

  #wants(): Wants {
    const rooms = [...this.#rooms.values()];
    return {
      rooms: rooms.filter(({ isHeld }) => isHeld).map(({ key }) => key),
      looked: rooms.filter(({ isLookedAt }) => isLookedAt).map(({ key }) => key),
      people: [...this.#people],
      isVisible: this.#isVisible,
    };
  }

  #want(): void {
    if (this.#isOver) return;
    if (this.#tabs.leads) this.#spread();
    else if (this.#leader) {
      this.#tabs.tell({ is: "wants", wants: this.#wants(), isNew: false }, this.#leader);
    }
  }

  /** What any tab wants is asked of the wire, once. */
  #spread(): void {
    if (!this.#tabs.leads) return;
    const all = [this.#wants(), ...this.#others.values()];
    const open = new Set(all.flatMap(({ rooms }) => rooms));
    const before = this.#open;
    this.#open = open;
    for (const key of before) if (!open.has(key)) this.#wire.close(key);
    for (const key of open) if (!before.has(key)) this.#wire.open(key);
    this.#wire.watch([...new Set(all.flatMap(({ people }) => people))]);
    this.#wire.away(!all.some(({ isVisible }) => isVisible));
  }

  #isSeen(key: string): boolean {
    return [this.#wants(), ...this.#others.values()].some(({ looked }) => looked.includes(key));
  }

  /** The counts of a room are in doubt: the tab that leads asks for it. */
  #ask(key: string): void {
    if (!this.#tabs.leads || this.#asked.has(key)) return;
    this.#asked.add(key);
    this.#platform.later(SOON, async () => {
      const { me } = this.book.room(key);
      let told: Told | null = null;
      try {
        told = { type: "about", room: await this.#wire.calls.room(key) };
      } catch (error) {
        if (asTrouble(error).kind === "missing") told = { type: "removed", room: key };
      }
      this.#asked.delete(key);
      const now = this.book.room(key);
      if (!now.stale || !this.#tabs.leads) return;
      // What has been told meanwhile may be newer than the answer.
      if (told && now.me === me) this.#tell(told);
      if (this.book.room(key).stale) this.#ask(key);
    });
  }

  /** Tells the server how far one has read, a room at a time until it has the furthest mark. */
  #mark(): void {
    if (this.book.link.phase !== "open") return;
    for (const [room, seq] of this.book.wanted) {
      if (this.#marking.has(room)) continue;
      this.#marking.add(room);
      this.#wire
        .read(room, seq)
        .then(
          () => true,
          (error) => asTrouble(error).kind !== "network",
        )
        .then((isHeard) => {
          this.#marking.delete(room);
          if (!isHeard || !this.#tabs.leads) return;
          this.#tell({ type: "marked", room, seq });
          this.#mark();
        });
    }
  }

  #see(is: boolean): void {
    this.#isVisible = is;
    this.#want();
    if (is) this.doubt();
  }

  #tick(): void {
    this.#callOff = this.#platform.later(TICK, () => {
      const now = this.#platform.now();
      if (now - this.#lastTick > NAP) this.doubt();
      this.#lastTick = now;
      // Somebody looks, and would not hear of anything from a leader that is asleep.
      if (this.#isVisible) this.#tabs.check();
      this.#tick();
    });
  }
}
