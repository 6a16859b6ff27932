// A room by its key, in the words of the components: what stands in it, what is unread in it, and who hears of it.
import { expect, test } from "vitest";
import { type Tab, World } from "../../client/test/native/world.ts";
import { type KeyedRoom, keyedRoom } from "../src/keyed.ts";

const ROOM = "order:17";

async function opened(before: string[] = []): Promise<{ world: World; tab: Tab; room: KeyedRoom }> {
  const world = new World();
  world.server.make(ROOM, ["1", "2"]);
  for (const text of before) world.server.send(ROOM, "2", { client_id: text, text });
  const tab = await world.browser("1").open();
  await world.time.pass(500);
  const room = keyedRoom(tab.chat, ROOM, 1);
  room.hold();
  await world.time.pass(500);
  return { world, tab, room };
}

const texts = (room: KeyedRoom) => room.getSnapshot().items.map(({ message }) => message.message);

test("people and orders are called as the contracts call them", async () => {
  const { room } = await opened(["раз"]);
  const { room: known, items } = room.getSnapshot();
  expect([known?.order, known?.participants.map(({ user }) => user.id)]).toEqual([17, [1, 2]]);
  expect(items[0]?.message).toMatchObject({ id: 1, sender: { id: 2 }, sender_name: "Имя 2" });
});

test("whoever saw a message sees that it is gone, and nobody else", async () => {
  const { world, tab, room } = await opened(["раз"]);
  room.send("два");
  await world.time.pass(500);
  const [, mine] = room.getSnapshot().items;
  world.server.erase(ROOM, "1", 2);
  await world.time.pass(500);
  expect(room.getSnapshot().items[1]).toMatchObject({ erased: true, clientId: mine?.clientId });
  expect(mine?.clientId).toBeTruthy();
  tab.close();
  const again = await world.browser("1").open();
  await world.time.pass(500);
  const other = keyedRoom(again.chat, ROOM, 1);
  other.hold();
  await world.time.pass(500);
  expect(texts(other)).toEqual(["раз"]);
});

test("the unread line stands before the first unread message, until somebody has seen the end and gone", async () => {
  const { world, room } = await opened(["раз", "два"]);
  const send = async (text: string) => {
    world.server.send(ROOM, "2", { client_id: text, text });
    await world.time.pass(500);
  };
  const block = () => {
    const { firstUnread, lastUnread, unread } = room.getSnapshot();
    return [firstUnread, lastUnread, unread];
  };
  expect(block()).toEqual([1, 2, true]);
  await send("три");
  expect(block()).toEqual([1, 3, true]);
  room.markAsRead();
  await world.time.pass(500);
  expect([block(), world.server.me(ROOM, "1")?.unread]).toEqual([[1, 3, false], 0]);
  await send("четыре");
  expect(block()).toEqual([1, 3, true]);
  room.markAsRead();
  room.leave();
  await send("пять");
  expect(block()).toEqual([5, 5, true]);
});

test("what is new is heard once, and what was there before never", async () => {
  const { world, room } = await opened(Array.from({ length: 80 }, (_, index) => `${index}`));
  const heard: string[] = [];
  room.onMessage(({ message }) => heard.push(message));
  void room.loadOlder();
  await world.time.pass(500);
  expect([texts(room).length, room.getSnapshot().older]).toEqual([80, "none"]);
  world.server.send(ROOM, "2", { client_id: "новое", text: "новое" });
  await world.time.pass(500);
  world.server.edit(ROOM, "2", 81, "исправлено");
  await world.time.pass(500);
  expect([heard, texts(room).at(-1)]).toEqual([["новое"], "исправлено"]);
});
