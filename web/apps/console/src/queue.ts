// The queue: all cases that are not resolved, live, and as many of the resolved ones as somebody asked for.
import { asTrouble, type Trouble } from "@beseda/client";
import type { Case, CaseNews, CaseState, DeskCalls } from "@beseda/client/desk";
import { Observed } from "@beseda/client/order-rooms";

const UNRESOLVED: CaseState[] = ["new", "open", "waiting", "snoozed"];
/** Cases of a page. */
const PAGE = 100;
/** So many pages are asked for at most: whoever has more cannot answer them all at once. */
const PAGES = 10;

export type Tab = "new" | "mine" | "all";
export type Sort = "oldest" | "newest";

export interface QueueSnapshot {
  /** By the key of their room. */
  cases: ReadonlyMap<string, Case>;
  loaded: boolean;
  /** There are more than are shown. */
  isCut: boolean;
  trouble: Trouble | null;
  /** Where the resolved ones go on; null at their end, undefined before somebody asked. */
  resolvedNext: string | null | undefined;
}

const EMPTY: QueueSnapshot = {
  cases: new Map(),
  loaded: false,
  isCut: false,
  trouble: null,
  resolvedNext: undefined,
};

export class Queue extends Observed<QueueSnapshot> {
  readonly #calls: DeskCalls;
  /** What was heard while the list was asked for: newer than the answer may be. */
  #heard: Case[] | null = null;
  #turn = 0;

  constructor(calls: DeskCalls) {
    super(EMPTY);
    this.#calls = calls;
  }

  /** Somebody else is in, or nobody. */
  clear(): void {
    this.#turn += 1;
    this.#heard = null;
    this.show(EMPTY);
  }

  hear(news: CaseNews): void {
    if (news.type === "cases") void this.load();
    else {
      const { type: _, ...told } = news;
      this.put(told);
    }
  }

  /** A case as it is now. */
  put(told: Case): void {
    this.#heard?.push(told);
    const before = this.getSnapshot();
    this.show({ ...before, cases: new Map(before.cases).set(told.room, told) });
  }

  /** All that are not resolved, anew. */
  async load(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.#heard = [];
    const found: Case[] = [];
    let next: string | null = null;
    try {
      for (let page = 0; page === 0 || (next !== null && page < PAGES); page += 1) {
        const wish = { state: UNRESOLVED, sort: "oldest" as const, limit: PAGE, cursor: next };
        const part = await this.#calls.cases(wish);
        if (turn !== this.#turn) return;
        found.push(...part.items);
        next = part.next;
      }
    } catch (error) {
      if (turn === this.#turn) this.show({ ...this.getSnapshot(), trouble: asTrouble(error) });
      return;
    }
    const { cases, resolvedNext } = this.getSnapshot();
    const resolved = [...cases.values()].filter(({ state }) => state === "resolved");
    const all = [...resolved, ...found, ...this.#heard];
    this.#heard = null;
    this.show({
      cases: new Map(all.map((one) => [one.room, one])),
      loaded: true,
      isCut: next !== null,
      trouble: null,
      resolvedNext,
    });
  }

  /** A page more of the resolved ones. */
  async loadResolved(): Promise<void> {
    const { resolvedNext } = this.getSnapshot();
    if (resolvedNext === null) return;
    const turn = this.#turn;
    const wish = { state: ["resolved" as const], limit: PAGE, cursor: resolvedNext ?? null };
    const { items, next } = await this.#calls.cases(wish);
    if (turn !== this.#turn) return;
    const before = this.getSnapshot();
    const cases = new Map([...items.map((one) => [one.room, one] as const), ...before.cases]);
    this.show({ ...before, cases, resolvedNext: next });
  }

  /** The case of a room that is not in the list, such as a resolved one. */
  async find(room: string): Promise<Case> {
    const known = this.getSnapshot().cases.get(room);
    if (known) return known;
    const found = await this.#calls.case(room);
    this.put(found);
    return found;
  }
}

function isIn(tab: Tab, { state, assigned_to }: Case, self: string): boolean {
  if (tab === "new") return state === "new" || (assigned_to === null && state === "open");
  return tab === "all" || assigned_to === self;
}

/** Those that a tab shows, in order: whoever waits longest for an answer comes first, or last. */
export function listed(
  { cases }: QueueSnapshot,
  tab: Tab,
  { self, sort, resolved }: { self: string; sort: Sort; resolved: boolean },
): Case[] {
  const shown = [...cases.values()].filter(
    (one) => (one.state === "resolved") === resolved && isIn(tab, one, self),
  );
  return shown.sort(sort === "oldest" ? byWaiting : (one, other) => activity(other, one));
}

/** So many that are not resolved. */
export const countOf = (queue: QueueSnapshot, tab: Tab, self: string): number =>
  listed(queue, tab, { self, sort: "newest", resolved: false }).length;

/** Those who wait for us, longest first; then the others. */
function byWaiting(one: Case, other: Case): number {
  const turn = Number(other.owes === "us") - Number(one.owes === "us");
  return turn || compare(one.since, other.since) || compare(one.room, other.room);
}

const activity = (one: Case, other: Case): number =>
  compare(one.about.active_at, other.about.active_at) || compare(one.room, other.room);

/** All times are told alike, so that they sort as texts. */
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
