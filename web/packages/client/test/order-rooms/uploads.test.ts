// Messages with files: under one client id whatever happens on the way, and shown once.
import { describe, expect, test } from "vitest";
import { fileName, filePath, isPicture } from "../../src/order-rooms/files.ts";
import type { OpenRoom } from "../../src/order-rooms/room.ts";
import { type RequestGlobals, uploadByRequest } from "../../src/request.ts";
import { json, ME, message, openRoom, ROOM, settle, token, World } from "./world.ts";

const report = { name: "отчёт.pdf", size: 1_400_000, type: "application/pdf" };

const texts = (room: OpenRoom) => {
  const { items, unsent } = room.getSnapshot();
  return [...items.map(({ message }) => message.message), ...unsent.map(({ text }) => text)];
};

/** The message that the server makes of an upload, or the one it made of it before. */
function take(world: World, at: number) {
  const upload = world.uploads[at];
  if (!upload) throw new Error(`no upload ${at}`);
  const [taken] = world.write(1, ME);
  if (!taken) throw new Error("nothing was written");
  taken.message = upload.fields.message ?? "";
  taken.file = "/files/7/report.pdf";
  return { upload, taken };
}

describe("an upload", () => {
  test("carries room, text, client id and file, and tells how far it has come", async () => {
    const world = new World();
    const { client, room } = await openRoom(world);
    room.send("смотрите", report);
    await settle();
    const [upload] = world.uploads;
    const [entry] = room.getSnapshot().unsent;
    expect(upload?.url).toBe("https://chat.example/api/chat/messages/");
    expect(upload?.headers.Authorization).toMatch(/^Bearer /);
    expect(upload?.headers["Content-Type"]).toBeUndefined();
    expect(upload?.file).toBe(report);
    expect(upload?.fields).toEqual({
      room: String(ROOM),
      message: "смотрите",
      client_id: entry?.clientId,
    });
    upload?.progress?.(0.424);
    expect(room.getSnapshot().unsent[0]?.upload?.share).toBe(0.42);
    expect(client.isUploading).toBe(true);
    // Text written meanwhile does not wait for the file.
    room.send("и ещё");
    expect(world.socket.of("chat_message")).toHaveLength(1);
    const { taken } = take(world, 0);
    upload?.done(json(201, taken));
    await settle();
    expect(room.getSnapshot().items.at(-1)).toMatchObject({
      message: taken,
      clientId: entry?.clientId,
    });
    expect(texts(room)).toEqual(["смотрите", "и ещё"]);
    expect(client.isUploading).toBe(false);
    // The socket tells its author, too.
    world.socket.hear({ type: "chat_message", message: taken, client_id: entry?.clientId });
    expect(texts(room)).toEqual(["смотрите", "и ещё"]);
  });

  test("the socket may be faster than the answer", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("", report);
    await settle();
    const { upload, taken } = take(world, 0);
    world.socket.hear({
      type: "chat_message",
      message: taken,
      client_id: upload.fields.client_id,
    });
    expect(room.getSnapshot().unsent).toEqual([]);
    upload.done(json(201, taken));
    await settle();
    expect(room.getSnapshot().items).toHaveLength(1);
    expect(world.uploads).toHaveLength(1);
  });

  test("one after the other, in order", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз", report);
    room.send("два", report);
    await settle();
    expect(world.uploads).toHaveLength(1);
    world.uploads[0]?.done(json(201, take(world, 0).taken));
    await settle();
    expect(world.uploads.map(({ fields }) => fields.message)).toEqual(["раз", "два"]);
  });
});

describe("an upload that does not arrive", () => {
  test("a lost answer: the retry goes under the same client id and stays one message", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз", report);
    await settle();
    const { upload, taken } = take(world, 0);
    upload.fail();
    await settle();
    const [failed] = room.getSnapshot().unsent;
    expect(failed).toMatchObject({ failed: true, why: "network", text: "раз" });
    room.retry(String(failed?.clientId));
    await settle();
    expect(world.uploads[1]?.fields).toEqual(upload.fields);
    world.uploads[1]?.done(json(201, taken));
    await settle();
    expect(texts(room)).toEqual(["раз"]);
    expect(world.messages).toHaveLength(1);
  });

  test("goes on by itself when the network is back, and not for ever", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз", report);
    for (let turn = 0; turn < 4; turn += 1) {
      await settle();
      expect(world.uploads).toHaveLength(turn + 1);
      world.uploads[turn]?.fail();
      await settle();
      expect(room.getSnapshot().unsent[0]).toMatchObject({ failed: true, why: "network" });
      world.socket.end(1006);
      await world.pass(60_000);
      world.socket.hear(world.history());
    }
    await settle();
    expect(world.uploads).toHaveLength(4);
  });

  test("is broken off when it stands still", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз", report);
    await settle();
    await world.pass(29_000);
    world.uploads[0]?.progress?.(0.1);
    await world.pass(29_000);
    expect(room.getSnapshot().unsent[0]?.failed).toBe(false);
    await world.pass(2_000);
    expect(world.uploads[0]?.signal?.aborted).toBe(true);
    expect(room.getSnapshot().unsent[0]).toMatchObject({ failed: true, why: "network" });
  });

  test.each([
    [400, { file: ["Файлы такого типа не принимаются."] }, "", "Файлы такого типа не принимаются."],
    [413, { detail: "The body is larger than 26214400 bytes." }, "too_big", undefined],
    [500, { detail: "A server error occurred." }, "server_error", ""],
  ])("a refusal is told: %i", async (status, body, why, said) => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз", report);
    await settle();
    world.uploads[0]?.done(json(status, body));
    await settle();
    const [entry] = room.getSnapshot().unsent;
    expect(entry).toMatchObject({ failed: true, why, text: "раз" });
    if (said !== undefined) expect(entry?.upload?.said).toBe(said);
    room.discard(String(entry?.clientId));
    expect(room.getSnapshot().unsent).toEqual([]);
  });

  test("too often is no failure: it waits as long as the server says", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз", report);
    await settle();
    world.uploads[0]?.done(json(429, { detail: "…" }, { "Retry-After": "7" }));
    await settle();
    await world.pass(6_900);
    expect(room.getSnapshot().unsent[0]?.failed).toBe(false);
    expect(world.uploads).toHaveLength(1);
    await world.pass(200);
    expect(world.uploads[1]?.fields).toEqual(world.uploads[0]?.fields);
  });

  test("a token that ended on the way is renewed, and the file sent once more", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    world.answer = (_, path) =>
      path === "/api/token/refresh/"
        ? json(200, { access: token(world.now, 900, "b"), refresh: "refresh-2" })
        : null;
    room.send("раз", report);
    await settle();
    world.uploads[0]?.done(json(401, { detail: "…" }));
    await settle();
    expect(world.uploads[1]?.headers.Authorization).toContain("signature-of-b");
    expect(world.uploads[1]?.fields).toEqual(world.uploads[0]?.fields);
  });
});

describe("somebody leaves", () => {
  test("another room: the upload goes on, and its message comes with the next history", async () => {
    const world = new World();
    const { client, room, release } = await openRoom(world);
    room.send("раз", report);
    await settle();
    release();
    await world.pass(2_000);
    expect(world.socket.closed).toBe(true);
    expect(client.isUploading).toBe(true);
    const { upload, taken } = take(world, 0);
    upload.done(json(201, taken));
    await settle();
    expect(client.isUploading).toBe(false);
    expect(texts(room)).toEqual(["раз"]);
    client.hold(ROOM);
    await settle();
    expect(client.room(ROOM)).toBe(room);
    world.socket.hear(world.history());
    expect(texts(room)).toEqual(["раз"]);
    expect(room.getSnapshot().items[0]?.clientId).toBe(upload.fields.client_id);
    expect(client.isUploading).toBe(false);
  });

  test("whoever deletes it stops it", async () => {
    const world = new World();
    const { room } = await openRoom(world);
    room.send("раз", report);
    await settle();
    room.discard(String(room.getSnapshot().unsent[0]?.clientId));
    await settle();
    expect(world.uploads[0]?.signal?.aborted).toBe(true);
    expect(texts(room)).toEqual([]);
  });

  test("whoever logs out takes it along", async () => {
    const world = new World();
    const { client, room } = await openRoom(world);
    room.send("раз", report);
    room.send("два", report);
    await settle();
    await client.logout();
    expect(world.uploads).toHaveLength(1);
    expect(world.uploads[0]?.signal?.aborted).toBe(true);
  });
});

test("chatApi's sendMessage takes a file, and gives the message", async () => {
  const world = new World();
  const { client } = await openRoom(world);
  const sent = client.api.sendMessage(ROOM, "", "id-1", report);
  await settle();
  expect(world.uploads[0]?.fields).toEqual({ room: "5", message: "", client_id: "id-1" });
  const taken = message(9, ME, "");
  world.uploads[0]?.done(json(201, taken));
  expect(await sent).toEqual(taken);
});

test("a file's bytes are asked for with the token, in the language of the page", async () => {
  const world = new World();
  const { client } = await openRoom(world);
  client.session.lang = "ru";
  world.answer = (_, path) => (path.startsWith("/files/") ? json(200, "bytes") : null);
  expect((await client.session.bytes("/files/7/report.pdf")).size).toBe(7);
  const asked = world.calls.at(-1)?.call.headers;
  expect(asked?.Authorization).toMatch(/^Bearer /);
  expect(asked?.["Accept-Language"]).toBe("ru");
});

describe("addresses of files", () => {
  test.each([
    ["/files/7/%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf", "отчёт.pdf"],
    ["/files/7/", ""],
    ["/files/7/%3Cimg%20src%3Dx%3E.png", "<img src=x>.png"],
    ["/files/7/100%.txt", "100%.txt"],
  ])("%s is one", (file, name) => {
    expect(filePath(file)).toBe(file);
    expect(fileName(file)).toBe(name);
  });
  test.each([
    ["/chat-api/files/7/a.png", "/files/7/a.png"],
    ["/a/b.c/files/7/a.png", "/files/7/a.png"],
    ["/files/7/files/8/a.png", "/files/8/a.png"],
  ])("%s is one under a path", (file, path) => {
    expect(filePath(file)).toBe(path);
    expect(fileName(file)).toBe("a.png");
  });
  test.each([
    "/../files/7/a.png",
    "/a/./files/7/a.png",
    "//files/7/a.png",
    "/a%2F/files/7/a.png",
    "https://evil.example/files/7/a.png",
    "//evil.example/files/7/a.png",
    "javascript:alert(1)//files/7/a.png",
    "/files/7/a.png?token=1",
    "/files/7/..\\..\\a",
    "/files/7/../../api/me/",
    "/files/x/a.png",
    "/api/me/",
    "",
  ])("%s is none", (file) => {
    expect(filePath(file)).toBeNull();
    expect(fileName(file)).toBe("");
  });
  test("pictures are known by the ends of their names", () => {
    expect(["a.png", "b.JPG", "c.jpeg", "d.gif", "e.webp"].every(isPicture)).toBe(true);
    expect(["a.svg", "png", "a.png.exe", "a.pdf", ""].some(isPicture)).toBe(false);
  });
});

test("a runtime without XMLHttpRequest sends the form with fetch", async () => {
  let told: { url: string; call: { method?: string; body?: FormData } } | null = null;
  const world = {
    FormData,
    fetch: async (url: string, call: object) => {
      told = { url, call };
      return json(201, {});
    },
  } as unknown as RequestGlobals;
  const file = new File(["abc"], "a.txt", { type: "text/plain" });
  const answer = await uploadByRequest(world, "/x", {
    headers: {},
    fields: { room: "5", message: "" },
    file,
  });
  expect(answer.status).toBe(201);
  const sent = told as unknown as { url: string; call: { method: string; body: FormData } };
  expect([sent.url, sent.call.method]).toEqual(["/x", "POST"]);
  expect([...sent.call.body.keys()]).toEqual(["room", "message", "file"]);
  expect((sent.call.body.get("file") as File).name).toBe("a.txt");
});
