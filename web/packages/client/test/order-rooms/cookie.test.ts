// Whoever has no tokens here may be known by the browser's cookie: the host's own session, or the server's.
import { describe, expect, test } from "vitest";
import { ChatClient } from "../../src/order-rooms/client.ts";
import { json, ME, OTHER, ROOM, settle, token, World } from "./world.ts";

const REFUSED = json(401, { detail: "Authentication credentials were not provided." });

/** Somebody who is in by the cookie alone, in a room whose history has come. */
async function openByCookie() {
  const world = new World();
  const client = new ChatClient(world.platform);
  await client.session.restore();
  client.hold(ROOM);
  await settle();
  world.socket.hear(world.history());
  await settle();
  const state = () => client.session.getSnapshot().state;
  return { world, client, state };
}

const bearers = (world: World) =>
  world.calls.map(({ call }) => call.headers.Authorization).filter(Boolean);

describe("the browser's cookie", () => {
  test("lets in without a token, over HTTP and by socket", async () => {
    const { world, client } = await openByCookie();
    expect(client.session.getSnapshot()).toMatchObject({ state: "in", byCookie: true });
    expect(client.session.getSnapshot().me?.id).toBe(ME);
    expect(bearers(world)).toEqual([]);
    expect(world.socket.url).toBe("wss://chat.example/ws/chat/5/");
    expect(client.room(ROOM).getSnapshot().isConnected).toBe(true);
    expect([...world.kept.keys()].filter((key) => key.startsWith("tp_"))).toEqual([]);
  });

  test("that proves nothing is asked about once", async () => {
    const world = new World();
    world.answer = () => REFUSED;
    const client = new ChatClient(world.platform);
    await client.session.restore();
    expect(client.session.getSnapshot().state).toBe("out");
    expect(await client.session.access()).toBe(null);
    await world.pass(60_000);
    expect(world.calls.map(({ path }) => path)).toEqual(["/api/me/"]);
  });

  test("does not count beside a token", async () => {
    const world = new World();
    world.kept.set("tp_access_token", token(world.now, 900));
    world.kept.set("tp_refresh_token", "refresh-1");
    const client = new ChatClient(world.platform);
    await client.session.restore();
    expect(client.session.getSnapshot()).toMatchObject({ state: "in", byCookie: false });
    world.answer = () => REFUSED;
    await client.api.getRooms().catch(() => undefined);
    expect(client.session.getSnapshot().state).toBe("out");
    expect(bearers(world)).toHaveLength(world.calls.length - 1);
  });

  test("that the host cannot look at just now is no logout", async () => {
    const world = new World();
    world.answer = () => json(503, { detail: "?" });
    const client = new ChatClient(world.platform);
    await client.session.restore();
    expect(client.session.getSnapshot()).toMatchObject({ state: "checking" });
    world.answer = () => null;
    await world.pass(60_000);
    expect(client.session.getSnapshot().state).toBe("in");
  });

  test("is over with the first refusal", async () => {
    const { world, client, state } = await openByCookie();
    world.answer = () => REFUSED;
    await client.api.getRooms().catch(() => undefined);
    expect(state()).toBe("out");
  });

  test("opens the next socket where one has ended, and is over with the second refusal", async () => {
    const { world, state } = await openByCookie();
    world.socket.end(4001);
    await settle();
    expect(world.sockets).toHaveLength(2);
    world.socket.hear(world.history());
    world.socket.end(4001);
    await settle();
    expect(world.sockets).toHaveLength(3);
    expect(state()).toBe("in");
    world.socket.end(4001);
    await settle();
    expect(world.sockets).toHaveLength(3);
    expect(state()).toBe("out");
  });

  test("gives way to whoever logs in here, in this tab or in another", async () => {
    const { world, client } = await openByCookie();
    client.session.followTabs();
    expect(client.session.getSnapshot().state).toBe("in");
    world.kept.set("tp_access_token", token(world.now, 900));
    world.kept.set("tp_refresh_token", "refresh-1");
    client.session.followTabs();
    await settle();
    expect(client.session.getSnapshot()).toMatchObject({ state: "in", byCookie: false });
    expect(bearers(world)).not.toEqual([]);
  });

  test("may be somebody else's when one comes back to the tab", async () => {
    const { world, client, state } = await openByCookie();
    const { me } = client.session.getSnapshot();
    await client.session.recheck();
    expect(client.session.getSnapshot().me).toBe(me);
    world.me = OTHER;
    await client.session.recheck();
    expect(client.session.getSnapshot().me?.id).toBe(OTHER);
    world.answer = () => REFUSED;
    await client.session.recheck();
    expect(state()).toBe("out");
    const { length } = world.calls;
    await client.session.recheck();
    expect(world.calls).toHaveLength(length);
  });
});
