// What somebody has typed and not sent, one text for each room, in this browser only; its tabs agree.
import type { Watched } from "@beseda/client";
import { type Keep, keepIn, Observed } from "@beseda/client/order-rooms";

/** A draft older than this is forgotten: 30 days, in milliseconds. */
const KEPT = 30 * 24 * 3600 * 1000;

/** Texts by the keys of rooms. */
export type DraftsSnapshot = ReadonlyMap<string, string>;

export class Drafts implements Watched<DraftsSnapshot> {
  readonly getSnapshot;
  readonly subscribe;
  readonly #told = new Observed<DraftsSnapshot>(new Map());
  readonly #keep: Keep;
  /** Milliseconds since 1970. */
  readonly #now: () => number;
  /** What the keys of this person's drafts begin with. */
  readonly #prefix: string;
  #ended = false;

  constructor(keep: Keep, person: string, now: () => number) {
    this.#keep = keep;
    this.#now = now;
    this.#prefix = `bs-draft:${encodeURIComponent(JSON.stringify(person))}:`;
    this.getSnapshot = this.#told.getSnapshot;
    this.subscribe = this.#told.subscribe;
    this.read();
  }

  get(room: string): string {
    return this.getSnapshot().get(room) ?? "";
  }

  set(room: string, text: string): void {
    if (this.#ended || text === this.get(room)) return;
    const drafts = new Map(this.getSnapshot());
    if (text.trim()) {
      drafts.set(room, text);
      this.#keep.set(this.#prefix + room, JSON.stringify({ text, at: this.#now() }));
    } else {
      drafts.delete(room);
      this.#keep.remove(this.#prefix + room);
    }
    this.#told.show(drafts);
  }

  /** Forgets all of them, and keeps no more: a field that goes away says once more what was in it. */
  end(): void {
    this.#ended = true;
    for (const key of this.#keep.keys(this.#prefix)) this.#keep.remove(key);
    this.#told.show(new Map());
  }

  /** What is kept, also by another tab. */
  read(): void {
    const drafts = new Map<string, string>();
    for (const key of this.#keep.keys(this.#prefix)) {
      try {
        const { text, at } = JSON.parse(this.#keep.get(key) ?? "");
        if (this.#now() - at > KEPT) throw new Error("too old");
        drafts.set(key.slice(this.#prefix.length), String(text));
      } catch {
        this.#keep.remove(key);
      }
    }
    this.#told.show(drafts);
  }

  /** Whether a key of the browser's storage is one of these; null stands for all of them. */
  has(key: string | null): boolean {
    return key === null || key.startsWith(this.#prefix);
  }
}

let known: Drafts | null = null;
let owner = "";

/** The drafts of whoever is logged in. */
export function draftsOf(person: string): Drafts {
  if (!known || owner !== person) {
    known = new Drafts(keepIn(storage()), person, Date.now);
    owner = person;
  }
  return known;
}

/** Forgets the drafts of whoever leaves, and begins anew should they come back. */
export function forgetDrafts(person: string): void {
  draftsOf(person).end();
  known = null;
}

function storage(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    // Reading the property itself throws where cookies are blocked.
    return null;
  }
}
