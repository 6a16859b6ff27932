// Coming back: no hole, nothing twice, and whatever was changed meanwhile.
import { describe, expect, test } from "vitest";
import type { OpenRoom } from "../../src/order-rooms/room.ts";
import { ME, message, OTHER, openRoom, settle, World } from "./world.ts";

const ids = (room: OpenRoom) =>
  room
    .getSnapshot()
    .items.filter(({ erased }) => !erased)
    .map(({ message }) => message.id);
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Loses the link and lets it come back, while `meanwhile` happens on the server. */
async function away(world: World, meanwhile: () => void) {
  world.socket.end(1006);
  meanwhile();
  await world.pass(3_500);
  world.socket.hear(world.history());
  await settle();
}

describe("resume", () => {
  test("a short absence leaves no hole and nothing twice", async () => {
    const world = new World();
    world.write(10);
    const { room } = await openRoom(world);
    await away(world, () => world.write(20));
    expect(ids(room)).toEqual(upTo(30));
  });

  test("a gap wider than the history is closed from pages, with what comes live meanwhile", async () => {
    const world = new World();
    world.write(60);
    const { room } = await openRoom(world);
    expect(ids(room)).toEqual(upTo(60, 11));
    world.socket.end(1006);
    world.write(730);
    await world.pass(3_500);
    world.socket.hear(world.history());
    const [live] = world.write(1);
    world.socket.hear({ type: "chat_message", message: live });
    await settle();
    expect(ids(room)).toEqual(upTo(791, 11));
  });

  test("frames twice and out of order still make one list in order", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    const [a, b, c] = world.write(3);
    for (const one of [b, a, b, c, a]) world.socket.hear({ type: "chat_message", message: one });
    expect(ids(room)).toEqual([1, 2, 3]);
  });

  test("a history heard again changes nothing", async () => {
    const world = new World();
    world.write(50);
    const { room } = await openRoom(world);
    const before = room.getSnapshot().items;
    world.socket.hear(world.history());
    expect(ids(room)).toEqual(upTo(50));
    expect(room.getSnapshot().items[3]).toBe(before[3]);
  });

  test("edits and deletions of the loaded part are found, also beyond the history", async () => {
    const world = new World();
    world.write(200);
    const { room } = await openRoom(world);
    await room.loadOlder();
    await room.loadOlder();
    expect(ids(room)).toEqual(upTo(200, 51));
    await away(world, () => {
      world.messages = world.messages
        .filter(({ id }) => id !== 60 && id !== 180)
        .map((one) => (one.id === 70 ? { ...one, message: "иначе" } : one));
    });
    const { items } = room.getSnapshot();
    const of = (id: number) => items.find((item) => item.message.id === id);
    expect(of(60)?.erased).toBe(true);
    expect(of(180)?.erased).toBe(true);
    expect(of(70)).toMatchObject({ edited: true, message: { message: "иначе" } });
    expect(items.filter(({ erased }) => erased)).toHaveLength(2);
  });

  test("what is heard live is newer than a page that was asked for before", async () => {
    const world = new World();
    world.write(120);
    const { room } = await openRoom(world);
    await room.loadOlder();
    world.socket.end(1006);
    const { answer } = world;
    let open: () => void = () => {};
    const gate = new Promise<void>((done) => {
      open = done;
    });
    world.answer = async (_, path) => {
      if (path.includes("page_size=200")) await gate;
      return null;
    };
    await world.pass(3_500);
    world.socket.hear(world.history());
    await settle();
    const edited = { ...message(100), message: "живая правка" };
    world.socket.hear({ type: "message_updated", message: edited });
    world.socket.hear({ type: "message_deleted", room: 5, id: 101 });
    open();
    await settle();
    world.answer = answer;
    const { items } = room.getSnapshot();
    expect(items.find((item) => item.message.id === 100)?.message.message).toBe("живая правка");
    expect(items.find((item) => item.message.id === 101)?.erased).toBe(true);
    expect(ids(room)).not.toContain(101);
  });

  test("a failed repair is tried again, and shows no hole before", async () => {
    const world = new World();
    world.write(60);
    const { room } = await openRoom(world);
    let down = true;
    world.answer = (_, path) => {
      if (down && path.includes("page_size=200")) throw new Error("no network");
      return null;
    };
    await away(world, () => world.write(300));
    expect(ids(room)).toEqual(upTo(60, 11));
    down = false;
    await world.pass(3_100);
    expect(ids(room)).toEqual(upTo(360, 11));
  });

  test("a room that was empty, and was filled while we were away", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    const heard: number[] = [];
    room.onMessage(({ id }) => heard.push(id));
    await away(world, () => world.write(80));
    expect(ids(room)).toEqual(upTo(80, 31));
    expect(room.getSnapshot().older).toBe("some");
    expect(heard).toHaveLength(50);
  });

  test("a gap too wide keeps the newest and can be scrolled up again", async () => {
    const world = new World();
    world.write(60);
    const { room } = await openRoom(world);
    await away(world, () => world.write(6_000));
    expect(ids(room)).toEqual(upTo(6_060, 6_011));
    await room.loadOlder();
    expect(ids(room)).toEqual(upTo(6_060, 5_951));
  });
});

describe("older pages", () => {
  test("walk to the beginning without a hole, whatever the number", async () => {
    for (const count of [50, 51, 99, 100, 149, 237]) {
      const world = new World();
      world.write(count);
      const { room } = await openRoom(world);
      for (let turn = 0; turn < 8; turn += 1) await room.loadOlder();
      expect(ids(room)).toEqual(upTo(count));
      expect(room.getSnapshot().older).toBe("none");
    }
  });

  test("stay whole while messages come and are deleted", async () => {
    const world = new World();
    world.write(400);
    const { room } = await openRoom(world);
    await room.loadOlder();
    const [fresh] = world.write(1, ME);
    world.socket.hear({ type: "chat_message", message: fresh });
    world.messages = world.messages.filter(({ id }) => id % 7 !== 0 || id > 300);
    for (let turn = 0; turn < 12; turn += 1) await room.loadOlder();
    expect(ids(room)).toEqual(world.messages.map(({ id }) => id));
  });

  test("a failed page says why and can be asked for again", async () => {
    const world = new World();
    world.write(120);
    const { room } = await openRoom(world);
    world.answer = () => {
      throw new Error("no network");
    };
    await room.loadOlder();
    expect(room.getSnapshot().olderTrouble?.kind).toBe("network");
    world.answer = () => null;
    await room.loadOlder();
    expect(room.getSnapshot().olderTrouble).toBeNull();
    expect(ids(room)[0]).toBeLessThan(71);
  });
});

describe("the unread line", () => {
  test("stands before the first unread of others, and stays there", async () => {
    const world = new World();
    world.write(3);
    world.write(1, ME);
    world.write(2);
    world.unread = 2;
    const { room } = await openRoom(world);
    expect(room.getSnapshot().firstUnread).toBe(5);
    room.markAsRead();
    expect(world.socket.of("mark_read")).toHaveLength(1);
    for (const live of world.write(2)) {
      world.socket.hear({ type: "chat_message", message: live });
    }
    expect(room.getSnapshot()).toMatchObject({ firstUnread: 5, lastUnread: 6 });
    expect(room.getSnapshot().unread).toBe(true);
  });

  test("is not drawn for what arrives while somebody looks, but is after they left", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    const [first] = world.write(1);
    world.socket.hear({ type: "chat_message", message: first });
    expect(room.getSnapshot().firstUnread).toBeNull();
    room.markAsRead();
    room.leave();
    const [second] = world.write(1);
    world.socket.hear({ type: "chat_message", message: second });
    expect(room.getSnapshot().firstUnread).toBe(second?.id);
  });

  test("nothing is marked twice, and nothing of one's own", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    const [mine] = world.write(1, ME);
    world.socket.hear({ type: "chat_message", message: mine });
    room.markAsRead();
    expect(world.socket.of("mark_read")).toHaveLength(0);
    const [theirs] = world.write(1, OTHER);
    world.socket.hear({ type: "chat_message", message: theirs });
    room.markAsRead();
    room.markAsRead();
    expect(world.socket.of("mark_read")).toHaveLength(1);
  });
});
