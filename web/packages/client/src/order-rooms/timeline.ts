// The loaded part of a room: the newest messages without a hole, however they arrived.
import type { Stretch } from "./reading.ts";
import type { Message } from "./words.ts";

/** A message with what this client knows about it besides. */
export interface Item {
  message: Message;
  /** The id under which this browser sent it: keeps the bubble the same when the ack arrives. */
  clientId: string | null;
  /** It was changed while this client was watching. */
  edited: boolean;
  /** It was deleted while this client was watching; the place stays, so that nothing jumps. */
  erased: boolean;
}

/** Whether there is more before the first item. */
export type Older = "unknown" | "some" | "none";

export class Timeline {
  #items: readonly Item[] = [];
  #older: Older = "unknown";
  /** Rises with every change that was heard live, to tell what is newer than a page that was asked for. */
  #tick = 0;
  readonly #touched = new Map<number, number>();
  readonly #erased = new Set<number>();

  get items(): readonly Item[] {
    return this.#items;
  }

  get older(): Older {
    return this.#older;
  }

  get tick(): number {
    return this.#tick;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  get last(): Item | undefined {
    return this.#items.at(-1);
  }

  /** How many items, up to `id`, still stand on the server. */
  standing(upTo: number): number {
    return this.#items.filter(({ message, erased }) => !erased && message.id <= upTo).length;
  }

  has(id: number): boolean {
    return this.#items.some(({ message }) => message.id === id);
  }

  /** Starts over with the newest messages, oldest first. */
  reset(newest: readonly Message[], older: Older): void {
    const edited = new Set(
      this.#items.filter((item) => item.edited).map(({ message }) => message.id),
    );
    this.#items = sorted(newest)
      .filter(({ id }) => !this.#erased.has(id))
      .map((message) => ({ ...fresh(message), edited: edited.has(message.id) }));
    this.#older = older;
  }

  /** A message heard live. True when it was not there before. */
  put(message: Message, clientId: string | null): boolean {
    this.#touch(message.id);
    if (this.#erased.has(message.id)) return false;
    const first = this.first;
    // Before the loaded part: it will come with its page, and would make a hole now.
    if (first && message.id < first.message.id && this.#older !== "none") return false;
    const isNew = !this.has(message.id);
    this.#merge([message]);
    if (clientId) this.tag(message.id, clientId);
    return isNew;
  }

  /** Remembers under which id a message was sent; an earlier guess about that id gives way. */
  tag(id: number, clientId: string): void {
    this.#items = this.#items.map((item) => {
      if (item.message.id === id) return { ...item, clientId };
      return item.clientId === clientId ? { ...item, clientId: null } : item;
    });
  }

  update(message: Message): void {
    this.#touch(message.id);
    this.#change(message.id, (item) => renewed(item, message));
  }

  erase(id: number): void {
    this.#touch(id);
    this.#erased.add(id);
    this.#change(id, (item) => ({ ...item, erased: true }));
  }

  /** Puts the messages just before the first item. */
  prepend(messages: readonly Message[], older: Older): void {
    const first = this.first?.message.id ?? Number.POSITIVE_INFINITY;
    const before = sorted(messages).filter(({ id }) => id < first && !this.#erased.has(id));
    this.#items = [...before.map(fresh), ...this.#items];
    this.#older = older;
  }

  /**
   * Takes over what the server told about a stretch: all messages from `from` (-Infinity: from the
   * very first) to the last of `told`. What is missing there was deleted, unless it may be what was
   * skipped. Anything heard live after `tick` is newer than `told` and stays.
   */
  reconcile(told: Stretch, from: number, tick: number = this.#tick): void {
    const stretch = sorted(told.messages).filter(({ id }) => id >= from);
    const whole = from === Number.NEGATIVE_INFINITY;
    const upTo = stretch.at(-1)?.id ?? (whole ? Number.POSITIVE_INFINITY : 0);
    const ids = new Set([...stretch.map(({ id }) => id), ...told.skipped]);
    const anyId = told.skipped.includes(Number.NaN);
    const newer = (id: number) => (this.#touched.get(id) ?? 0) > tick;
    for (const { message } of this.#items) {
      const { id } = message;
      const missing = id >= from && id <= upTo && !ids.has(id);
      const gone = missing && !anyId && !newer(id);
      if (gone) this.#erased.add(id);
    }
    this.#items = this.#items.map((item) =>
      this.#erased.has(item.message.id) && !item.erased ? { ...item, erased: true } : item,
    );
    this.#merge(stretch.filter(({ id }) => !this.#erased.has(id) && !newer(id)));
    if (whole) this.#older = "none";
  }

  #merge(messages: readonly Message[]): void {
    const byId = new Map(this.#items.map((item) => [item.message.id, item]));
    for (const message of messages) {
      const known = byId.get(message.id);
      byId.set(message.id, known ? renewed(known, message) : fresh(message));
    }
    this.#items = [...byId.values()].sort((a, b) => a.message.id - b.message.id);
  }

  #change(id: number, change: (item: Item) => Item): void {
    this.#items = this.#items.map((item) => (item.message.id === id ? change(item) : item));
  }

  #touch(id: number): void {
    this.#tick += 1;
    this.#touched.set(id, this.#tick);
  }
}

function fresh(message: Message): Item {
  return { message, clientId: null, edited: false, erased: false };
}

function renewed(item: Item, message: Message): Item {
  const edited = item.edited || item.message.message !== message.message;
  // A mark never moves back, whatever an older page says.
  const is_read = item.message.is_read || message.is_read;
  const same = !edited && is_read === item.message.is_read;
  return same ? item : { ...item, edited, message: { ...message, is_read } };
}

function sorted(messages: readonly Message[]): Message[] {
  return [...messages].sort((a, b) => a.id - b.id);
}
