// What one person wrote into one room and the server has not acknowledged yet: kept over reloads,
// said in order, one at a time, always under the same client id.

import { type Id, inKey } from "../people.ts";
import type { FileLike, KeepingPlatform } from "../platform.ts";
import { uuid7 } from "../uuid.ts";

/** No ack within this time puts the link in doubt, in milliseconds. */
const ACK_PATIENCE = 10_000;
/** So often one message is said without an ack before it counts as failed. */
const TRIES = 4;
/** A message that waited longer than this is not sent without asking, in milliseconds. */
const SHELF_LIFE = 24 * 3600 * 1000;
/** Refusals that pass by themselves, and the wait after one in milliseconds; it grows with each. */
const PASSING = new Set(["throttled", "busy", "server_error"]);
const PAUSE = 1_000;

/** What the keys of one person's unsent messages begin with. */
export const outboxPrefix = (person: Id): string => `bs-out:${inKey(person)}:`;

/** A message on its way. */
export interface Unsent {
  clientId: string;
  text: string;
  /** When it was written, ms since 1970. */
  at: number;
  failed: boolean;
  /** The code of the server's refusal; "" when there was none. */
  why: string;
  /** The file that goes with it. */
  upload?: Upload;
}

/** A file on its way. */
export interface Upload {
  file: FileLike;
  /** How much of it has gone, 0 to 1. */
  share: number;
  /** The server's own sentence why it was not taken, or "". */
  said: string;
}

/** What the outbox needs from its room. */
export interface OutboxWays {
  /** False when there is no link. */
  say(text: string, clientId: string): boolean;
  doubt(): void;
  changed(): void;
}

export class Outbox {
  readonly #platform: KeepingPlatform;
  readonly #prefix: string;
  readonly #ways: OutboxWays;
  #entries: Unsent[] = [];
  /** The client ids that may have reached the server: a history can hold their messages. */
  readonly #said = new Set<string>();
  readonly #tries = new Map<string, number>();
  #inFlight: string | null = null;
  #open = false;
  #callOff: (() => void) | null = null;

  constructor(platform: KeepingPlatform, person: Id, room: number, ways: OutboxWays) {
    this.#platform = platform;
    this.#prefix = `${outboxPrefix(person)}${room}:`;
    this.#ways = ways;
    this.#load();
  }

  get entries(): readonly Unsent[] {
    return this.#entries;
  }

  /** Whether the server may know the message although it has not acknowledged it. */
  maybeKnown(clientId: string): boolean {
    return this.#said.has(clientId);
  }

  add(text: string): Unsent {
    const at = this.#platform.now();
    const clientId = uuid7(at, this.#platform.bytes());
    const entry: Unsent = { clientId, text, at, failed: false, why: "" };
    this.#entries = [...this.#entries, entry];
    this.#keep(entry);
    this.#ways.changed();
    this.#next();
    return entry;
  }

  /** The link is whole: whatever waits is said, from the first. */
  start(): void {
    this.#open = true;
    this.#land();
    this.#next();
  }

  /** The link is gone: what was in flight will be said again. */
  stop(): void {
    this.#open = false;
    this.#land();
  }

  /** The server has the message. False when it was not one of ours. */
  settle(clientId: string): boolean {
    const known = this.#entries.some((entry) => entry.clientId === clientId);
    this.discard(clientId);
    return known;
  }

  /** The server refused the message in flight, or the one that it names. */
  refuse(clientId: string | null, code: string): void {
    const id = clientId ?? this.#inFlight;
    if (!id || !this.#entries.some((entry) => entry.clientId === id)) return;
    if (code === "deleted") {
      // An earlier try got through, and its message is deleted by now.
      this.discard(id);
      return;
    }
    if (PASSING.has(code)) {
      this.#land();
      const tries = this.#count(id);
      this.#callOff = this.#platform.later(PAUSE * tries, () => this.#next());
      return;
    }
    this.#fail(id, code);
  }

  retry(clientId: string): void {
    this.#tries.delete(clientId);
    this.#change(clientId, { failed: false, why: "", at: this.#platform.now() });
    this.#next();
  }

  discard(clientId: string): void {
    this.#entries = this.#entries.filter((entry) => entry.clientId !== clientId);
    this.#platform.keep.remove(this.#prefix + clientId);
    this.#tries.delete(clientId);
    if (this.#inFlight === clientId) this.#land();
    this.#ways.changed();
    this.#next();
  }

  #next(): void {
    if (!this.#open || this.#inFlight) return;
    this.#expire();
    const entry = this.#entries.find(({ failed }) => !failed);
    if (!entry) return;
    if (this.#count(entry.clientId) > TRIES) {
      this.#fail(entry.clientId, "");
      return;
    }
    this.#callOff?.();
    this.#callOff = null;
    if (!this.#ways.say(entry.text, entry.clientId)) return;
    this.#said.add(entry.clientId);
    this.#inFlight = entry.clientId;
    this.#callOff = this.#platform.later(ACK_PATIENCE, () => {
      this.#land();
      this.#ways.doubt();
      this.#next();
    });
  }

  #count(clientId: string): number {
    const tries = (this.#tries.get(clientId) ?? 0) + 1;
    this.#tries.set(clientId, tries);
    return tries;
  }

  #land(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#inFlight = null;
  }

  #fail(clientId: string, why: string): void {
    if (this.#inFlight === clientId) this.#land();
    this.#change(clientId, { failed: true, why });
    this.#next();
  }

  #expire(): void {
    const oldest = this.#platform.now() - SHELF_LIFE;
    for (const entry of this.#entries) {
      if (!entry.failed && entry.at < oldest) {
        this.#change(entry.clientId, { failed: true, why: "" });
      }
    }
  }

  #change(clientId: string, change: Partial<Unsent>): void {
    this.#entries = this.#entries.map((entry) => {
      if (entry.clientId !== clientId) return entry;
      const next = { ...entry, ...change };
      this.#keep(next);
      return next;
    });
    this.#ways.changed();
  }

  #keep({ clientId, ...rest }: Unsent): void {
    this.#platform.keep.set(this.#prefix + clientId, JSON.stringify(rest));
  }

  #load(): void {
    for (const key of this.#platform.keep.keys(this.#prefix)) {
      try {
        const rest = JSON.parse(this.#platform.keep.get(key) ?? "") as Omit<Unsent, "clientId">;
        const clientId = key.slice(this.#prefix.length);
        this.#entries.push({ ...rest, clientId });
        this.#said.add(clientId);
      } catch {
        this.#platform.keep.remove(key);
      }
    }
    this.#entries.sort((a, b) => a.at - b.at || (a.clientId < b.clientId ? -1 : 1));
    this.#expire();
  }
}
