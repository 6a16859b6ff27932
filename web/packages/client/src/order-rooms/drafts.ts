// What somebody has typed and not sent, one text for each room, in this browser only.
import { Observed } from "../observed.ts";
import { type Id, inKey } from "../people.ts";
import type { KeepingPlatform } from "../platform.ts";

/** A draft older than this is forgotten: 30 days, in milliseconds. */
const KEPT = 30 * 24 * 3600 * 1000;

/** Texts by the number of a room, or by its key. */
export type DraftsSnapshot = ReadonlyMap<number | string, string>;

export class Drafts extends Observed<DraftsSnapshot> {
  readonly #platform: KeepingPlatform;
  /** What the keys of this person's drafts begin with. */
  readonly #prefix: string;
  #ended = false;

  constructor(platform: KeepingPlatform, person: Id) {
    super(new Map());
    this.#platform = platform;
    this.#prefix = `bs-draft:${inKey(person)}:`;
    this.show(this.#load());
  }

  get(room: number | string): string {
    return this.getSnapshot().get(room) ?? "";
  }

  set(room: number | string, text: string): void {
    if (this.#ended || text === this.get(room)) return;
    const drafts = new Map(this.getSnapshot());
    if (text.trim()) {
      drafts.set(room, text);
      const kept = JSON.stringify({ text, at: this.#platform.now() });
      this.#platform.keep.set(this.#prefix + room, kept);
    } else {
      drafts.delete(room);
      this.#platform.keep.remove(this.#prefix + room);
    }
    this.show(drafts);
  }

  /** Forgets all of them, and keeps no more: a field that goes away says once more what was in it. */
  end(): void {
    this.#ended = true;
    for (const key of this.#platform.keep.keys(this.#prefix)) this.#platform.keep.remove(key);
    this.show(new Map());
  }

  #load(): Map<number | string, string> {
    const drafts = new Map<number | string, string>();
    for (const key of this.#platform.keep.keys(this.#prefix)) {
      try {
        const { text, at } = JSON.parse(this.#platform.keep.get(key) ?? "");
        if (this.#platform.now() - at > KEPT) throw new Error("too old");
        const room = key.slice(this.#prefix.length);
        drafts.set(/^\d+$/.test(room) ? Number(room) : room, String(text));
      } catch {
        this.#platform.keep.remove(key);
      }
    }
    return drafts;
  }
}
