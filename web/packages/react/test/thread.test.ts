// A room as its thread shows it: what is unread in it, who hears of what is new, and parts that are far from its end.
import { expect, test } from "vitest";
import { type Tab, World } from "../../client/test/native/world.ts";
import { type Thread, threadOf } from "../src/thread.ts";

const ROOM = "order:17";

async function opened(before: string[] = []): Promise<{ world: World; tab: Tab; thread: Thread }> {
  const world = new World();
  world.server.make(ROOM, ["1", "2"]);
  for (const text of before) world.server.send(ROOM, "2", { client_id: text, text });
  const tab = await world.browser("1").open();
  await world.time.pass(500);
  const thread = threadOf(tab.chat, ROOM, "1");
  thread.hold();
  await world.time.pass(1_000);
  return { world, tab, thread };
}

const texts = (thread: Thread) => thread.getSnapshot().shown.map(({ text }) => text);
const many = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}`);

test("what was erased keeps its place, with nothing in it", async () => {
  const { world, thread } = await opened(["раз"]);
  thread.room.send("два");
  await world.time.pass(500);
  world.server.erase(ROOM, "1", 2);
  await world.time.pass(500);
  expect(thread.getSnapshot().shown).toMatchObject([
    { text: "раз", erased_at: null },
    { text: "", erased_at: expect.any(String) },
  ]);
});

test("the unread block grows until somebody has seen its end, and a new one begins when they come back", async () => {
  const { world, thread } = await opened(["раз", "два"]);
  const send = async (text: string) => {
    world.server.send(ROOM, "2", { client_id: text, text });
    await world.time.pass(500);
  };
  const block = () => {
    const { fresh, missed, hasUnread } = thread.getSnapshot();
    return [fresh?.after, fresh?.last, missed, hasUnread];
  };
  expect(block()).toEqual([0, 2, 2, true]);
  await send("три");
  expect(block()).toEqual([0, 3, 2, true]);
  thread.read(3);
  await world.time.pass(500);
  expect([block(), world.server.me(ROOM, "1")?.unread]).toEqual([[0, 3, 2, false], 0]);
  await send("четыре");
  expect(block()).toEqual([0, 3, 2, true]);
  thread.read(4);
  thread.leave();
  await send("пять");
  expect(block()).toEqual([4, 5, 0, true]);
});

test("what is seen of a long block is read, and no more", async () => {
  const { world, thread } = await opened(["раз", "два", "три"]);
  thread.read(2);
  await world.time.pass(500);
  expect([thread.getSnapshot().me?.unread, world.server.me(ROOM, "1")?.unread]).toEqual([1, 1]);
});

test("what is new is heard once, and what was there before never", async () => {
  const { world, thread } = await opened(many(80));
  thread.toEnd();
  const heard: string[] = [];
  thread.onMessage(({ text }) => heard.push(text));
  void thread.older();
  await world.time.pass(500);
  world.server.send(ROOM, "2", { client_id: "новое", text: "новое" });
  await world.time.pass(500);
  world.server.edit(ROOM, "2", 81, "исправлено");
  await world.time.pass(500);
  expect([heard, texts(thread).at(-1)]).toEqual([["новое"], "исправлено"]);
});

test("a room opens at its first unread message, however far up, and joins its end on the way down", async () => {
  const { world, thread } = await opened(many(300));
  const { shown, isApart, missed, fresh } = thread.getSnapshot();
  expect([shown[0]?.seq, isApart, missed, fresh?.after]).toEqual([1, true, 300, 0]);
  for (let page = 0; page < 10 && thread.getSnapshot().isApart; page += 1) {
    void thread.newer();
    await world.time.pass(500);
  }
  expect(thread.getSnapshot().isApart).toBe(false);
  expect(texts(thread)).toEqual(many(300));
});

test("somebody jumps to any message, sees what changes there, and comes back to the end", async () => {
  const { world, tab, thread } = await opened(many(300));
  thread.toEnd();
  thread.room.read();
  await world.time.pass(500);
  expect(texts(thread).at(-1)).toBe("300");
  const found = thread.bring(100);
  await world.time.pass(500);
  expect(await found).toBe(true);
  expect([texts(thread).includes("100"), thread.getSnapshot().isApart]).toEqual([true, true]);
  void thread.older();
  await world.time.pass(500);
  world.server.edit(ROOM, "2", 100, "сотое");
  await world.time.pass(500);
  await new Promise((done) => setTimeout(done, 600));
  await world.time.pass(500);
  expect(texts(thread)).toContain("сотое");
  thread.toEnd();
  expect([texts(thread).at(-1), thread.getSnapshot().isApart]).toEqual(["300", false]);
  tab.close();
});
