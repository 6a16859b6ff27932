// The client's law: what one had, with the changes since, is what one would be told anew.
import { describe, expect, test } from "vitest";
import { apply, fresh, type RoomState, read } from "../../src/changes.ts";
import type { Changes, Message } from "../../src/words.ts";
import { personOf, Server } from "./server.ts";
import { seeded } from "./time.ts";

const PEOPLE = ["anna", "boris", "vera"];
const ROOM = "deal:17";

function told(server: Server, person: string, cursor: string | null, limit: number): Changes {
  const changes = server.changes(ROOM, person, cursor, limit);
  if ("status" in changes) throw new Error(changes.code);
  return changes;
}

function catchUp(server: Server, person: string, room: RoomState, limit: number): RoomState {
  let next = room;
  for (let more = true; more; ) {
    const page = told(server, person, next.cursor, limit);
    next = apply(next, page, person);
    more = page.more;
  }
  return next;
}

/** What a room is for the one who looks at it. */
function seen({ me, messages, members, about, seq, head, stale }: RoomState) {
  const sorted = [...members].sort((a, b) => (a.person.id < b.person.id ? -1 : 1));
  return { me, messages, members: sorted, title: about?.title, seq, head, stale };
}

function change(server: Server, random: () => number): void {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const person = pick(PEOPLE);
  const { length } = server.messages(ROOM, "anna");
  const seq = 1 + Math.floor(random() * length);
  const turn = random();
  if (turn < 0.4) {
    const client_id = `${random()}`;
    server.send(ROOM, person, { client_id, text: "раз", mentions: random() < 0.3 ? ["anna"] : [] });
  } else if (turn < 0.55) server.read(ROOM, person, seq);
  else if (turn < 0.65) server.edit(ROOM, person, seq, "два");
  else if (turn < 0.72) server.erase(ROOM, person, seq);
  else if (turn < 0.82) server.react(ROOM, person, seq, pick(["👍", "❤️"]), random() < 0.6);
  else if (turn < 0.88) server.rename(ROOM, `${random()}`);
  else if (turn < 0.94) server.view(ROOM, person, { pinned: random() < 0.5 });
  else if (random() < 0.5) server.leave(ROOM, "vera");
  else server.join(ROOM, "vera");
}

describe("the reducer", () => {
  test.each(Array.from({ length: 200 }, (_, seed) => seed + 1))(
    "keeps the law, seed %i",
    (seed) => {
      const random = seeded(seed);
      const server = new Server();
      server.make(ROOM, PEOPLE);
      let room = catchUp(server, "anna", fresh(ROOM), 500);
      for (let round = 0; round < 12; round += 1) {
        const times = Math.floor(random() * 12);
        for (let turn = 0; turn < times; turn += 1) change(server, random);
        const { cursor } = room;
        room = catchUp(server, "anna", room, 1 + Math.floor(random() * 5));
        // What is told twice changes nothing.
        if (random() < 0.3) room = apply(room, told(server, "anna", cursor, 500), "anna");
        expect(seen(room)).toEqual(seen(catchUp(server, "anna", fresh(ROOM), 500)));
      }
    },
  );

  test("a cursor of another epoch forgets all that was known", () => {
    const server = new Server();
    server.make(ROOM, PEOPLE);
    const copy = server.backup();
    for (let turn = 0; turn < 5; turn += 1) {
      server.send(ROOM, "boris", { client_id: `${turn}`, text: `${turn}` });
    }
    const before = catchUp(server, "anna", fresh(ROOM), 50);
    expect(before.me?.unread).toBe(5);
    server.restore(copy);
    server.send(ROOM, "boris", { client_id: "new", text: "после" });
    const after = catchUp(server, "anna", before, 50);
    expect(after.messages.map(({ text }) => text)).toEqual(["после"]);
    expect(after.me?.unread).toBe(1);
  });

  test("very many changes later it has the newest messages, and no more of them than it keeps", () => {
    const message = (seq: number): Message => ({
      room: ROOM,
      seq,
      head: seq,
      sent: seq,
      author: personOf("boris"),
      kind: "text",
      text: `${seq}`,
      files: [],
      reply_to: null,
      mentions: [],
      reactions: [],
      pinned: null,
      custom: null,
      created_at: "2026-03-12T09:00:00.000000Z",
      edited_at: null,
      erased_at: null,
      client_id: null,
    });
    const ALL = 10_000;
    const PAGE = 1_000;
    const server = new Server();
    server.make(ROOM, PEOPLE);
    let room = catchUp(server, "anna", fresh(ROOM), 50);
    let most = 0;
    for (let first = 1; first < ALL; first += PAGE) {
      const messages = Array.from({ length: PAGE }, (_, index) => message(first + index));
      // An old one was edited late: it is told among the newest.
      if (first > ALL - PAGE) messages.push({ ...message(7), head: ALL + 1, text: "позже" });
      const more = first + PAGE < ALL;
      const at = { head: ALL + 1, seq: ALL, cursor: `1.${first + PAGE}.0` };
      const rest = { about: null, me: null, members: null, receipts: [], more, reset: false };
      room = apply(room, { room: ROOM, ...at, ...rest, messages }, "anna", 500);
      most = Math.max(most, room.messages.length);
    }
    expect(most).toBe(500);
    expect(room.messages.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 500 }, (_, index) => ALL - 499 + index),
    );
    // Whether the old one has been counted, nobody remembers: the server is asked.
    expect([room.floor, room.stale]).toEqual([ALL - 499, true]);
  });

  test("a mark counts at once what is left", () => {
    const server = new Server();
    server.make(ROOM, PEOPLE);
    for (const author of ["boris", "anna", "vera", "boris"]) {
      server.send(ROOM, author, { client_id: author, text: author, mentions: ["anna"] });
      server.send(ROOM, author, { client_id: `${author} 2`, text: author });
    }
    const room = catchUp(server, "anna", fresh(ROOM), 50);
    expect(room.me).toMatchObject({ unread: 4, mentions: 2 });
    const some = read(room, 3, "anna");
    server.read(ROOM, "anna", 3);
    expect(some.me).toEqual(server.me(ROOM, "anna"));
    expect(read(some, 99, "anna").me).toMatchObject({ read_seq: 6, unread: 0, mentions: 0 });
  });
});
