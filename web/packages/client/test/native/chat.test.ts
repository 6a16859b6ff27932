// One chat in one tab: the list, a room, and a message there and back.
import { describe, expect, test } from "vitest";
import { open, World } from "./world.ts";

describe("a chat", () => {
  test("shows the list, opens a room, and a message comes to both", async () => {
    const world = new World();
    world.server.make("order:1", ["anna", "boris"]);
    const anna = await open(world, "anna");
    const boris = await open(world, "boris");
    expect(anna.chat.rooms.getSnapshot()).toMatchObject({ loaded: true });
    expect(anna.chat.rooms.getSnapshot().rooms.map(({ key }) => key)).toEqual(["order:1"]);
    anna.room.send("раз");
    expect(anna.room.getSnapshot().unsent.map(({ text }) => text)).toEqual(["раз"]);
    await world.time.pass(200);
    for (const { room } of [anna, boris]) {
      expect(room.getSnapshot().messages.map(({ text }) => text)).toEqual(["раз"]);
      expect(room.getSnapshot().unsent).toEqual([]);
      expect(room.getSnapshot().live).toBe(true);
    }
    expect(boris.chat.rooms.getSnapshot().unread).toEqual({ rooms: 1, messages: 1, mentions: 0 });
    boris.room.read();
    expect(boris.chat.room("order:1").getSnapshot().me?.unread).toBe(0);
    await world.time.pass(200);
    expect(anna.room.getSnapshot().readBy).toBe(1);
    expect(boris.chat.rooms.getSnapshot().unread.messages).toBe(0);
  });
});
