// People and orders as the host has them: by number, by text, and below zero who was deleted there.
import { describe, expect, test } from "vitest";
import { hear } from "../../src/order-rooms/frames.ts";
import { Outbox } from "../../src/order-rooms/outbox.ts";
import { readMessage, readRoom } from "../../src/order-rooms/reading.ts";
import { type Id, inKey } from "../../src/people.ts";
import { message, openRoom, settle, World } from "./world.ts";

const ANNA = "3f2c9b1e-7d54-4e0a-9c11-1b2d3c4e5f60";
const BORIS = "a81b6c0d-22f4-4b8e-8f0e-93a7d1c2b3e4";

/** Two people of one host. */
const TOWNS: [Id, Id][] = [
  [1, 2],
  [ANNA, BORIS],
  ["auth0|5f7c:5", "auth0|5f7c"],
  ["0042", 42],
  [7, "7"],
  ["7", 7],
  ["110169484474386276334", "110169484474386276335"],
  [2 ** 40 + 1, 1],
];

function worldOf(me: Id, other: Id): World {
  const world = new World();
  Object.assign(world, { me, other, order: "b2a0-17" });
  return world;
}

const nothing = { say: () => false, doubt: () => undefined, changed: () => undefined };
const outboxOf = (world: World, person: Id) => new Outbox(world.platform, person, 5, nothing);

describe.each(TOWNS)("%j with %j in one room", (me, other) => {
  test("own and other messages are told apart, in the history and live", async () => {
    const world = worldOf(me, other);
    world.messages = [message(1, me), message(2, other)];
    world.unread = 1;
    const { client, room } = await openRoom(world);
    const { items, firstUnread } = room.getSnapshot();
    expect(items.map(({ message }) => message.sender?.id)).toEqual([me, other]);
    expect(firstUnread).toBe(2);
    room.markAsRead();
    world.socket.hear({ type: "chat_message", message: message(3, me) });
    expect(room.getSnapshot().unread).toBe(false);
    world.socket.hear({ type: "chat_message", message: message(4, other) });
    expect(room.getSnapshot().unread).toBe(true);
    expect(client.session.getSnapshot().me?.id).toBe(me);
  });

  test("an echo settles what is one's own, and a history that one cannot mistake", async () => {
    const world = worldOf(me, other);
    const { room } = await openRoom(world);
    room.send("то же самое");
    const said = world.socket.of("chat_message")[0];
    // The other one says the very same before the echo of one's own comes.
    const theirs = message(1, other, "то же самое");
    world.socket.hear({ type: "chat_message", message: theirs });
    world.socket.end(1006);
    world.messages = [theirs];
    await world.pass(3_500);
    world.socket.hear(world.history());
    await settle();
    expect(room.getSnapshot().unsent).toHaveLength(1);
    const mine = message(2, me, "то же самое");
    world.socket.hear({ type: "chat_message", message: mine, client_id: said?.client_id });
    expect([...world.kept.keys()].filter((key) => key.startsWith("bs-out:"))).toEqual([]);
    expect(room.getSnapshot().unsent).toEqual([]);
  });

  test("only the other one's mark is a receipt", async () => {
    const world = worldOf(me, other);
    const { client, room } = await openRoom(world);
    const told = world.room();
    const marks = ["2026-03-12T09:40:00Z", "2026-03-12T09:30:00Z"];
    for (const [index, one] of told.participants.entries()) {
      one.last_read_at = marks[index] ?? null;
    }
    world.answer = (_, path) =>
      path === "/api/chat/rooms/"
        ? { status: 200, headers: { get: () => null }, text: async () => JSON.stringify([told]) }
        : null;
    await client.list.refresh();
    expect(room.getSnapshot().readUpTo).toBe(Date.parse("2026-03-12T09:30:00Z"));
    expect(client.list.getSnapshot().rooms?.[0]?.order).toBe("b2a0-17");
  });

  test("who types is named as the host does, and stops with a message of that one alone", async () => {
    const world = worldOf(me, other);
    const { room } = await openRoom(world);
    const heard: [Id, boolean][] = [];
    room.onTyping((id, is) => heard.push([id, is]));
    world.socket.hear({ type: "user_typing", user_id: other, is_typing: true });
    expect(room.getSnapshot().typing).toEqual([other]);
    world.socket.hear({ type: "chat_message", message: message(1, me) });
    expect(room.getSnapshot().typing).toEqual([other]);
    world.socket.hear({ type: "chat_message", message: message(2, other) });
    expect(room.getSnapshot().typing).toEqual([]);
    expect(heard).toEqual([[other, true]]);
  });

  test("neither finds in this browser what the other one has not sent", () => {
    const world = worldOf(me, other);
    outboxOf(world, me).add("тоже моё");
    expect(outboxOf(world, me).entries.map(({ text }) => text)).toEqual(["тоже моё"]);
    expect(outboxOf(world, other).entries).toEqual([]);
  });

  test("a logout takes one's own from this browser, and leaves what is the other one's", async () => {
    const world = worldOf(me, other);
    outboxOf(world, other).add("тоже чужое");
    const foreign = [...world.kept.keys()].sort();
    const { client, room } = await openRoom(world);
    room.send("тоже моё");
    expect(world.kept.size).toBeGreaterThan(foreign.length);
    await client.logout();
    expect([...world.kept.keys()].sort()).toEqual(foreign);
  });
});

describe("keys in local storage", () => {
  test("of numbers are what they were", () => {
    const world = new World();
    outboxOf(world, 7).add("дальше");
    const [unsent] = [...world.kept.keys()];
    expect(unsent).toMatch(/^bs-out:7:5:[0-9a-f-]{36}$/);
  });

  test.each(["a:5", "%3A", "7", "'", "😀", "\ud83d", "auth0|5f7c"])("%j stands apart", (id) => {
    expect(inKey(id)).not.toMatch(/:/);
    expect(JSON.parse(decodeURIComponent(inKey(id)))).toBe(id);
  });
});

describe("an order with a text", () => {
  test("is asked for by it, and told by it", async () => {
    const world = worldOf(ANNA, BORIS);
    const { client } = await openRoom(world);
    world.answer = (method, _, { body }) =>
      method === "POST"
        ? {
            status: 201,
            headers: { get: () => null },
            text: async () =>
              JSON.stringify({ ...world.room(), order: JSON.parse(body ?? "").order_id }),
          }
        : null;
    for (const order of ["b2a0-17", "0042", "заказ 5", 17]) {
      expect((await client.api.createRoomForOrder(order)).order).toBe(order);
    }
  });
});

describe("somebody who was deleted", () => {
  test("is told like any other, by a number below zero", async () => {
    const world = worldOf(6, 2);
    world.messages = [message(1, -6), message(2, 6)];
    world.unread = 1;
    const { room } = await openRoom(world);
    const { items, firstUnread } = room.getSnapshot();
    expect(items.map(({ message: { sender, sender_name } }) => [sender?.id, sender_name])).toEqual([
      [-6, "Имя-6"],
      [6, "Имя6"],
    ]);
    // Who has the number now is somebody else.
    expect(firstUnread).toBe(1);
    expect(room.getSnapshot().isConnected).toBe(true);
  });

  test("stays in the room that they were in", () => {
    const told = worldOf(ANNA, -6).room();
    expect(readRoom(told)?.participants.map(({ user }) => user.id)).toEqual([ANNA, -6]);
  });
});

test.each(["", null, undefined, true, {}, [], ["7"]])("%j is nobody's id", (id) => {
  expect(hear(JSON.stringify({ type: "user_typing", user_id: id, is_typing: true }))).toBeNull();
  const sender = { ...message(1).sender, id };
  expect(readMessage({ ...message(1), sender })).toBeNull();
  const participants = [{ id: 1, user: sender, last_read_at: null, joined_at: "" }];
  expect(readRoom({ ...new World().room(), participants })?.participants).toEqual([]);
});
