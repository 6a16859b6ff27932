// The proxy that fails as told: what it does to a connection, before any page goes through it.
import { createServer } from "node:http";
import { connect } from "node:net";
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

test("repeats the frames of a socket, whole, however they arrive", async () => {
  const heard = [];
  const server = createServer();
  server.on("upgrade", (_, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    socket.on("data", (bytes) => heard.push(bytes));
    socket.on("error", () => {});
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const proxy = await openFaulty(server.address().port, () => 0.5);
  const client = connect(proxy.port, "127.0.0.1");
  ends.push(
    () => client.destroy(),
    () => proxy.end(),
    () => server.close(),
  );
  proxy.twice = 1;
  const long = Buffer.concat([Buffer.from([0x81, 0xfe, 0x01, 0x00]), Buffer.alloc(4 + 256, "я")]);
  const frames = [
    Buffer.from([0x81, 0x82, 1, 2, 3, 4, 5, 6]),
    Buffer.from([0x8a, 0x80, 0, 0, 0, 0]),
    long,
  ];
  client.write(
    "GET /api/v1/ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  await expect.poll(() => proxy.sockets).toBe(1);
  for (const byte of Buffer.concat(frames)) {
    client.write(Buffer.from([byte]));
    await new Promise((done) => setImmediate(done));
  }
  const [text, pong] = frames;
  const wanted = Buffer.concat([text, text, pong, long, long]).toString("hex");
  await expect.poll(() => Buffer.concat(heard).toString("hex")).toBe(wanted);
});

test("lets no socket through, and nothing of a stream", async () => {
  const server = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/event-stream");
    answer.write("data: да\n\n");
  });
  server.on("upgrade", (_, socket) => socket.end());
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const proxy = await openFaulty(server.address().port);
  ends.push(
    () => proxy.end(),
    () => {
      server.closeAllConnections();
      server.close();
    },
  );
  const stream = async () => {
    const asked = await fetch(proxy.url, { signal: AbortSignal.timeout(500) });
    return (await asked.body.getReader().read()).value?.length;
  };
  expect(await stream()).toBeGreaterThan(0);
  proxy.holdsStreams = true;
  await expect(stream()).rejects.toThrow(/timeout|aborted/i);
  proxy.isBlocked = true;
  const client = connect(proxy.port, "127.0.0.1");
  const end = new Promise((done) => client.on("error", done).on("close", done));
  client.write("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n");
  await end;
  expect(proxy.sockets).toBe(0);
});
