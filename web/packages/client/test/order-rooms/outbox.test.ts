// Sending: once, in order, under one client id, over losses and reloads.
import { describe, expect, test } from "vitest";
import type { OpenRoom } from "../../src/order-rooms/room.ts";
import { uuid7 } from "../../src/uuid.ts";
import { ME, message, openRoom, settle, World } from "./world.ts";

const texts = (room: OpenRoom) => {
  const { items, unsent } = room.getSnapshot();
  return [...items.map(({ message }) => message.message), ...unsent.map(({ text }) => text)];
};
/** The server takes the message that was said last and tells its author. */
function ack(world: World) {
  const said = world.socket.of("chat_message").at(-1);
  const [taken] = world.write(1, ME);
  if (!taken || !said) throw new Error("nothing was said");
  taken.message = String(said.message);
  world.socket.hear({ type: "chat_message", message: taken, client_id: said.client_id });
  return taken;
}

describe("the outbox", () => {
  test("one message at a time, in order, and the bubble keeps its name when the ack comes", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз");
    room.send("два");
    expect(world.socket.of("chat_message")).toHaveLength(1);
    const [first] = room.getSnapshot().unsent;
    ack(world);
    expect(room.getSnapshot().items[0]?.clientId).toBe(first?.clientId);
    expect(world.socket.of("chat_message").map((frame) => frame.message)).toEqual(["раз", "два"]);
    ack(world);
    expect(room.getSnapshot().unsent).toEqual([]);
    expect(texts(room)).toEqual(["раз", "два"]);
    expect([...world.kept.keys()].filter((key) => key.startsWith("bs-out"))).toEqual([]);
  });

  test("a lost ack: the retry goes out under the same id and stays one message", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз");
    const said = world.socket.of("chat_message")[0];
    const [taken] = world.write(1, ME);
    if (taken) taken.message = "раз";
    world.socket.end(1006);
    await world.pass(3_500);
    world.socket.hear(world.history());
    // Known from the history, and still asked for: shown once.
    expect(texts(room)).toEqual(["раз"]);
    expect(world.socket.of("chat_message")).toEqual([said]);
    world.socket.hear({ type: "chat_message", message: taken, client_id: said?.client_id });
    expect(texts(room)).toEqual(["раз"]);
    expect(room.getSnapshot().unsent).toEqual([]);
  });

  test("the same words sent before are another message", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("да");
    ack(world);
    room.send("да");
    world.socket.end(1006);
    await world.pass(3_500);
    world.socket.hear(world.history());
    expect(texts(room)).toEqual(["да", "да"]);
    ack(world);
    expect(texts(room)).toEqual(["да", "да"]);
    expect(world.messages).toHaveLength(2);
  });

  test("survives a reload, in order", async () => {
    const world = new World();
    const { room, release } = await openRoom(world);
    world.socket.end(1006);
    for (const text of ["раз", "два", "три"]) {
      room.send(text);
      world.now += 1;
    }
    release();
    await world.pass(2_000);
    const next = new World(world.kept);
    next.now = world.now + 60_000;
    const { room: again } = await openRoom(next);
    expect(texts(again)).toEqual(["раз", "два", "три"]);
    for (let turn = 0; turn < 3; turn += 1) ack(next);
    expect(next.socket.of("chat_message").map((frame) => frame.message)).toEqual([
      "раз",
      "два",
      "три",
    ]);
    expect(again.getSnapshot().unsent).toEqual([]);
  });

  test("no ack for a while: the link is proven, and the message said again on it", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз");
    await world.pass(10_100);
    expect(world.sockets).toHaveLength(2);
    world.socket.hear(world.history());
    expect(world.sockets[0]?.closed).toBe(true);
    const [first] = world.sockets[0]?.of("chat_message") ?? [];
    expect(world.socket.of("chat_message")).toEqual([first]);
  });

  test("a refusal fails that message alone; retry keeps the id, delete forgets it", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("плохо");
    room.send("хорошо");
    const said = world.socket.of("chat_message")[0];
    const refusal = { type: "error", code: "too_long", detail: "…", client_id: said?.client_id };
    world.socket.hear(refusal);
    const failed = room.getSnapshot().unsent[0];
    expect(failed).toMatchObject({ failed: true, why: "too_long", text: "плохо" });
    ack(world);
    room.retry(String(failed?.clientId));
    expect(world.socket.of("chat_message").at(-1)).toEqual(said);
    world.socket.hear(refusal);
    room.discard(String(failed?.clientId));
    expect(texts(room)).toEqual(["хорошо"]);
  });

  test("too fast is no failure: it waits and says it again, in order", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз");
    room.send("два");
    const said = world.socket.of("chat_message")[0];
    world.socket.hear({ type: "error", code: "throttled", detail: "", client_id: said?.client_id });
    expect(world.socket.of("chat_message")).toHaveLength(1);
    await world.pass(2_100);
    expect(world.socket.of("chat_message").map((frame) => frame.message)).toEqual(["раз", "раз"]);
  });

  test("what waited for more than a day is not sent without asking", async () => {
    const world = new World();
    const { room, release } = await openRoom(world);
    world.socket.end(1006);
    room.send("вчерашнее");
    release();
    await world.pass(2_000);
    const next = new World(world.kept);
    next.now = world.now + 25 * 3600_000;
    const { room: again } = await openRoom(next);
    expect(again.getSnapshot().unsent[0]).toMatchObject({ failed: true });
    expect(next.socket.of("chat_message")).toEqual([]);
  });

  test("another window of one's own shows the message once", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    const taken = message(1, ME);
    world.socket.hear({ type: "chat_message", message: taken, client_id: "from-another-tab" });
    world.socket.hear({ type: "chat_message", message: taken, client_id: "from-another-tab" });
    await settle();
    expect(texts(room)).toEqual(["текст 1"]);
  });
});

test("client ids are version 7 and sort by time", () => {
  const bytes = new Uint8Array(16).fill(255);
  const earlier = uuid7(1_700_000_000_000, bytes);
  const later = uuid7(1_700_000_000_001, new Uint8Array(16));
  expect(earlier).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(earlier < later).toBe(true);
});
