// The list of rooms.
import { describe, expect, test } from "vitest";
import { byActivity } from "../../src/order-rooms/rooms.ts";
import { message, openRoom, settle, World } from "./world.ts";

describe("the list of rooms", () => {
  test("stands by last activity", () => {
    const world = new World();
    const quiet = { ...world.room(), id: 1, created_at: "2026-03-12T09:00:30Z" };
    const old = { ...world.room(), id: 2, last_message: message(10) };
    const fresh = { ...world.room(), id: 3, last_message: message(60) };
    expect(byActivity([old, quiet, fresh]).map(({ id }) => id)).toEqual([3, 1, 2]);
  });

  test("is asked for every ten seconds while the page is visible, and when it is looked at again", async () => {
    const world = new World();
    const { client } = await openRoom(world);
    const asked = () => world.calls.filter(({ path }) => path === "/api/chat/rooms/").length;
    const release = client.list.watch();
    await settle();
    expect(asked()).toBe(1);
    await world.pass(20_500);
    expect(asked()).toBe(3);
    client.list.setVisible(false);
    await world.pass(60_000);
    expect(asked()).toBe(3);
    client.list.setVisible(true);
    await settle();
    expect(asked()).toBe(4);
    release();
    await world.pass(60_000);
    expect(asked()).toBe(4);
  });

  test("knows the open room's newest message and count at once", async () => {
    const world = new World();
    const { client, room } = await openRoom(world);
    client.list.watch();
    await settle();
    const [live] = world.write(1);
    world.socket.hear({ type: "chat_message", message: live });
    const row = () => client.list.getSnapshot().rooms?.[0];
    expect(row()).toMatchObject({ last_message: { id: live?.id }, unread_count: 1 });
    room.markAsRead();
    expect(row()).toMatchObject({ unread_count: 0 });
  });

  test("a failed answer keeps the last list, and puts links in doubt", async () => {
    const world = new World();
    const { client } = await openRoom(world);
    client.list.watch();
    await settle();
    await world.pass(5_000);
    world.answer = () => {
      throw new Error("no network");
    };
    await client.list.refresh();
    expect(client.list.getSnapshot()).toMatchObject({ trouble: { kind: "network" } });
    expect(client.list.getSnapshot().rooms).toHaveLength(1);
    await settle();
    expect(world.sockets).toHaveLength(2);
  });

  test("own messages count as read when somebody else's mark has reached them", async () => {
    const world = new World();
    const { client, room } = await openRoom(world);
    const told = world.room();
    const [, other] = told.participants;
    if (other) other.last_read_at = "2026-03-12T09:30:00.000001Z";
    world.answer = (_, path) =>
      path === "/api/chat/rooms/"
        ? { status: 200, headers: { get: () => null }, text: async () => JSON.stringify([told]) }
        : null;
    await client.list.refresh();
    expect(room.getSnapshot().readUpTo).toBe(Date.parse("2026-03-12T09:30:00Z"));
  });
});

test("a logout leaves nothing of what was not sent", async () => {
  const world = new World();
  const { client, room } = await openRoom(world);
  room.send("тоже личное");
  world.answer = (_, path) =>
    path === "/logout/"
      ? { status: 204, headers: { get: () => null }, text: async () => "" }
      : null;
  await client.logout();
  expect([...world.kept.keys()]).toEqual([]);
  expect(client.session.getSnapshot().state).toBe("out");
});
