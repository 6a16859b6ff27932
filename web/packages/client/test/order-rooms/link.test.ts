// The link: when it comes back, and what each close code means to it.
import { describe, expect, test } from "vitest";
import { retryHint } from "../../src/waiting.ts";
import { json, openRoom, settle, token, World } from "./world.ts";

/** How long after `code` the next socket is opened, in milliseconds. */
async function waitAfter(world: World, code: number, reason = ""): Promise<number> {
  const from = world.now;
  const count = world.sockets.length;
  world.socket.end(code, reason);
  await settle();
  while (world.sockets.length === count && world.now - from < 60_000) await world.pass(100);
  return world.now - from;
}

describe("coming back", () => {
  test("after three seconds first, then later and later, up to thirty", async () => {
    const world = new World();
    await openRoom(world);
    await world.pass(11_000);
    const waits = [];
    for (let turn = 0; turn < 6; turn += 1) waits.push(await waitAfter(world, 1006));
    expect(waits[0]).toBeGreaterThanOrEqual(3_000);
    expect(waits[0]).toBeLessThanOrEqual(3_400);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
  });

  test("a restarting server says when", async () => {
    const world = new World();
    await openRoom(world);
    const wait = await waitAfter(world, 4009, "retry_ms=700");
    expect(wait).toBeGreaterThanOrEqual(700);
    expect(wait).toBeLessThan(900);
    expect(retryHint("retry_ms=999999999")).toBe(60_000);
    expect(retryHint("soon")).toBeNull();
  });

  test("too slow a reader comes back at once, too many wait", async () => {
    const slow = new World();
    await openRoom(slow);
    expect(await waitAfter(slow, 4008)).toBeLessThan(200);
    const many = new World();
    await openRoom(many);
    expect(await waitAfter(many, 4029)).toBeGreaterThanOrEqual(10_000);
  });

  test.each([4000, 4003])("%i is final until somebody asks again", async (code) => {
    const world = new World();
    const { room } = await openRoom(world);
    world.socket.end(code);
    await world.pass(60_000);
    expect(world.sockets).toHaveLength(1);
    expect(room.getSnapshot().link).toMatchObject({ phase: "refused", code });
    room.link.retryNow();
    await settle();
    expect(world.sockets).toHaveLength(2);
  });

  test("4001 renews the token once, then asks to log in", async () => {
    const world = new World();
    const { client } = await openRoom(world);
    let renewals = 0;
    world.answer = (_, path) => {
      if (path !== "/api/token/refresh/") return null;
      renewals += 1;
      return json(200, { access: token(world.now, 900, `n${renewals}`), refresh: "refresh-2" });
    };
    world.socket.end(4001);
    await settle();
    expect(renewals).toBe(1);
    expect(world.sockets).toHaveLength(2);
    expect(world.socket.url).toContain("signature-of-n1");
    world.socket.end(4001);
    await settle();
    expect(renewals).toBe(1);
    expect(client.session.getSnapshot().state).toBe("out");
  });

  test("the network is back: no waiting", async () => {
    const world = new World();
    const { client, room } = await openRoom(world);
    client.lose();
    expect(room.getSnapshot().isConnected).toBe(false);
    client.doubt();
    await settle();
    expect(world.sockets).toHaveLength(2);
  });

  test("a doubted link stays in use until the other is whole", async () => {
    const world = new World();
    const { client, room } = await openRoom(world);
    await world.pass(5_000);
    client.doubt();
    client.doubt();
    await settle();
    expect(world.sockets).toHaveLength(2);
    expect(room.getSnapshot().isConnected).toBe(true);
    world.socket.hear(world.history());
    expect(world.sockets[0]?.closed).toBe(true);
    expect(room.getSnapshot().isConnected).toBe(true);
  });

  test("a proof that does not come means that the link is lost", async () => {
    const world = new World();
    const { client, room } = await openRoom(world);
    await world.pass(5_000);
    client.doubt();
    await settle();
    await world.pass(10_100);
    expect(room.getSnapshot().isConnected).toBe(false);
  });
});

describe("frames nobody can use", () => {
  test.each([
    "",
    "x",
    "null",
    "[]",
    "1",
    '{"type":"chat_message"}',
    '{"type":"chat_message","message":{"id":"1"}}',
    '{"type":"message_history","messages":[null,3]}',
  ])("%s changes nothing", async (data) => {
    const world = new World();
    world.write(2);
    const { room } = await openRoom(world);
    world.socket.onmessage?.({ data });
    world.socket.onmessage?.({ data: new Uint8Array(3) });
    expect(room.getSnapshot().items.filter(({ erased }) => !erased)).toHaveLength(2);
  });
});

describe("typing", () => {
  test("told at most every three seconds, ended two seconds after the last key", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    for (let key = 0; key < 40; key += 1) {
      room.typingVoice.key();
      await world.pass(100);
    }
    const on = () => world.socket.of("typing").map((frame) => frame.is_typing);
    expect(on()).toEqual([true, true]);
    await world.pass(1_950);
    expect(on()).toEqual([true, true, false]);
  });

  test("ends with the message, and is believed for six seconds only", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.typingVoice.key();
    room.send("готово");
    expect(world.socket.said.map(({ type, is_typing }) => [type, is_typing])).toEqual([
      ["typing", true],
      ["typing", false],
      ["chat_message", undefined],
    ]);
    world.socket.hear({ type: "user_typing", user_id: 2, is_typing: true });
    expect(room.getSnapshot().typing).toEqual([2]);
    await world.pass(6_100);
    expect(room.getSnapshot().typing).toEqual([]);
  });
});
