// The host's own tokens: asked for in time, one asking at a time, and no logout without need.
import { describe, expect, test } from "vitest";
import type { TokenReason } from "../../src/host.ts";
import { ChatClient } from "../../src/order-rooms/client.ts";
import { json, ROOM, settle, token, World } from "./world.ts";

/** A host that hands out tokens, numbered from 1, and a client that asks it. */
class Host {
  readonly world = new World();
  /** Why it was asked, each time. */
  readonly asked: TokenReason[] = [];
  /** All states that the session went through. */
  readonly states: string[] = [];
  readonly client: ChatClient;
  /** How long its tokens are good, in seconds. */
  seconds = 900;
  /** Gives a token itself, or leaves it to the host. */
  give: () => Promise<string | null> = async () => this.next();
  /** The numbers of the tokens that the server refuses. */
  refused = new Set<number>();
  #pending = 0;
  /** The most askings that were under way at the same time. */
  most = 0;

  constructor() {
    const { world } = this;
    world.answer = (_, __, { headers }) =>
      this.refused.has(Number(/ .*of-n(\d+)$/.exec(headers.Authorization ?? "")?.[1]))
        ? json(401, { detail: "Given token not valid for any token type" })
        : null;
    const getToken = async ({ reason }: { reason: TokenReason }) => {
      this.asked.push(reason);
      this.#pending += 1;
      this.most = Math.max(this.most, this.#pending);
      try {
        return await this.give();
      } finally {
        this.#pending -= 1;
      }
    };
    this.client = new ChatClient(world.platform, { getToken });
    const { session } = this.client;
    session.subscribe(() => this.states.push(session.getSnapshot().state));
  }

  next(more: object = {}): string {
    return token(this.world.now, this.seconds, `n${this.asked.length}`, more);
  }

  get state(): string {
    return this.client.session.getSnapshot().state;
  }

  /** The numbers of the tokens that calls went with. */
  get bearers(): number[] {
    return this.world.calls
      .filter(({ path }) => path !== "/logout/")
      .map(({ call }) => Number(call.headers.Authorization?.split("-of-n")[1]));
  }

  /** Logged in, with the room's link whole. */
  async openRoom() {
    await this.client.session.restore();
    this.client.hold(ROOM);
    await settle();
    this.world.socket.hear(this.world.history());
    await settle();
    return this.client.room(ROOM);
  }
}

type Give = (token: string | null) => void;

const down = () => Promise.reject(new TypeError("Failed to fetch"));

describe("the host is asked", () => {
  test("at the start, once for all who wait, and nothing is kept in local storage", async () => {
    const host = new Host();
    const { api, session } = host.client;
    await Promise.all([session.restore(), api.getRooms(), api.getRooms()]);
    expect(host.state).toBe("in");
    expect(host.asked).toEqual(["start"]);
    expect(host.bearers).toEqual([1, 1, 1]);
    expect([...host.world.kept.keys()]).toEqual([]);
  });

  test("30 seconds before exp, and not a moment earlier", async () => {
    const host = new Host();
    await host.client.session.restore();
    await host.world.pass(869_999);
    expect(host.asked).toEqual(["start"]);
    await host.world.pass(1);
    expect(host.asked).toEqual(["start", "ending"]);
    await host.client.api.getRooms();
    expect(host.bearers.at(-1)).toBe(2);
    await host.world.pass(870_000);
    expect(host.asked).toHaveLength(3);
  });

  test("in the middle of a token's life that is shorter than a minute", async () => {
    const host = new Host();
    host.seconds = 20;
    await host.client.session.restore();
    await host.world.pass(9_999);
    expect(host.asked).toHaveLength(1);
    await host.world.pass(1);
    expect(host.asked).toHaveLength(2);
  });

  test.each(["opaque", "a.b.c", `a.${btoa("null")}.c`, `a.${btoa('{"exp":"soon"}')}.c`])(
    "never for the sake of a token that does not tell its end: %s",
    async (opaque) => {
      const host = new Host();
      host.give = async () => opaque;
      await host.client.session.restore();
      await host.world.pass(40 * 24 * 3600_000);
      await host.client.api.getRooms();
      expect(host.asked).toEqual(["start"]);
      expect(host.state).toBe("in");
    },
  );

  test.each([-5, 5])("as rarely where the clock is %i hours off", async (hours) => {
    const host = new Host();
    const next = () => token(host.world.now + hours * 3600_000, 900, `n${host.asked.length}`);
    host.give = async () => next();
    await host.client.session.restore();
    await host.world.pass(800_000);
    await host.client.api.getRooms();
    expect(host.asked).toEqual(["start"]);
    await host.world.pass(70_000);
    expect(host.asked).toEqual(["start", "ending"]);
  });

  test("one asking at a time: a 401, two sockets and the clock wait for the same", async () => {
    const host = new Host();
    await host.openRoom();
    host.client.hold(ROOM + 1);
    await settle();
    host.world.socket.hear(host.world.history());
    host.refused.add(1);
    const [one, two] = host.world.sockets;
    let give = (_: string) => {};
    host.give = () => new Promise((done) => (give = done));
    await host.world.pass(869_500);
    const rooms = host.client.api.getRooms();
    await settle();
    one?.end(4001);
    two?.end(4001);
    await host.world.pass(1_500);
    expect(host.asked).toEqual(["start", "refused"]);
    give(host.next());
    expect(await rooms).toHaveLength(1);
    await settle();
    const newest = host.world.sockets.slice(2);
    expect(newest.map(({ url }) => url.slice(-5))).toEqual(["of-n2", "of-n2"]);
    expect(host.most).toBe(1);
    expect(host.states).toEqual(["checking", "in"]);
  });

  test("a host that does not answer holds up no call for ever, and its late answer counts", async () => {
    const host = new Host();
    await host.client.session.restore();
    let give = (_: string) => {};
    host.give = () => new Promise((done) => (give = done));
    await host.world.pass(900_000);
    const failed = expect(host.client.api.getRooms()).rejects.toMatchObject({ kind: "network" });
    await settle();
    await host.world.pass(10_100);
    await failed;
    expect(host.asked).toEqual(["start", "ending"]);
    give(host.next());
    await settle();
    await host.client.api.getRooms();
    expect(host.bearers.at(-1)).toBe(2);
    expect(host.states).toEqual(["checking", "in"]);
  });
});

describe("a refusal of a token that is still good", () => {
  test("401: asks once more, a second later, and repeats the call", async () => {
    const host = new Host();
    await host.client.session.restore();
    host.refused.add(1);
    const rooms = host.client.api.getRooms();
    await settle();
    await host.world.pass(999);
    expect(host.asked).toEqual(["start"]);
    await host.world.pass(1);
    expect(await rooms).toHaveLength(1);
    expect(host.asked).toEqual(["start", "refused"]);
    expect(host.bearers).toEqual([1, 1, 2]);
    expect(host.states).toEqual(["checking", "in"]);
  });

  test("401 again: only then nobody is logged in, and the host is left alone", async () => {
    const host = new Host();
    await host.client.session.restore();
    host.refused.add(1).add(2);
    const failed = expect(host.client.api.getRooms()).rejects.toMatchObject({
      kind: "unauthenticated",
    });
    await settle();
    expect(host.state).toBe("in");
    await host.world.pass(1_000);
    await failed;
    expect(host.state).toBe("out");
    await expect(host.client.api.getRooms()).rejects.toMatchObject({ kind: "unauthenticated" });
    await host.world.pass(3600_000);
    expect(host.asked).toEqual(["start", "refused"]);
  });

  test("4001: asks once more, and the link comes back", async () => {
    const host = new Host();
    const room = await host.openRoom();
    host.world.socket.end(4001);
    await host.world.pass(1_000);
    expect(host.asked).toEqual(["start", "refused"]);
    expect(host.world.socket.url).toContain("of-n2");
    host.world.socket.hear(host.world.history());
    expect(room.getSnapshot().isConnected).toBe(true);
    expect(host.states).toEqual(["checking", "in"]);
  });

  test("4001 again: only then nobody is logged in", async () => {
    const host = new Host();
    await host.openRoom();
    host.world.socket.end(4001);
    await host.world.pass(1_000);
    expect(host.state).toBe("in");
    host.world.socket.end(4001);
    await host.world.pass(60_000);
    expect(host.state).toBe("out");
    expect(host.asked).toEqual(["start", "refused"]);
    expect(host.world.sockets).toHaveLength(2);
  });

  test("a socket that ends with the token before asks nobody: there is a newer one", async () => {
    const host = new Host();
    await host.openRoom();
    await host.world.pass(870_000);
    host.world.socket.end(4001);
    await settle();
    expect(host.asked).toEqual(["start", "ending"]);
    expect(host.world.socket.url).toContain("of-n2");
  });

  test("the second refusal of a token that is not the newest logs nobody out", async () => {
    const host = new Host();
    await host.openRoom();
    host.seconds = 12;
    host.world.socket.end(4001);
    await host.world.pass(1_000);
    await host.world.pass(6_000);
    expect(host.asked).toEqual(["start", "refused", "ending"]);
    // The link went with number 2, and its refusal comes when number 3 is there.
    const second = host.world.sockets[1];
    second?.end(4001);
    await settle();
    expect(host.world.socket.url).toContain("of-n3");
    expect(host.state).toBe("in");
  });
});

describe("a host that cannot be reached", () => {
  test("at the start: tried again by itself, later and later, until it is there", async () => {
    const host = new Host();
    const times: number[] = [];
    host.give = () => {
      times.push(host.world.now);
      return down();
    };
    await host.client.session.restore();
    expect(host.client.session.getSnapshot()).toMatchObject({
      state: "checking",
      trouble: { kind: "network" },
    });
    await host.world.pass(120_000);
    const pauses = times.slice(1).map((at, turn) => at - (times[turn] ?? 0));
    expect(pauses).toEqual([3_150, 4_500, 7_500, 13_500, 16_500, 16_500, 16_500, 16_500, 16_500]);
    host.give = async () => host.next();
    await host.world.pass(30_000);
    expect(host.state).toBe("in");
    expect(host.states).not.toContain("out");
  });

  test("before the end: the token at hand is used to its end, and nobody is logged out", async () => {
    const host = new Host();
    await host.client.session.restore();
    host.give = down;
    await host.world.pass(899_000);
    expect(host.asked.length).toBeGreaterThan(3);
    await host.client.api.getRooms();
    expect(host.bearers.at(-1)).toBe(1);
    await host.world.pass(60_000);
    await expect(host.client.api.getRooms()).rejects.toMatchObject({ kind: "network" });
    host.give = async () => host.next();
    await host.world.pass(30_000);
    await host.client.api.getRooms();
    expect(host.states).toEqual(["checking", "in"]);
  });

  test("after a refusal: the link waits and comes back", async () => {
    const host = new Host();
    await host.openRoom();
    host.give = down;
    host.world.socket.end(4001);
    await host.world.pass(1_000);
    expect(host.client.room(ROOM).getSnapshot().link.phase).toBe("waiting");
    host.give = async () => host.next();
    await host.world.pass(4_000);
    host.world.socket.end(4001);
    await host.world.pass(1_000);
    host.world.socket.hear(host.world.history());
    expect(host.client.room(ROOM).getSnapshot().isConnected).toBe(true);
    expect(host.states).toEqual(["checking", "in"]);
  });

  test("one that throws instead of failing is no other", async () => {
    const host = new Host();
    host.give = () => {
      throw new Error("no window");
    };
    await host.client.session.restore();
    expect(host.client.session.getSnapshot().trouble?.kind).toBe("network");
  });
});

describe("a host that has nobody", () => {
  test("at the start: nobody is logged in, until restore", async () => {
    const host = new Host();
    host.give = async () => null;
    await host.client.session.restore();
    expect(host.state).toBe("out");
    host.give = async () => host.next();
    await expect(host.client.api.getRooms()).rejects.toMatchObject({ kind: "unauthenticated" });
    expect(host.asked).toHaveLength(1);
    await host.client.session.restore();
    expect(host.state).toBe("in");
  });

  test("before the end: the good token is used to its end, and nobody is logged in after it", async () => {
    const host = new Host();
    await host.client.session.restore();
    host.give = async () => null;
    await host.world.pass(899_000);
    expect(host.state).toBe("in");
    await host.client.api.getRooms();
    await host.world.pass(31_000);
    expect(host.state).toBe("out");
  });

  test("after a refusal: nobody is logged in at once", async () => {
    const host = new Host();
    await host.openRoom();
    host.give = async () => null;
    host.world.socket.end(4001);
    await host.world.pass(1_000);
    expect(host.state).toBe("out");
  });

  test.each([
    [{ user_id: 1 }, { user_id: 2 }],
    [{ user_id: "3f2c9b1e" }, { user_id: "3f2c9b1f" }],
    [{ sub: "auth0|5f7c" }, { sub: "auth0|5f7d" }],
    [{ sub: "0042" }, { sub: 42 }],
    [
      { sub: "3f2c9b1e", user_id: 1 },
      { sub: "a81b6c0d", user_id: 1 },
    ],
  ])("somebody else's token sends nothing of the one who was there: %j, %j", async (one, two) => {
    const host = new Host();
    host.give = async () => host.next(one);
    await host.client.session.restore();
    host.refused.add(1);
    host.give = async () => host.next(two);
    const failed = expect(host.client.api.sendMessage(ROOM, "моё")).rejects.toMatchObject({
      kind: "unauthenticated",
    });
    await settle();
    await host.world.pass(1_000);
    await failed;
    expect(host.bearers).toEqual([1, 1]);
    expect(host.state).toBe("out");
  });

  test.each([
    [{ user_id: 7 }, { user_id: "7" }],
    [{ sub: "7" }, { user_id: 7 }],
    [{ sub: "3f2c9b1e" }, { sub: "3f2c9b1e", user_id: 7 }],
    [{ sub: null, user_id: 7 }, { sub: "7" }],
    [{ sub: null }, { sub: "7" }],
    [{ user_id: 7 }, {}],
  ])(
    "a number and its text are one person's, and so is what does not tell: %j, %j",
    async (one, two) => {
      const host = new Host();
      host.give = async () => host.next(one);
      await host.client.session.restore();
      host.refused.add(1);
      host.give = async () => host.next(two);
      const rooms = host.client.api.getRooms();
      await settle();
      await host.world.pass(1_000);
      expect(await rooms).toHaveLength(1);
      expect(host.bearers).toEqual([1, 1, 2]);
      expect(host.state).toBe("in");
    },
  );

  test.each([
    ["token", (give: Give) => give(token(0, 900, "late"))],
    ["null", (give: Give) => give(null)],
  ])("after a logout a late %s counts for nothing, and restore asks anew", async (_, late) => {
    const host = new Host();
    await host.client.session.restore();
    let give: Give = () => {};
    host.give = () => new Promise((done) => (give = done));
    await host.world.pass(900_000);
    const failed = expect(host.client.api.getRooms()).rejects.toMatchObject({ kind: "network" });
    await host.client.logout();
    host.give = async () => host.next();
    await host.client.session.restore();
    late(give);
    await failed;
    await host.client.api.getRooms();
    expect(host.bearers.at(-1)).toBe(3);
    expect(host.states).toEqual(["checking", "in", "out", "checking", "in"]);
  });

  test("after a logout the host is left alone, also when an asking fails that was under way", async () => {
    const host = new Host();
    await host.client.session.restore();
    let fail = () => {};
    host.give = () => new Promise((_, broken) => (fail = () => broken(new Error("down"))));
    await host.world.pass(870_000);
    await host.client.logout();
    fail();
    await settle();
    await host.world.pass(3600_000);
    expect(host.asked).toEqual(["start", "ending"]);
  });
});

test("what other tabs keep in local storage is nothing to a session of the host's", async () => {
  const host = new Host();
  await host.client.session.restore();
  host.world.kept.set("tp_refresh_token", "somebody's");
  host.client.session.followTabs();
  expect(host.state).toBe("in");
  await host.client.logout();
  const { path, call } = host.world.calls.at(-1) ?? {};
  expect([path, call?.body]).toEqual(["/logout/", '{"refresh":null}']);
  expect(host.world.kept.get("tp_refresh_token")).toBe("somebody's");
});
