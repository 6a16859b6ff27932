// The tabs of one browser: one link, one sound, the same counts.
import { describe, expect, test } from "vitest";
import { type Browser, type Tab, World } from "./world.ts";

const ROOM = "order:1";

async function eight(): Promise<{ world: World; browser: Browser; tabs: Tab[] }> {
  const world = new World();
  world.server.make(ROOM, ["anna", "boris"]);
  world.server.make("deal:2", ["anna", "boris"]);
  const browser = world.browser("anna");
  const tabs: Tab[] = [];
  for (let tab = 0; tab < 8; tab += 1) tabs.push(await browser.open());
  await world.time.pass(1_000);
  return { world, browser, tabs };
}

const badges = (tabs: Tab[]) => tabs.map(({ chat }) => chat.rooms.getSnapshot().unread.messages);
const of = (value: number) => Array.from({ length: 8 }, () => value);

describe("eight tabs", () => {
  test("have one socket, make one sound, and count alike", async () => {
    const { world, tabs } = await eight();
    expect(world.wires.size).toBe(1);
    expect(tabs.filter(({ chat }) => chat.leads)).toHaveLength(1);
    const sounds: string[] = [];
    for (const { chat } of tabs) chat.onNews(({ text }) => sounds.push(text));
    tabs[3]?.chat.room(ROOM).hold();
    await world.time.pass(500);
    world.server.send(ROOM, "boris", { client_id: "1", text: "раз" });
    world.server.send("deal:2", "boris", { client_id: "2", text: "два" });
    await world.time.pass(500);
    expect(sounds.sort()).toEqual(["два", "раз"]);
    expect(badges(tabs)).toEqual(of(2));
    tabs[5]?.chat.room(ROOM).read();
    expect(badges([tabs[5] as Tab])).toEqual([2]);
    await world.time.pass(500);
    expect(badges(tabs)).toEqual(of(1));
    expect(world.server.me(ROOM, "anna")?.unread).toBe(0);
  });

  test("are quiet for what somebody looks at in any of them", async () => {
    const { world, tabs } = await eight();
    const sounds: string[] = [];
    for (const { chat } of tabs) chat.onNews(({ text }) => sounds.push(text));
    const room = tabs[6]?.chat.room(ROOM);
    room?.hold();
    const away = room?.look();
    await world.time.pass(500);
    world.server.send(ROOM, "boris", { client_id: "1", text: "раз" });
    await world.time.pass(500);
    expect(sounds).toEqual([]);
    away?.();
    await world.time.pass(500);
    world.server.send(ROOM, "boris", { client_id: "2", text: "два" });
    await world.time.pass(500);
    expect(sounds).toEqual(["два"]);
  });

  test("write through one of them; another takes its place when it is closed", async () => {
    const { world, browser, tabs } = await eight();
    const leader = tabs.find(({ chat }) => chat.leads) as Tab;
    const others = tabs.filter((tab) => tab !== leader);
    for (const tab of tabs) tab.chat.room(ROOM).hold();
    await world.time.pass(500);
    leader.close();
    for (const [index, { chat }] of others.entries()) {
      chat.room(ROOM).send(`сообщение ${index}`);
      await world.time.pass(20);
    }
    await world.time.pass(5_000);
    expect(world.wires.size).toBe(1);
    const told = world.server.messages(ROOM, "anna");
    expect(told.map(({ text }) => text)).toEqual(others.map((_, index) => `сообщение ${index}`));
    for (const { chat } of browser.tabs) {
      expect(chat.room(ROOM).getSnapshot().messages).toEqual(told);
      expect(chat.room(ROOM).getSnapshot().unsent).toEqual([]);
    }
  });

  test("do not wait for one that sleeps with the link in its hands", async () => {
    const { world, tabs } = await eight();
    const leader = tabs.find(({ chat }) => chat.leads) as Tab;
    const other = tabs.find(({ chat }) => !chat.leads) as Tab;
    leader.freeze();
    await world.time.pass(11_000);
    expect(other.chat.leads).toBe(true);
    other.chat.room(ROOM).send("раз");
    await world.time.pass(500);
    expect(world.server.messages(ROOM, "anna")).toHaveLength(1);
    leader.thaw();
    await world.time.pass(500);
    expect(tabs.filter(({ chat }) => chat.leads)).toEqual([other]);
    expect(world.wires.size).toBe(1);
  });

  test("have a link each where they cannot know of each other", async () => {
    const world = new World();
    world.server.make(ROOM, ["anna", "boris"]);
    const browser = world.browser("anna");
    browser.hasTabs = false;
    const tabs = [await browser.open(), await browser.open()];
    await world.time.pass(500);
    expect(world.wires.size).toBe(2);
    expect(tabs.map(({ chat }) => chat.leads)).toEqual([true, true]);
  });
});
