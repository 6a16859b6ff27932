// Reads a room's past over REST, oldest-first pages walked from the end, so that no hole can open.

import { asTrouble } from "../trouble.ts";
import type { ChatApi, MessagePage } from "./api.ts";
import type { Stretch } from "./reading.ts";
import type { Timeline } from "./timeline.ts";
import type { Message } from "./words.ts";

/** Messages in a page of older history. */
export const PAGE = 50;
/** Messages in a page when a stretch is read again. */
const WIDE_PAGE = 200;
/** So many wide pages are read at most; what lies further back is forgotten and loaded on demand. */
const WIDEST = 25;

/** Everything from `id` (or earlier) to the newest message; null when that is too much. */
export async function readBackTo(api: ChatApi, room: number, id: number): Promise<Stretch | null> {
  let messages: Message[] = [];
  let skipped: number[] = [];
  let page: number | "last" = "last";
  for (let read = 0; read < WIDEST; read += 1) {
    const told: MessagePage = await api.getMessagePage(room, { page, pageSize: WIDE_PAGE });
    // New messages do not move a page that is told oldest first; a deletion only repeats some.
    messages = [...told.results, ...messages];
    skipped = [...told.skipped, ...skipped];
    const number: number = page === "last" ? Math.max(1, Math.ceil(told.count / WIDE_PAGE)) : page;
    const first = messages[0];
    if (number === 1 || (first && first.id <= id)) return { messages, skipped };
    page = number - 1;
  }
  return null;
}

/** Walks from the first loaded message towards the beginning, a page at a time. */
export class OlderPages {
  readonly #api: ChatApi;
  readonly #room: number;
  /** The page that comes next; null when it has to be found. */
  #page: number | null = null;

  constructor(api: ChatApi, room: number) {
    this.#api = api;
    this.#room = room;
  }

  /** The loaded part changed its beginning in another way. */
  forget(): void {
    this.#page = null;
  }

  /** Loads about a page into `timeline`. */
  async load(timeline: Timeline): Promise<void> {
    let page = this.#page ?? (await this.#find(timeline));
    let loaded = 0;
    while (page > 0 && loaded < PAGE / 2) {
      const before = await this.#read(page, timeline);
      if (!before) {
        // The room shrank below the page: look again where we are.
        this.#page = null;
        return;
      }
      page -= 1;
      loaded += before.length;
      timeline.prepend(before, page > 0 ? "some" : "none");
    }
    this.#page = page;
    if (page === 0) timeline.prepend([], "none");
  }

  async #find(timeline: Timeline): Promise<number> {
    const { count, results } = await this.#ask("last");
    const upTo = results.at(-1)?.id ?? 0;
    return Math.ceil(Math.max(0, count - timeline.standing(upTo)) / PAGE);
  }

  /** What lies before the first loaded message, without a hole; null when the page is not there. */
  async #read(page: number, timeline: Timeline): Promise<Message[] | null> {
    const first = timeline.first?.message.id ?? 0;
    const before: Message[] = [];
    for (let next = page; ; next += 1) {
      let told: MessagePage;
      try {
        told = await this.#ask(next);
      } catch (error) {
        if (asTrouble(error).kind === "missing") return before.length > 0 ? before : null;
        throw error;
      }
      before.push(...told.results.filter(({ id }) => id < first));
      // Done where the pages meet what is loaded; usually at once, because pages align.
      const meets = told.results.some(({ id }) => id >= first) || !told.next;
      const aligned = told.count - next * PAGE === timeline.standing(Number.POSITIVE_INFINITY);
      if (meets || aligned) return before;
    }
  }

  #ask(page: number | "last"): Promise<MessagePage> {
    return this.#api.getMessagePage(this.#room, { page, pageSize: PAGE });
  }
}
