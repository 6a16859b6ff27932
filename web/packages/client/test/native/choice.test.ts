// What a server speaks, told apart by what it answers where the native API has its limits.
import { expect, test } from "vitest";
import { createChat, native, orderRooms } from "../../src/index.ts";
import type { BytesAnswer, Platform } from "../../src/platform.ts";
import { World } from "./world.ts";

function answering(status: number, body: string): Platform {
  const answer = { status, headers: { get: () => null }, text: async () => body };
  const fetch = async () => answer as unknown as BytesAnswer;
  return { origin: "https://chat.example", fetch } as unknown as Platform;
}

test.each([
  ["its limits", 200, '{"text_chars": {"value": 10000, "unit": "characters"}}', true],
  ["that there is nothing", 404, '{"detail": "Not found."}', false],
  ["a page of the host's own", 200, "<!doctype html><title>Shop</title>", false],
])("a server that answers %s", async (_, status, body, isNative) => {
  expect(await native.isRouted(answering(status, body))).toBe(isNative);
});

test("a server that is ill has said nothing: it is asked again, and not taken for an old one", async () => {
  await expect(native.isRouted(answering(502, ""))).rejects.toMatchObject({ status: 502 });
  const world = new World();
  world.server.make("order:1", ["anna", "boris"]);
  world.isUp = false;
  const tab = await world.browser("anna").open({ wires: [native, orderRooms] });
  await world.time.pass(20_000);
  world.isUp = true;
  await world.time.pass(60_000);
  expect(tab.chat.rooms.getSnapshot().loaded).toBe(true);
  expect(world.calls.filter((call) => call.includes("/api/chat/"))).toEqual([]);
});

test("a chat without anybody in it has no rooms to give", () => {
  const chat = createChat({ platform: answering(404, "") });
  expect(() => chat.room("order:1")).toThrow("nobody is logged in");
  expect(chat.rooms.getSnapshot()).toMatchObject({ rooms: [], loaded: false });
});
