// What people do with the chat while everything fails around them, and what has to hold afterwards.
// Where it happens is handed in: a world in memory, or a real server behind a proxy that fails as told.
import { expect } from "vitest";
import type { Chat } from "../../src/index.ts";
import type { Me, Member, Message } from "../../src/words.ts";

/** A tab in which somebody is logged in. */
export interface Seat {
  readonly chat: Chat;
}

export interface Stage {
  /** 0 ≤ n < 1. */
  random(): number;
  readonly people: readonly string[];
  readonly rooms: readonly string[];
  /** The tabs that somebody has open; at least one. */
  seats(person: string): Seat[];
  /** Lets something fail, and says what. */
  fail(): Promise<string>;
  pass(ms: number): Promise<void>;
  /** Everything works again, and has had the time to be told. */
  calm(): Promise<void>;
  /** What the server says to somebody of a room. */
  messages(room: string, person: string): Promise<Message[]>;
  members(room: string): Promise<Member[]>;
  me(room: string, person: string): Promise<Me | null>;
  /** How many links a person's browser has. */
  links(person: string): number;
}

/** Who has written what, in the order in which it was written. */
type Written = Map<string, string[]>;

export async function act(stage: Stage, steps: number, failures: number): Promise<Written> {
  const { random } = stage;
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const written: Written = new Map();
  const holds = new Map<Seat, Map<string, () => void>>();
  for (let step = 1; step <= steps; step += 1) {
    if (random() < failures) await stage.fail();
    const person = pick(stage.people);
    const seat = pick(stage.seats(person));
    if (seat.chat.isIn) {
      const room = pick(stage.rooms);
      const text = `${person} ${step}`;
      if (does(seat, room, text, holds)) {
        const name = `${person} ${room}`;
        written.set(name, [...(written.get(name) ?? []), text]);
      }
    }
    await stage.pass(random() < 0.1 ? random() * 20_000 : 10 + random() * 300);
  }
  return written;

  /** One thing that somebody does; true when they have written `text`. */
  function does(
    seat: Seat,
    key: string,
    text: string,
    holds: Map<Seat, Map<string, () => void>>,
  ): boolean {
    const room = seat.chat.room(key);
    const { messages, me } = room.getSnapshot();
    const some = messages.length > 0 ? pick(messages) : null;
    // What is refused, or gets lost, is nobody's matter here.
    const may = (call: Promise<unknown>) => void call.catch(() => undefined);
    const turn = random();
    if (turn < 0.4) {
      room.send(text);
      return true;
    }
    if (turn < 0.5) room.read();
    else if (turn < 0.55 && me) may(room.view({ pinned: !me.pinned }));
    else if (turn < 0.65 && some) may(room.react(some.seq, pick(["👍", "❤️"]), random() < 0.6));
    else if (turn < 0.72 && some) may(room.edit(some.seq, `${some.text}+`));
    else if (turn < 0.75 && some) may(room.erase(some.seq));
    else if (turn < 0.8) may(room.loadOlder());
    else {
      const held = holds.get(seat) ?? new Map<string, () => void>();
      holds.set(seat, held);
      const release = held.get(key);
      if (release) release();
      else held.set(key, room.hold());
      if (release) held.delete(key);
    }
    return false;
  }
}

/** Everything that was written is there once and in its order, and everybody sees the same. */
export async function holds(stage: Stage, written: Written): Promise<void> {
  await stage.calm();
  for (const person of stage.people) {
    for (const { chat } of stage.seats(person))
      for (const key of stage.rooms) chat.room(key).hold();
  }
  await stage.calm();
  for (const key of stage.rooms) {
    const members = await stage.members(key);
    for (const person of stage.people) {
      const told = await stage.messages(key, person);
      const me = await stage.me(key, person);
      for (const { chat } of stage.seats(person)) {
        const seen = chat.room(key).getSnapshot();
        expect(seen.live, `${person} is live in ${key}`).toBe(true);
        expect(seen.unsent, `${person} has sent all in ${key}`).toEqual([]);
        const { length } = seen.messages;
        expect(seen.messages.map(short), `${person} sees all of ${key}`).toEqual(
          told.slice(told.length - length).map(short),
        );
        expect(seen.messages).toEqual(told.slice(told.length - length));
        expect(length).toBeGreaterThanOrEqual(Math.min(told.length, 50));
        expect(seen.me, `${person} in ${key}`).toEqual(me);
        expect(byId(seen.members)).toEqual(byId(members));
      }
    }
    for (const person of stage.people) {
      const wrote = written.get(`${person} ${key}`) ?? [];
      const told = (await stage.messages(key, person)).filter(
        ({ author }) => author?.id === person,
      );
      expect(told.length, `${person} wrote so much in ${key}`).toBe(wrote.length);
      for (const [index, message] of told.entries()) {
        if (!message.erased_at) {
          expect(message.text.replaceAll("+", "")).toBe(wrote[index]);
        }
      }
    }
  }
  for (const person of stage.people) {
    const marks = await Promise.all(stage.rooms.map((key) => stage.me(key, person)));
    const messages = marks.reduce((sum, me) => sum + (me?.unread ?? 0), 0);
    for (const { chat } of stage.seats(person)) {
      const { rooms, unread } = chat.rooms.getSnapshot();
      expect(rooms.map(({ key }) => key).sort()).toEqual([...stage.rooms].sort());
      expect(unread.messages, `the badge of ${person}`).toBe(messages);
    }
    expect(stage.links(person), `links of ${person}`).toBe(1);
  }
}

const short = ({ seq, head, text }: Message) => `${seq} ${head} ${text}`;
const byId = (members: readonly Member[]) =>
  [...members].sort((a, b) => (a.person.id < b.person.id ? -1 : 1));
