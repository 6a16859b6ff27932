// Tokens: renewed by themselves, once for all who need them, and never against a slower tab.
import { describe, expect, test } from "vitest";
import { ChatClient } from "../../src/order-rooms/client.ts";
import { json, settle, token, World } from "./world.ts";

function loggedIn(world: World, seconds: number): ChatClient {
  world.kept.set("tp_access_token", token(world.now, seconds, "old"));
  world.kept.set("tp_refresh_token", "refresh-1");
  return new ChatClient(world.platform);
}

/** Renews tokens as the server does, and counts. */
function renewing(world: World) {
  const used: string[] = [];
  world.answer = (_, path, call) => {
    if (path !== "/api/token/refresh/") return null;
    const { refresh } = JSON.parse(call.body ?? "{}");
    used.push(refresh);
    const number = used.length + 1;
    return json(200, { access: token(world.now, 900, `n${number}`), refresh: `refresh-${number}` });
  };
  return used;
}

describe("the session", () => {
  test("renews shortly before the end, once for all calls at the same time", async () => {
    const world = new World();
    const client = loggedIn(world, 20);
    const used = renewing(world);
    await Promise.all([client.api.getRooms(), client.api.getRooms(), client.session.restore()]);
    expect(used).toEqual(["refresh-1"]);
    expect(world.kept.get("tp_refresh_token")).toBe("refresh-2");
    const bearers = world.calls.map(({ call }) => call.headers.Authorization ?? "");
    expect(bearers.filter((bearer) => bearer.endsWith("old"))).toEqual([]);
  });

  test("renews after a 401 and repeats the call", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    const used = renewing(world);
    const renew = world.answer;
    world.answer = (method, path, call) =>
      call.headers.Authorization?.endsWith("of-old")
        ? json(401, { detail: "Given token not valid for any token type" })
        : renew(method, path, call);
    expect(await client.api.getRooms()).toHaveLength(1);
    expect(used).toHaveLength(1);
  });

  test("uses what another tab has just got", async () => {
    const world = new World();
    const client = loggedIn(world, 20);
    const used = renewing(world);
    const elsewhere = token(world.now, 900, "tab");
    const both = client.session.renew(world.kept.get("tp_access_token") ?? "");
    world.kept.set("tp_access_token", elsewhere);
    expect(await both).toBe(elsewhere);
    expect(used).toEqual([]);
  });

  test("a tab that lost the race without locks takes the winner's tokens", async () => {
    const world = new World();
    const client = loggedIn(world, 20);
    const winner = token(world.now, 900, "winner");
    world.answer = (_, path) => {
      if (path !== "/api/token/refresh/") return null;
      world.kept.set("tp_access_token", winner);
      world.kept.set("tp_refresh_token", "refresh-9");
      return json(401, { detail: "Token is blacklisted" });
    };
    expect(await client.session.access()).toBe(winner);
  });

  test("tries again by itself what no network kept it from knowing", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    world.answer = () => {
      throw new Error("no network");
    };
    await client.session.restore();
    await world.pass(5_000);
    expect(client.session.getSnapshot().trouble?.kind).toBe("network");
    world.answer = () => null;
    await world.pass(8_000);
    expect(client.session.getSnapshot().state).toBe("in");
    const { length } = world.calls;
    await world.pass(3600_000);
    expect(world.calls).toHaveLength(length);
  });

  test("a login ends every check that has not come to an end", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    const inTouch = world.answer;
    world.answer = () => {
      throw new Error("no network");
    };
    await client.session.restore();
    let fail = () => {};
    world.answer = (_, path) => {
      const user = { id: 1 };
      if (path === "/api/me/") return new Promise((_, broken) => (fail = () => broken("late")));
      return json(200, { access_token: token(world.now, 900), refresh_token: "refresh-2", user });
    };
    await world.pass(4_000);
    await client.session.login("anna", "лазурит");
    world.answer = inTouch;
    fail();
    await world.pass(60_000);
    expect(client.session.getSnapshot().state).toBe("in");
    expect(world.calls.map(({ path }) => path)).toEqual(["/api/me/", "/api/me/", "/login/"]);
  });

  test("a login between two checks is the end of them", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    world.answer = () => {
      throw new Error("no network");
    };
    await client.session.restore();
    world.answer = (_, path) =>
      path === "/login/"
        ? json(200, { access_token: token(world.now, 900), refresh_token: "r", user: { id: 1 } })
        : null;
    await client.session.login("anna", "лазурит");
    await world.pass(60_000);
    expect(world.calls.map(({ path }) => path)).toEqual(["/api/me/", "/login/"]);
  });

  test("no network is no logout", async () => {
    const world = new World();
    const client = loggedIn(world, 20);
    world.answer = () => {
      throw new Error("no network");
    };
    await client.session.restore();
    expect(client.session.getSnapshot()).toMatchObject({
      state: "checking",
      trouble: { kind: "network" },
    });
    expect(world.kept.get("tp_refresh_token")).toBe("refresh-1");
  });

  test("a refused refresh token logs out", async () => {
    const world = new World();
    const client = loggedIn(world, 20);
    world.answer = () => json(401, { detail: "Token is invalid or expired" });
    await client.session.restore();
    expect(client.session.getSnapshot().state).toBe("out");
    expect(world.kept.get("tp_access_token")).toBeUndefined();
  });

  test("a refusal of the newer token as well logs out", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    await client.session.restore();
    const used = renewing(world);
    const renew = world.answer;
    world.answer = (...call) => renew(...call) ?? json(401, { detail: "User is inactive" });
    await expect(client.api.getRooms()).rejects.toMatchObject({ kind: "unauthenticated" });
    expect(used).toEqual(["refresh-1"]);
    expect(client.session.getSnapshot().state).toBe("out");
  });

  test.each([
    ["503", () => json(503, { detail: "busy" })],
    ["no token in it", () => json(200, {})],
    ["no JSON", () => ({ ...json(200, null), text: async () => "<html>Sign in</html>" })],
  ])("an exchange that fails (%s) leaves the token its last seconds", async (_, answer) => {
    const world = new World();
    const client = loggedIn(world, 20);
    world.answer = (_, path) => (path === "/api/token/refresh/" ? answer() : null);
    expect(await client.api.getRooms()).toHaveLength(1);
    await world.pass(20_000);
    await expect(client.api.getRooms()).rejects.toMatchObject({ kind: "server" });
    expect(client.session.getSnapshot().state).not.toBe("out");
    expect(world.kept.get("tp_refresh_token")).toBe("refresh-1");
    renewing(world);
    expect(await client.api.getRooms()).toHaveLength(1);
  });

  test("a clock that is hours off does not make every call renew", async () => {
    const world = new World();
    const serverNow = world.now;
    world.now += 5 * 3600_000;
    const client = new ChatClient(world.platform);
    world.answer = (_, path) =>
      path === "/login/"
        ? json(200, {
            access_token: token(serverNow, 900, "in"),
            refresh_token: "refresh-1",
            user: { id: 1 },
          })
        : null;
    await client.session.login("anna", "пароль");
    await client.api.getRooms();
    await client.api.getRooms();
    expect(world.calls.filter(({ path }) => path.includes("refresh"))).toEqual([]);
  });

  test("a login that is refused says why and how long to wait", async () => {
    const world = new World();
    const client = new ChatClient(world.platform);
    world.answer = () => json(429, { detail: "throttled" }, { "Retry-After": "42" });
    await expect(client.session.login("anna", "x")).rejects.toMatchObject({
      kind: "throttled",
      retryAfter: 42_000,
    });
  });

  test("follows the other tabs out", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    await client.session.restore();
    world.kept.delete("tp_access_token");
    client.session.followTabs();
    expect(client.session.getSnapshot().state).toBe("out");
  });

  test("no answer in time is no network", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    world.answer = () => new Promise(() => {});
    const rooms = client.api.getRooms();
    const failed = expect(rooms).rejects.toMatchObject({ kind: "network" });
    await settle();
    await world.pass(10_100);
    await failed;
  });
});

describe("a logout", () => {
  test("ends the line of the refresh token, and takes both tokens away", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    await client.session.restore();
    await client.logout();
    const { method, path, call } = world.calls.at(-1) ?? {};
    expect([method, path, call?.body]).toEqual(["POST", "/logout/", '{"refresh":"refresh-1"}']);
    expect([...world.kept.keys()]).toEqual([]);
    expect(client.session.getSnapshot().state).toBe("out");
  });

  test("is heard by the other tabs", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    const tab = new World(world.kept);
    const other = new ChatClient(tab.platform);
    await Promise.all([client.session.restore(), other.session.restore()]);
    await client.logout();
    expect(other.session.getSnapshot().state).toBe("in");
    other.session.followTabs();
    expect(other.session.getSnapshot().state).toBe("out");
    expect(tab.calls.map(({ path }) => path)).toEqual(["/api/me/"]);
  });

  test("that is out of reach is a logout here", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    await client.session.restore();
    world.answer = () => {
      throw new Error("no network");
    };
    await client.logout();
    expect(world.kept.get("tp_refresh_token")).toBeUndefined();
  });

  test("is not undone by an exchange that was under way", async () => {
    const world = new World();
    const client = loggedIn(world, 900);
    await client.session.restore();
    let answered = () => {};
    world.answer = (_, path) =>
      path === "/api/token/refresh/"
        ? new Promise((done) => {
            answered = () => done(json(200, { access: token(world.now, 900), refresh: "late" }));
          })
        : null;
    await world.pass(890_000);
    const failed = expect(client.api.getRooms()).rejects.toMatchObject({ kind: "unauthenticated" });
    await settle();
    const states: string[] = [];
    client.session.subscribe(() => states.push(client.session.getSnapshot().state));
    await client.logout();
    answered();
    await failed;
    expect([...world.kept.keys()]).toEqual([]);
    expect(states).toEqual(["out"]);
  });
});

describe("tokens of the host's own", () => {
  const refreshUrl = "https://shop.example/api/token/refresh/";

  /** A client near its token's end, and what the host's exchange answers. */
  function near(answer: () => ReturnType<typeof json>) {
    const world = new World();
    world.kept.set("tp_access_token", token(world.now, 20, "old"));
    world.kept.set("tp_refresh_token", "hosts-1");
    world.answer = (_, path) => (path === refreshUrl ? answer() : null);
    const client = new ChatClient(world.platform, { refreshUrl });
    const exchanges = () => world.calls.filter(({ path }) => path === refreshUrl);
    return { world, client, exchanges };
  }

  test("are exchanged at the host; without rotation the refresh token stays", async () => {
    const { world, client, exchanges } = near(() =>
      json(200, { access: token(world.now, 300, `n${exchanges().length}`) }),
    );
    await client.session.restore();
    await world.pass(280_000);
    await client.api.getRooms();
    expect(exchanges().map(({ method, call }) => [method, call.body])).toEqual([
      ["POST", '{"refresh":"hosts-1"}'],
      ["POST", '{"refresh":"hosts-1"}'],
    ]);
    expect(exchanges()[0]?.call.headers.Authorization).toBeUndefined();
    expect(world.kept.get("tp_refresh_token")).toBe("hosts-1");
    expect(world.calls.at(-1)?.call.headers.Authorization).toMatch(/of-n2$/);
  });

  test("with rotation the newer refresh token is kept", async () => {
    const { world, client } = near(() =>
      json(200, { access: token(world.now, 300), refresh: "hosts-2" }),
    );
    await client.session.restore();
    expect(world.kept.get("tp_refresh_token")).toBe("hosts-2");
  });

  test("a refusal of the host's logs out", async () => {
    const { world, client } = near(() => json(401, { detail: "Token is blacklisted" }));
    await client.session.restore();
    expect(client.session.getSnapshot().state).toBe("out");
    expect(world.kept.get("tp_refresh_token")).toBeUndefined();
  });

  test.each([
    ["fault", () => json(502, null)],
    [
      "silence",
      () => {
        throw new Error("no network");
      },
    ],
  ])("a %s of the host's is tried again, and logs nobody out", async (_, answer) => {
    let isDown = true;
    const { world, client, exchanges } = near(() =>
      isDown ? answer() : json(200, { access: token(world.now, 300) }),
    );
    await world.pass(20_000);
    await client.session.restore();
    await world.pass(5_000);
    expect(exchanges()).toHaveLength(2);
    expect(client.session.getSnapshot().state).toBe("checking");
    isDown = false;
    await world.pass(8_000);
    expect(client.session.getSnapshot().state).toBe("in");
  });

  test("a logout here leaves them to the host", async () => {
    const { world, client } = near(() => json(200, { access: token(world.now, 300) }));
    await client.session.restore();
    await client.logout();
    expect(world.calls.at(-1)?.call.body).toBe('{"refresh":null}');
    expect(world.kept.get("tp_refresh_token")).toBeUndefined();
  });
});
