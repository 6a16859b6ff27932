// Tokens: renewed by themselves, once for all who need them, and never against a slower tab.
import { describe, expect, test } from "vitest";
import { ChatClient } from "../src/client.ts";
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
    const both = client.session.renew(world.kept.get("tp_access_token") ?? null);
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
