// Who is in the small rooms at the top of the list: lists do not tell, so it is asked for, a room at a time.
import type { Chat, Member, RoomState, Watched } from "@beseda/client";
import { Observed } from "@beseda/client/order-rooms";

/** So many rooms at the top of the list show whom they are with. */
const FEW = 20;
/** In a bigger room no one name says whom it is with. */
const SMALL = 3;

type Company = ReadonlyMap<string, readonly Member[]>;

class Companies {
  readonly told = new Observed<Company>(new Map());
  readonly #chat: Chat;
  readonly #asked = new Set<string>();
  #isAsking = false;

  constructor(chat: Chat) {
    this.#chat = chat;
    chat.rooms.subscribe(() => void this.#ask());
    void this.#ask();
  }

  async #ask(): Promise<void> {
    if (!this.#chat.isIn) {
      this.#asked.clear();
      this.told.show(new Map());
      return;
    }
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (let room = this.#next(); room && this.#chat.isIn; room = this.#next()) {
      this.#asked.add(room.key);
      const found = await this.#chat.calls.room(room.key).catch(() => null);
      const members = found?.members;
      if (members) this.told.show(new Map(this.told.getSnapshot()).set(room.key, members));
    }
    this.#isAsking = false;
  }

  #next(): RoomState | undefined {
    const top = this.#chat.rooms.getSnapshot().rooms.slice(0, FEW);
    return top.find(
      ({ key, about, members }) =>
        (about?.member_count ?? SMALL + 1) <= SMALL &&
        about?.kind !== "private" &&
        members.length === 0 &&
        !this.#asked.has(key),
    );
  }
}

const all = new WeakMap<Chat, Companies>();

export function companyOf(chat: Chat): Watched<Company> {
  const one = all.get(chat) ?? new Companies(chat);
  all.set(chat, one);
  return one.told;
}
