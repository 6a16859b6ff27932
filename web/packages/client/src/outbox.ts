// What was written and the server has not acknowledged yet: kept over reloads and shared by all tabs,
// sent by one of them, in order within a room, one at a time, always under the same client id.
import { type FileLike, newStop, type Platform, type Stop, type Store } from "./platform.ts";
import { asTrouble, type Trouble } from "./trouble.ts";
import { uuid7 } from "./uuid.ts";
import type { Draft, Wire } from "./wire.ts";
import type { Message } from "./words.ts";

/** So often one message is tried although the server answers with faults. */
const TRIES = 4;
/** A message that waited longer than this is not sent without asking, in milliseconds. */
const SHELF_LIFE = 24 * 3600 * 1000;
/** The wait after a refusal that passes by itself, in milliseconds; it grows with each. */
const PAUSE = 1_000;
/** An upload that does not move for this long is broken off, in milliseconds. */
const STALLED = 30_000;

/** A file on its way with its message. */
export interface Upload {
  file: FileLike;
  /** How much of it has gone, 0 to 1. */
  share: number;
  /** What the server calls it, once it has it. */
  id: string | null;
}

/** A message on its way. */
export interface Unsent {
  client_id: string;
  room: string;
  text: string;
  /** When it was written, ms since 1970. */
  at: number;
  reply_to: number | null;
  mentions: string[];
  custom: Record<string, unknown> | null;
  files: readonly Upload[];
  /** `sent`: the server has it, and the room will show it in a moment. */
  state: "waiting" | "sent" | "refused";
  /** The code of the server's refusal, and its sentence; "" when there was none. */
  why: string;
  detail: string;
  /** Its number in the room, when it is `sent`. */
  seq: number;
}

/** What somebody wants to say. */
export interface Words {
  text: string;
  reply_to?: number | null;
  mentions?: string[];
  custom?: Record<string, unknown> | null;
  files?: readonly FileLike[];
}

/** What every tab hears about the outbox. */
export type OutboxNote = { put: Unsent } | { gone: string };

export interface OutboxWays {
  /** Other tabs hear it too. */
  tell(note: OutboxNote): void;
  changed(room: string): void;
  sent(message: Message, client_id: string): void;
}

export class Outbox {
  readonly #platform: Platform;
  readonly #store: Store;
  readonly #ways: OutboxWays;
  #entries: readonly Unsent[] = [];
  /** Set in the tab that sends. */
  #wire: Wire | null = null;
  #isOpen = false;
  readonly #busy = new Set<string>();
  readonly #paused = new Map<string, () => void>();
  readonly #tries = new Map<string, number>();
  readonly #stops = new Map<string, Stop>();
  #newest = 0;

  constructor(platform: Platform, store: Store, ways: OutboxWays) {
    this.#platform = platform;
    this.#store = store;
    this.#ways = ways;
  }

  get entries(): readonly Unsent[] {
    return this.#entries;
  }

  of(room: string): Unsent[] {
    return this.#entries.filter((entry) => entry.room === room);
  }

  /** Whether the bytes of a file are still wanted. */
  get isUploading(): boolean {
    return this.#entries.some(
      ({ state, files }) => state === "waiting" && files.some(({ id }) => id === null),
    );
  }

  /** Takes in what an earlier page, or another tab, has left. */
  async load(): Promise<void> {
    const kept = (await this.#store.all()) as Unsent[];
    for (const entry of kept) this.#place(entry, false);
    this.#pump();
  }

  add(room: string, words: Words): Unsent {
    const now = this.#platform.now();
    // Two of the same moment keep their order, also where the clock went back.
    this.#newest = Math.max(now, this.#newest + 1);
    const entry: Unsent = {
      client_id: uuid7(this.#newest, this.#platform.bytes()),
      room,
      text: words.text,
      at: now,
      reply_to: words.reply_to ?? null,
      mentions: words.mentions ?? [],
      custom: words.custom ?? null,
      files: (words.files ?? []).map((file) => ({ file, share: 0, id: null })),
      state: "waiting",
      why: "",
      detail: "",
      seq: 0,
    };
    this.#put(entry);
    this.#pump();
    return entry;
  }

  /** Sends again what was refused. */
  retry(client_id: string): void {
    const entry = this.#find(client_id);
    if (entry?.state !== "refused") return;
    this.#tries.delete(client_id);
    this.#put({ ...entry, state: "waiting", why: "", detail: "", at: this.#platform.now() });
    this.#pump();
  }

  /** Forgets it, and breaks off what is on its way of it. */
  discard(client_id: string): void {
    this.#gone(client_id);
    this.#ways.tell({ gone: client_id });
  }

  /** Another tab has said so. */
  hear(note: OutboxNote): void {
    if ("gone" in note) this.#gone(note.gone);
    else this.#place(note.put, true);
    this.#pump();
  }

  /** This tab sends from now on, whenever the link is open; null ends that. */
  by(wire: Wire | null): void {
    this.#wire = wire;
    if (wire) this.#pump();
    else this.stop();
  }

  /** The link is whole: whatever waits is sent, from the first. */
  start(): void {
    this.#isOpen = true;
    this.#tries.clear();
    for (const callOff of this.#paused.values()) callOff();
    this.#paused.clear();
    this.#pump();
  }

  stop(): void {
    this.#isOpen = false;
  }

  /** The server has it. */
  sent(client_id: string, seq: number): void {
    const entry = this.#find(client_id);
    if (!entry) return;
    void this.#store.remove(client_id);
    this.#replace({ ...entry, state: "sent", why: "", seq });
    this.#pump();
  }

  /** The room shows it. */
  shown(client_id: string): void {
    if (this.#find(client_id)) this.#gone(client_id);
  }

  #pump(): void {
    if (!this.#isOpen || !this.#wire) return;
    this.#expire();
    const rooms = new Set(this.#entries.map(({ room }) => room));
    for (const room of rooms) {
      if (this.#busy.has(room) || this.#paused.has(room)) continue;
      const next = this.of(room).find(({ state }) => state === "waiting");
      if (next) void this.#send(next, this.#wire);
    }
  }

  async #send(entry: Unsent, wire: Wire): Promise<void> {
    const { room, client_id } = entry;
    this.#busy.add(room);
    try {
      const files = await this.#upload(entry, wire);
      // Somebody may have discarded it meanwhile.
      if (this.#find(client_id)) {
        const message = await wire.send(room, draftOf(entry, files));
        this.#tries.delete(client_id);
        this.#ways.sent(message, client_id);
      }
    } catch (error) {
      this.#failed(client_id, asTrouble(error));
    } finally {
      this.#busy.delete(room);
      this.#pump();
    }
  }

  async #upload({ client_id, room, files }: Unsent, wire: Wire): Promise<string[]> {
    const ids: string[] = [];
    for (const [index, { file, id }] of files.entries()) {
      const stop = newStop();
      this.#stops.set(client_id, stop);
      let callOff = this.#platform.later(STALLED, () => stop.abort());
      const progress = (share: number) => {
        callOff();
        callOff = this.#platform.later(STALLED, () => stop.abort());
        this.#moved(client_id, index, { share: Math.floor(share * 100) / 100 });
      };
      try {
        const watch = { progress, signal: stop.signal };
        const told = id ?? (await wire.calls.upload(room, file, watch)).id;
        this.#moved(client_id, index, { share: 1, id: told });
        ids.push(told);
      } finally {
        callOff();
        this.#stops.delete(client_id);
      }
    }
    return ids;
  }

  #moved(client_id: string, index: number, change: Partial<Upload>): void {
    const entry = this.#find(client_id);
    const file = entry?.files[index];
    if (!entry || !file || (change.share === file.share && !change.id)) return;
    const files = entry.files.map((one) => (one === file ? { ...one, ...change } : one));
    if (change.id) this.#put({ ...entry, files });
    else {
      this.#replace({ ...entry, files });
      this.#ways.tell({ put: { ...entry, files } });
    }
  }

  #failed(client_id: string, trouble: Trouble): void {
    const entry = this.#find(client_id);
    if (!entry || entry.state === "sent") return;
    const { kind, status, retryAfter } = trouble;
    const tries = (this.#tries.get(client_id) ?? 0) + 1;
    // No answer is no refusal, however often; a fault of the server's is tried a few times.
    const isPassing = kind === "network" || kind === "throttled" || kind === "unauthenticated";
    if (isPassing || status === 503 || (kind === "server" && tries < TRIES)) {
      this.#tries.set(client_id, tries);
      const callOff = this.#platform.later(retryAfter || PAUSE * Math.min(tries, 30), () => {
        this.#paused.delete(entry.room);
        this.#pump();
      });
      this.#paused.set(entry.room, callOff);
      return;
    }
    if (trouble.code === "no_such_file" && entry.files.some(({ id }) => id) && tries < TRIES) {
      // It waited too long for its message: it goes once more.
      this.#tries.set(client_id, tries);
      this.#put({ ...entry, files: entry.files.map((one) => ({ ...one, id: null, share: 0 })) });
      return;
    }
    this.#put({ ...entry, state: "refused", why: trouble.code || kind, detail: trouble.detail });
  }

  #expire(): void {
    const oldest = this.#platform.now() - SHELF_LIFE;
    for (const entry of this.#entries) {
      if (entry.state === "waiting" && entry.at < oldest) {
        this.#put({ ...entry, state: "refused", why: "too_old" });
      }
    }
  }

  #find(client_id: string): Unsent | undefined {
    return this.#entries.find((entry) => entry.client_id === client_id);
  }

  /** Here, in the store, and in the other tabs. */
  #put(entry: Unsent): void {
    this.#replace(entry);
    void this.#store.put(entry.client_id, entry);
    this.#ways.tell({ put: entry });
  }

  /** What comes from elsewhere does not undo what is known here. */
  #place(entry: Unsent, isNews: boolean): void {
    const known = this.#find(entry.client_id);
    if (known && (!isNews || known.state === "sent")) return;
    this.#replace(entry);
  }

  #replace(entry: Unsent): void {
    const others = this.#entries.filter(({ client_id }) => client_id !== entry.client_id);
    this.#entries = [...others, entry].sort((a, b) => (a.client_id < b.client_id ? -1 : 1));
    this.#newest = Math.max(
      this.#newest,
      Number.parseInt(entry.client_id.replace("-", "").slice(0, 12), 16),
    );
    this.#ways.changed(entry.room);
  }

  #gone(client_id: string): void {
    const entry = this.#find(client_id);
    this.#stops.get(client_id)?.abort();
    this.#entries = this.#entries.filter((one) => one !== entry);
    void this.#store.remove(client_id);
    if (entry) this.#ways.changed(entry.room);
  }
}

function draftOf({ client_id, text, reply_to, mentions, custom }: Unsent, files: string[]): Draft {
  const draft: Draft = { client_id, text };
  if (reply_to !== null) draft.reply_to = reply_to;
  if (mentions.length > 0) draft.mentions = mentions;
  if (custom) draft.custom = custom;
  if (files.length > 0) draft.files = files;
  return draft;
}
