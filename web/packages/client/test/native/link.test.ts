// The link: noticed when it is dead, back when it can be, and carried by something else where it must.
import { describe, expect, test } from "vitest";
import { open, World } from "./world.ts";

const ROOM = "order:1";

function made(seed = 1): World {
  const world = new World(seed);
  world.server.make(ROOM, ["anna", "boris"]);
  return world;
}

const texts = ({ room }: Awaited<ReturnType<typeof open>>) =>
  room.getSnapshot().messages.map(({ text }) => text);

describe("a dead link", () => {
  test("is noticed within 35 seconds, and what it missed is there", async () => {
    const world = made();
    const anna = await open(world, "anna");
    await world.time.pass(30_000);
    for (const wire of world.wires) wire.silence();
    world.server.send(ROOM, "boris", { client_id: "1", text: "раз" });
    // The last ping came at most 25 seconds ago: 35 after it the link is given up.
    await world.time.pass(29_000);
    expect(texts(anna)).toEqual([]);
    await world.time.pass(2_000);
    expect(texts(anna)).toEqual(["раз"]);
  });

  test("is asked at once when the machine wakes up, and when the network is back", async () => {
    const world = made();
    const anna = await open(world, "anna");
    await world.time.pass(10_000);
    const [wire] = world.wires;
    wire?.silence();
    world.server.send(ROOM, "boris", { client_id: "1", text: "раз" });
    anna.tab.freeze();
    await world.time.pass(8_000);
    anna.tab.thaw();
    anna.tab.see(true);
    await world.time.pass(5_500);
    expect(texts(anna)).toEqual(["раз"]);
  });

  test("that only slept answers, and stays the same one", async () => {
    const world = made();
    const anna = await open(world, "anna");
    const [wire] = world.wires;
    await world.time.pass(10_000);
    anna.tab.see(true);
    await world.time.pass(10_000);
    expect([...world.wires]).toEqual([wire]);
    expect(world.said.filter(({ type }) => type === "ping")).toHaveLength(1);
  });

  test("is known at once where the device says that it has no network", async () => {
    const world = made();
    const anna = await open(world, "anna");
    anna.tab.setOnline(false);
    expect(anna.chat.link.getSnapshot()).toMatchObject({ phase: "waiting", code: 1006 });
    anna.room.send("раз");
    await world.time.pass(120_000);
    anna.tab.setOnline(true);
    await world.time.pass(100);
    expect(world.server.messages(ROOM, "boris").map(({ text }) => text)).toEqual(["раз"]);
  });
});

describe("a server", () => {
  test("that restarts says when to come back, and is heeded", async () => {
    const world = made();
    const anna = await open(world, "anna");
    await world.restart(500, true);
    expect(anna.chat.link.getSnapshot()).toMatchObject({ phase: "waiting", code: 4009 });
    const said = world.said.length;
    await world.time.pass(500);
    expect(world.said).toHaveLength(said);
    await world.time.pass(1_000);
    expect(anna.chat.link.getSnapshot().phase).toBe("open");
    expect(anna.room.getSnapshot().live).toBe(true);
  });

  test("that is gone is tried again after waits that grow, each at random", async () => {
    const world = made();
    await open(world, "anna");
    world.isUp = false;
    world.isBlocked = true;
    const tried: number[] = [];
    for (const wire of [...world.wires]) wire.cut();
    let known = new Set(world.wires);
    for (let second = 0; second < 300; second += 1) {
      await world.time.pass(1_000);
      for (const wire of world.wires) if (!known.has(wire)) tried.push(second);
      known = new Set(world.wires);
    }
    expect(tried.length).toBeLessThan(60);
  });

  test("that was restored from a copy is believed: what it does not know is gone", async () => {
    const world = made();
    const anna = await open(world, "anna");
    anna.room.send("до");
    await world.time.pass(200);
    const copy = world.server.backup();
    anna.room.send("потеряно");
    await world.time.pass(200);
    world.server.restore(copy);
    await world.restart(100, false);
    await world.time.pass(5_000);
    expect(texts(anna)).toEqual(["до"]);
    anna.room.send("после");
    await world.time.pass(200);
    expect(texts(anna)).toEqual(["до", "после"]);
    expect(anna.room.getSnapshot().messages.map(({ seq }) => seq)).toEqual([1, 2]);
  });
});

describe("a list", () => {
  test.each([
    ["a socket", {}],
    ["a stream", { isBlocked: true }],
    ["calls", { isBlocked: true, hasStreams: false }],
  ])(
    "of a server that was restored, by %s, has no room that this one does not know",
    async (_, how) => {
      const world = Object.assign(made(), how);
      const anna = await open(world, "anna");
      await world.time.pass(10_000);
      const keys = () => anna.chat.rooms.getSnapshot().rooms.map(({ key }) => key);
      const copy = world.server.backup();
      world.server.make("deal:2", ["anna", "boris"]);
      await world.time.pass(1_000);
      expect(keys().sort()).toEqual(["deal:2", ROOM]);
      world.server.restore(copy);
      await world.restart(100, false);
      await world.time.pass(60_000);
      expect(keys()).toEqual([ROOM]);
      expect(anna.room.getSnapshot().live).toBe(true);
    },
  );

  test("that broke off half way is told anew", async () => {
    const world = made();
    for (let deal = 1; deal <= 9; deal += 1) world.server.make(`deal:${deal}`, ["anna"]);
    world.slowest = 400;
    const tab = await world.browser("anna").open();
    const keys = () => tab.chat.rooms.getSnapshot().rooms.length;
    const isTold = (key: string) => tab.chat.isIn && tab.chat.room(key).getSnapshot().room !== null;
    while (!isTold("deal:9")) await world.time.pass(10);
    expect([isTold("deal:1"), keys()]).toEqual([false, 0]);
    world.server.leave("deal:9", "anna");
    for (const wire of [...world.wires]) wire.cut();
    await world.time.pass(20_000);
    expect(keys()).toBe(9);
  });

  test("has a room again into which one was let again, open as it was", async () => {
    const world = made();
    const anna = await open(world, "anna");
    world.server.leave(ROOM, "anna");
    await world.time.pass(500);
    expect(anna.room.getSnapshot().shut?.code).toBe("no_such_room");
    world.server.join(ROOM, "anna");
    await world.time.pass(500);
    world.server.send(ROOM, "boris", { client_id: "1", text: "раз" });
    await world.time.pass(500);
    expect(anna.room.getSnapshot()).toMatchObject({ live: true, shut: null });
    expect(texts(anna)).toEqual(["раз"]);
  });
});

describe("tokens", () => {
  test("are renewed over the same socket before they end", async () => {
    const world = made();
    world.tokenSeconds = 120;
    const anna = await open(world, "anna");
    const [wire] = world.wires;
    await world.time.pass(600_000);
    expect([...world.wires]).toEqual([wire]);
    const hellos = world.said.filter(({ type }) => type === "hello");
    expect(hellos.length).toBeGreaterThan(5);
    expect(new Set(hellos.map(({ token }) => token)).size).toBe(hellos.length);
    expect(anna.chat.session.getSnapshot().state).toBe("in");
  });

  test("that ended while nobody was there are asked for again at 4001", async () => {
    const world = made();
    const anna = await open(world, "anna");
    for (const wire of [...world.wires]) wire.end(4001, "token_expired");
    await world.time.pass(3_000);
    expect(anna.chat.link.getSnapshot().phase).toBe("open");
  });

  test("that the host gives no more end the session", async () => {
    const world = made();
    const browser = world.browser("anna");
    let isIn = true;
    const getToken = async () => (isIn ? world.tokenOf("anna") : null);
    const tab = await browser.open({ getToken });
    await world.time.pass(200);
    isIn = false;
    for (const wire of [...world.wires]) wire.end(4001);
    await world.time.pass(5_000);
    expect(tab.chat.session.getSnapshot().state).toBe("out");
    expect(tab.chat.isIn).toBe(false);
    expect(world.wires.size).toBe(0);
  });
});

describe("the browser's cookie", () => {
  test("says who it is where the host gives no tokens", async () => {
    const world = made();
    world.cookie = "anna";
    const tab = await world.browser("anna").open({ getToken: undefined });
    await world.time.pass(500);
    expect(tab.chat.session.getSnapshot()).toMatchObject({ state: "in", byCookie: true });
    expect(tab.chat.link.getSnapshot().phase).toBe("open");
    expect(world.said[0]).toEqual({ type: "hello" });
  });

  test("that is good no more ends the session at 4001", async () => {
    const world = made();
    world.cookie = "anna";
    const tab = await world.browser("anna").open({ getToken: undefined });
    await world.time.pass(500);
    world.cookie = null;
    for (const wire of [...world.wires]) wire.end(4001);
    await world.time.pass(10_000);
    expect(tab.chat.session.getSnapshot().state).toBe("out");
  });
});

describe("where no socket comes through", () => {
  test("a stream tells what happens, and messages go by calls", async () => {
    const world = made();
    world.isBlocked = true;
    const anna = await open(world, "anna");
    await world.time.pass(10_000);
    expect(anna.chat.link.getSnapshot()).toMatchObject({ phase: "open", by: "stream" });
    anna.room.send("раз");
    await world.time.pass(500);
    world.server.send(ROOM, "boris", { client_id: "2", text: "два" });
    await world.time.pass(500);
    expect(texts(anna)).toEqual(["раз", "два"]);
    anna.room.read();
    await world.time.pass(500);
    expect(world.server.me(ROOM, "anna")?.unread).toBe(0);
    world.server.read(ROOM, "boris", 1);
    await world.time.pass(30_000);
    expect(anna.room.getSnapshot().readBy).toBe(1);
  });

  test.each([
    ["streams are held back", { holdsStreams: true }],
    ["their answers too", { holdsStreams: true, holdsAnswers: true }],
    ["the runtime reads none", { hasStreams: false }],
  ])("and %s, the server is asked again and again", async (_, how) => {
    const world = Object.assign(made(), { isBlocked: true, ...how });
    const anna = await open(world, "anna");
    await world.time.pass(40_000);
    expect(anna.chat.link.getSnapshot()).toMatchObject({ phase: "open", by: "poll" });
    anna.room.send("раз");
    world.server.send(ROOM, "boris", { client_id: "2", text: "два" });
    await world.time.pass(2_000);
    expect(texts(anna).sort()).toEqual(["два", "раз"]);
    expect(anna.chat.rooms.getSnapshot().unread.messages).toBe(1);
    const { length } = world.calls;
    await world.time.pass(120_000);
    // Held by the server: a few calls in two minutes.
    expect(world.calls.length - length).toBeLessThan(15);
  });

  test("a socket is tried again after a while", async () => {
    const world = made();
    world.isBlocked = true;
    const anna = await open(world, "anna");
    await world.time.pass(10_000);
    world.isBlocked = false;
    await world.time.pass(6 * 60_000);
    expect(anna.chat.link.getSnapshot()).toMatchObject({ phase: "open", by: "socket" });
  });
});
