// The client of all rooms over contract 4: the same room, list and outbox, whatever the server speaks.
import { describe, expect, test } from "vitest";
import { AccountSession } from "../../src/accounts.ts";
import { createChat, native, orderRooms } from "../../src/index.ts";
import { json, ME, message, notice, OTHER, ROOM, settle, token, World } from "./world.ts";

/** A chat in a room whose history has come; the world takes messages and files. */
async function open(world: World) {
  world.kept.set("tp_access_token", token(world.now, 900));
  world.kept.set("tp_refresh_token", "refresh-1");
  world.answer = (method, path, call) => {
    if (method !== "POST" || path !== "/api/chat/messages/") return null;
    const said = JSON.parse(call.body ?? "{}");
    const id = (world.messages.at(-1)?.id ?? 0) + 1;
    const taken = message(id, ME, said.message);
    world.messages.push(taken);
    world.socket.hear({ type: "chat_message", message: taken, client_id: said.client_id });
    return json(201, taken);
  };
  const { platform } = world;
  const session = new AccountSession(platform);
  const chat = createChat({ platform, session, wires: [native, orderRooms] });
  void chat.start();
  await world.pass(100);
  const room = chat.room(String(ROOM));
  const release = room.hold();
  await world.pass(100);
  world.socket.hear(world.history());
  await settle();
  return { chat, room, release };
}

const texts = ({ room }: Awaited<ReturnType<typeof open>>) =>
  room.getSnapshot().messages.map(({ text }) => text);

describe("contract 4", () => {
  test("is spoken where the native API is not routed", async () => {
    const world = new World();
    world.write(2);
    world.messages.push(notice(3, "оплачен"));
    world.unread = 3;
    const anna = await open(world);
    expect(world.calls[0]?.path).toBe("/api/v1/limits/");
    expect(anna.chat.rooms.getSnapshot()).toMatchObject({ loaded: true, unread: { messages: 3 } });
    expect(texts(anna)).toEqual(["текст 1", "текст 2", "оплачен"]);
    const { messages, room, members, live } = anna.room.getSnapshot();
    expect(messages.map(({ kind, author }) => [kind, author?.id])).toEqual([
      ["text", String(OTHER)],
      ["text", String(OTHER)],
      ["system", undefined],
    ]);
    expect([room?.custom?.order, members.length, live]).toEqual([17, 2, true]);
  });

  test("tells what others write, edit, delete and type", async () => {
    const world = new World();
    const anna = await open(world);
    const [written] = world.write(1);
    world.socket.hear({ type: "user_typing", user_id: OTHER, is_typing: true });
    expect(anna.room.getSnapshot().typing).toEqual([String(OTHER)]);
    world.socket.hear({ type: "chat_message", message: written });
    expect(texts(anna)).toEqual(["текст 1"]);
    expect(anna.room.getSnapshot().me?.unread).toBe(1);
    anna.room.read();
    await settle();
    expect(anna.room.getSnapshot().me?.unread).toBe(0);
    expect(world.socket.of("mark_read")).toHaveLength(1);
    world.socket.hear({ type: "message_updated", message: message(1, OTHER, "иначе") });
    expect(anna.room.getSnapshot().messages[0]).toMatchObject({ text: "иначе" });
    expect(anna.room.getSnapshot().messages[0]?.edited_at).not.toBeNull();
    world.socket.hear({ type: "message_deleted", room: ROOM, id: 1 });
    expect(anna.room.getSnapshot().messages[0]).toMatchObject({ text: "" });
    expect(anna.room.getSnapshot().messages[0]?.erased_at).not.toBeNull();
  });

  test("takes messages in order, once, and shows each in its place", async () => {
    const world = new World();
    const anna = await open(world);
    const { client_id } = anna.room.send("раз");
    anna.room.send("два");
    expect(anna.room.getSnapshot().unsent.map(({ text }) => text)).toEqual(["раз", "два"]);
    await world.pass(1_000);
    expect(texts(anna)).toEqual(["раз", "два"]);
    expect(anna.room.getSnapshot().messages[0]?.client_id).toBe(client_id);
    expect(anna.room.getSnapshot().unsent).toEqual([]);
  });

  test("a link that is lost and back has missed nothing", async () => {
    const world = new World();
    world.write(3);
    const anna = await open(world);
    world.socket.end(1006);
    await settle();
    expect(anna.room.getSnapshot().live).toBe(false);
    world.write(2);
    await world.pass(4_000);
    world.socket.hear(world.history());
    await world.pass(1_000);
    expect(texts(anna)).toEqual([1, 2, 3, 4, 5].map((id) => `текст ${id}`));
    expect(anna.room.getSnapshot().live).toBe(true);
  });

  test("older messages come a page at a time", async () => {
    const world = new World();
    world.write(120);
    const anna = await open(world);
    expect(texts(anna)).toHaveLength(50);
    expect(anna.room.getSnapshot().hasBefore).toBe(true);
    for (let page = 0; page < 4; page += 1) {
      void anna.room.loadOlder();
      await world.pass(100);
    }
    expect(texts(anna)).toEqual(Array.from({ length: 120 }, (_, index) => `текст ${index + 1}`));
    expect(anna.room.getSnapshot().hasBefore).toBe(false);
  });

  test("what it does not know is refused by its name", async () => {
    const world = new World();
    const anna = await open(world);
    await expect(anna.room.react(1, "👍", true)).rejects.toMatchObject({
      code: "not_in_this_contract",
    });
  });
});
