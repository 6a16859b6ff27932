// What the server tells: messages of nobody, fields that are missing, and what cannot be read.
import { beforeEach, describe, expect, test, vi } from "vitest";
import { readMessage, readRoom } from "../../src/order-rooms/reading.ts";
import type { OpenRoom } from "../../src/order-rooms/room.ts";
import type { Message } from "../../src/order-rooms/words.ts";
import { json, ME, message, notice, OTHER, openRoom, settle, World } from "./world.ts";

const ids = (room: OpenRoom) =>
  room
    .getSnapshot()
    .items.filter(({ erased }) => !erased)
    .map(({ message }) => message.id);
const warn = vi.spyOn(console, "warn");
beforeEach(() => void warn.mockReset().mockImplementation(() => undefined));

describe("a message of nobody", () => {
  test("stands in the history, comes live, and is unread, and the link stays", async () => {
    const world = new World();
    world.messages = [message(1, ME), notice(2), message(3)];
    world.unread = 2;
    const { client, room } = await openRoom(world);
    const heard: Message[] = [];
    room.onMessage((one) => heard.push(one));
    expect(ids(room)).toEqual([1, 2, 3]);
    expect(room.getSnapshot().firstUnread).toBe(2);
    world.socket.hear({ type: "chat_message", message: notice(4) });
    expect(room.getSnapshot()).toMatchObject({ unread: true, isConnected: true });
    expect(heard.map(({ sender }) => sender)).toEqual([null]);
    await client.list.refresh();
    expect(client.list.getSnapshot().rooms?.[0]?.last_message?.sender_name).toBe("Имя2");
    await world.pass(30_000);
    expect(world.sockets).toHaveLength(1);
    expect(warn).not.toHaveBeenCalled();
  });

  test("is neither one's own nor the ack of what is on its way", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("то же самое");
    world.socket.end(1006);
    world.messages = [notice(1, "то же самое")];
    await world.pass(3_500);
    world.socket.hear(world.history());
    await settle();
    const { items, unsent } = room.getSnapshot();
    expect(items.map(({ clientId }) => clientId)).toEqual([null]);
    expect(unsent).toHaveLength(1);
  });

  test("comes in pages of older history, and as a room's last", async () => {
    const world = new World();
    world.write(60);
    world.messages = world.messages.map((one) => (one.id % 2 ? notice(one.id) : one));
    world.messages.push(notice(61));
    const { client, room } = await openRoom(world);
    await room.loadOlder();
    expect(ids(room)).toHaveLength(61);
    await client.list.refresh();
    expect(client.list.getSnapshot().rooms?.[0]?.last_message?.sender).toBeNull();
  });
});

describe("what may be missing", () => {
  test("a message without file, name, mark and text is whole", () => {
    const { id, room, created_at, sender } = message(7);
    expect(readMessage({ id, room, created_at, sender })).toEqual({
      ...message(7),
      sender_name: "",
      message: "",
    });
    expect(readMessage({ ...message(7), message: null, file: "/files/1/a.png" })).toMatchObject({
      message: "",
      file: "/files/1/a.png",
    });
    const nameless = { id: OTHER, email: null, first_name: null };
    expect(readMessage({ ...message(7), sender: nameless })?.sender).toEqual({
      ...{ id: OTHER, email: "", first_name: "", last_name: "" },
    });
  });

  test("a room without people and messages is whole", () => {
    const { id, order, created_at } = new World().room();
    expect(readRoom({ id, order, created_at, participants: null })).toMatchObject({
      participants: [],
      last_message: null,
      unread_count: 0,
    });
    const odd = { ...new World().room(), participants: [null, { id: 1, user: null }] };
    expect(readRoom(odd)?.participants).toEqual([]);
  });
});

describe("what cannot be read", () => {
  const odd = (id: number, change: object) => ({ ...message(id), ...change }) as Message;

  test.each([
    [901, { sender: "Анна" }, "message 901", "sender"],
    [902, { sender: {} }, "message 902", "sender"],
    [908, { sender: { id: "" } }, "message 908", "sender"],
    [909, { sender: { id: { uuid: "3f2c" } } }, "message 909", "sender"],
    [903, { message: 5 }, "message 903", "message"],
    [904, { file: {} }, "message 904", "file"],
    [905, { created_at: null }, "message 905", "created_at"],
    [906, { created_at: "вчера", file: 1 }, "message 906", "file, created_at"],
    [907, { id: "907" }, "message ?", "id"],
  ])(
    "%i with %o is left out, and named once without a word of it",
    async (id, change, what, field) => {
      const world = new World();
      world.messages = [message(1), odd(id, change), message(1_000)];
      const { room } = await openRoom(world);
      world.socket.hear(world.history());
      expect(ids(room)).toEqual([1, 1_000]);
      expect(room.getSnapshot().isConnected).toBe(true);
      expect(warn.mock.calls).toEqual([
        [`Beseda: ${what} cannot be read and is left out: ${field}`],
      ]);
    },
  );

  test("takes neither the older messages nor the others with it", async () => {
    const world = new World();
    world.write(120);
    world.messages = world.messages.map((one) =>
      one.id % 30 === 0 ? odd(one.id, { sender: false }) : one,
    );
    const { room } = await openRoom(world);
    expect(room.getSnapshot().older).toBe("some");
    for (let turn = 0; turn < 5; turn += 1) await room.loadOlder();
    const readable = world.messages.map(({ id }) => id).filter((id) => id % 30 !== 0);
    expect(ids(room)).toEqual(readable);
    world.socket.end(1006);
    await world.pass(3_500);
    world.socket.hear(world.history());
    await settle();
    expect(ids(room)).toEqual(readable);
  });

  test("was not deleted where it could be read before", async () => {
    const world = new World();
    world.write(3);
    const { room } = await openRoom(world);
    world.messages[1] = odd(2, { sender: 4 });
    world.socket.hear(world.history());
    expect(ids(room)).toEqual([1, 2, 3]);
    world.messages[1] = odd(2, { id: "2" });
    world.socket.hear(world.history());
    expect(ids(room)).toEqual([1, 2, 3]);
  });

  test("in the list is a room without a last message, and a room that is not there", async () => {
    const world = new World();
    const { client } = await openRoom(world);
    const { id, ...nameless } = world.room();
    const last = { ...world.room(), last_message: odd(3_000, { created_at: 1 }) };
    world.answer = (_, path) => (path === "/api/chat/rooms/" ? json(200, [nameless, last]) : null);
    await client.list.refresh();
    expect(client.list.getSnapshot().rooms).toMatchObject([{ id, last_message: null }]);
  });

  test("a frame of an unknown kind is nothing, before the history and after it", async () => {
    const world = new World();
    world.write(1);
    const { room } = await openRoom(world);
    const unknown = [{ type: "reaction", id: 1 }, { type: null }, [], 7, null];
    for (const frame of unknown) world.socket.hear(frame);
    await world.pass(60_000);
    expect(world.sockets).toHaveLength(1);
    world.socket.end(1006);
    await world.pass(3_500);
    for (const frame of unknown) world.socket.hear(frame);
    expect(room.getSnapshot().isConnected).toBe(false);
    world.socket.hear(world.history());
    await world.pass(60_000);
    expect(world.sockets).toHaveLength(2);
    expect(ids(room)).toEqual([1]);
  });
});
