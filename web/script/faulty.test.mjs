// The proxy that fails as told: what it does to a connection, before any page goes through it.
import { createServer } from "node:http";
import { afterEach, expect, test } from "vitest";
import { openFaulty } from "../e2e/faulty.mjs";

const ends = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A server that counts what arrives, and a proxy before it. */
async function opened() {
  const heard = [];
  const server = createServer((request, answer) => {
    heard.push(`${request.method} ${request.url}`);
    answer.setHeader("Connection", "close");
    answer.end("да");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const proxy = await openFaulty(server.address().port, () => 0.5);
  ends.push(
    () => proxy.end(),
    () => {
      server.closeAllConnections();
      server.close();
    },
  );
  return { heard, proxy, ask: (path, how) => fetch(proxy.url + path, how) };
}

test("lets through what it is not told to spoil", async () => {
  const { heard, ask } = await opened();
  expect(await (await ask("/a", { method: "POST", body: "раз" })).text()).toBe("да");
  expect(heard).toEqual(["POST /a"]);
});

test("sends a request twice, and an upgrade never", async () => {
  const { heard, proxy, ask } = await opened();
  proxy.twice = 1;
  await (await ask("/a", { method: "POST" })).text();
  await (await ask("/b")).text();
  await expect.poll(() => [...heard].sort()).toEqual(["GET /b", "POST /a", "POST /a"]);
});

test("cuts, refuses, and falls silent", async () => {
  const { heard, proxy, ask } = await opened();
  proxy.slowest = 400;
  const cut = ask("/cut");
  await expect.poll(() => proxy.connections).toBe(1);
  proxy.cut();
  await expect(cut).rejects.toThrow();
  proxy.isDown = true;
  await expect(ask("/down")).rejects.toThrow();
  proxy.isDown = false;
  const silent = ask("/silent", { signal: AbortSignal.timeout(1_500) });
  await expect.poll(() => proxy.connections).toBe(1);
  proxy.silence();
  await expect(silent).rejects.toThrow(/timeout|aborted/i);
  expect(heard).toEqual([]);
});
