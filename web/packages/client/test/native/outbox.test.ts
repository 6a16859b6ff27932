// What was written is sent once and in order, whatever happens to the link, the page and the server.
import { describe, expect, test } from "vitest";
import { open, World } from "./world.ts";

const ROOM = "order:1";

function made(): World {
  const world = new World();
  world.server.make(ROOM, ["anna", "boris"]);
  return world;
}

const kept = (world: World) => world.server.messages(ROOM, "boris").map(({ text }) => text);

describe("the outbox", () => {
  test("five written offline, the page reloaded, the server restarted: all five once, in order", async () => {
    const world = made();
    const anna = await open(world, "anna");
    anna.tab.setOnline(false);
    const five = ["раз", "два", "три", "четыре", "пять"];
    for (const text of five) anna.room.send(text);
    await world.time.pass(1_000);
    const tab = await anna.browser.reload(anna.tab);
    await world.restart(2_000, false);
    await world.time.pass(5_000);
    const room = tab.chat.room(ROOM);
    room.hold();
    await world.time.pass(1_000);
    expect(kept(world)).toEqual(five);
    expect(room.getSnapshot().messages.map(({ text }) => text)).toEqual(five);
    expect(room.getSnapshot().unsent).toEqual([]);
    expect([...anna.browser.stores.values()].flatMap((store) => [...store])).toEqual([]);
  });

  test("a message keeps its name and its place when it has arrived, and is never shown twice", async () => {
    const world = made();
    const anna = await open(world, "anna");
    const names: string[][] = [];
    anna.room.subscribe(() => {
      const { messages, unsent } = anna.room.getSnapshot();
      names.push([...messages, ...unsent].map(({ client_id }) => String(client_id)));
    });
    const { client_id } = anna.room.send("раз");
    await world.time.pass(500);
    expect(names.length).toBeGreaterThan(1);
    for (const shown of names) expect(shown).toEqual([client_id]);
  });

  test("a lost acknowledgement: it is sent again under the same id, and stays one message", async () => {
    const world = made();
    const anna = await open(world, "anna");
    anna.room.send("раз");
    const [wire] = world.wires;
    // It reaches the server, and nothing comes back.
    await world.time.pass(6);
    wire?.cut();
    await world.time.pass(5_000);
    expect(kept(world)).toEqual(["раз"]);
    expect(anna.room.getSnapshot().unsent).toEqual([]);
    const sent = world.said.filter(({ type }) => type === "send");
    expect(new Set(sent.map((frame) => frame.client_id)).size).toBe(1);
  });

  test("what is refused is kept with its reason, and holds nothing up", async () => {
    const world = made();
    const anna = await open(world, "anna");
    anna.room.send("это нельзя");
    anna.room.send("это можно");
    await world.time.pass(500);
    expect(kept(world)).toEqual(["это можно"]);
    const [refused] = anna.room.getSnapshot().unsent;
    expect(refused).toMatchObject({ text: "это нельзя", state: "refused", why: "invalid" });
    const tab = await anna.browser.reload(anna.tab);
    await world.time.pass(500);
    const room = tab.chat.room(ROOM);
    expect(room.getSnapshot().unsent).toMatchObject([{ text: "это нельзя", state: "refused" }]);
    room.retry(String(refused?.client_id));
    await world.time.pass(500);
    expect(room.getSnapshot().unsent).toMatchObject([{ state: "refused" }]);
    room.discard(String(refused?.client_id));
    await world.time.pass(500);
    expect(room.getSnapshot().unsent).toEqual([]);
    expect([...anna.browser.stores.values()].flatMap((store) => [...store])).toEqual([]);
  });

  test("what waited for more than a day is not sent without asking", async () => {
    const world = made();
    const anna = await open(world, "anna");
    anna.tab.setOnline(false);
    anna.room.send("вчерашнее");
    anna.tab.close();
    await world.time.pass(25 * 3600_000);
    const tab = await anna.browser.open();
    await world.time.pass(1_000);
    const [old] = tab.chat.room(ROOM).getSnapshot().unsent;
    expect(old).toMatchObject({ state: "refused", why: "too_old" });
    tab.chat.room(ROOM).retry(String(old?.client_id));
    await world.time.pass(500);
    expect(kept(world)).toEqual(["вчерашнее"]);
  });

  test("a file goes first, tells how far it is, and its message stands in its turn", async () => {
    const world = made();
    const anna = await open(world, "anna");
    const shares: number[] = [];
    anna.room.subscribe(() => {
      for (const { files } of anna.room.getSnapshot().unsent) {
        shares.push(...files.map(({ share }) => share));
      }
    });
    anna.room.send({ text: "чертёж", files: [new File(["…"], "plan.png")] });
    anna.room.send("и слова");
    expect(anna.chat.isUploading).toBe(true);
    await world.time.pass(500);
    expect(kept(world)).toEqual(["чертёж", "и слова"]);
    expect(shares).toContain(0.5);
    expect(anna.chat.isUploading).toBe(false);
    const sent = world.said.find(({ type }) => type === "send");
    expect(sent).toMatchObject({ text: "чертёж", files: ["file-plan.png"] });
  });

  test("a file that is called off is broken off, and nothing of it is sent", async () => {
    const world = made();
    const anna = await open(world, "anna");
    world.slowest = 400;
    const { client_id } = anna.room.send({ text: "", files: [new File(["…"], "plan.png")] });
    await world.time.pass(10);
    anna.room.discard(client_id);
    expect(world.uploads[0]?.signal?.aborted).toBe(true);
    await world.time.pass(10_000);
    expect(kept(world)).toEqual([]);
  });
});
