// The server's calls, for one person: what the client's REST half asks.
import type { Refusal, Server } from "./server.ts";

export interface Told {
  status: number;
  body: unknown;
}

const ok = (told: object | Refusal, status = 200): Told =>
  "status" in told && "code" in told
    ? { status: told.status, body: { detail: "", code: told.code } }
    : { status, body: told };

export function answer(
  server: Server,
  person: string | null,
  method: string,
  url: string,
  body: string | undefined,
): Told {
  const { pathname, searchParams } = new URL(url);
  const path = pathname.replace("/api/v1/", "");
  if (path === "limits/")
    return { status: 200, body: { text_chars: { value: 10_000, unit: "characters" } } };
  if (person === null) return { status: 401, body: { detail: "", code: "not_authenticated" } };
  if (path === "me/") return { status: 200, body: { id: person, name: person } };
  const said = body ? JSON.parse(body) : {};
  if (path === "changes/")
    return { status: 200, body: all(server, person, searchParams.get("after")) };
  if (path === "rooms/") {
    const { rooms } = server.here(person, null);
    return { status: 200, body: { items: rooms, next: null, token: server.token } };
  }
  const [, name = "", rest = ""] = /^rooms\/([^/]+)\/(.*)$/.exec(path) ?? [];
  const room = decodeURIComponent(name);
  if (!server.isIn(room, person)) return ok({ status: 404, code: "no_such_room" });
  if (rest === "") return ok(server.about(room, person) as object);
  if (rest === "me/") return ok(server.view(room, person, said));
  if (rest === "receipt/") return ok(server.read(room, person, said.read_seq));
  if (rest === "changes/") return ok(server.changes(room, person, searchParams.get("after"), 20));
  if (rest === "messages/" && method === "POST") return ok(server.send(room, person, said), 201);
  if (rest === "messages/") return ok(stretch(server, room, person, searchParams));
  const [, seq = "", what = ""] = /^messages\/(\d+)\/(.*)$/.exec(rest) ?? [];
  if (what.startsWith("reactions/")) {
    const emoji = decodeURIComponent(what.split("/")[1] ?? "");
    return ok(server.react(room, person, Number(seq), emoji, method === "PUT"));
  }
  if (method === "PATCH") return ok(server.edit(room, person, Number(seq), said.text));
  if (method === "DELETE") return ok(server.erase(room, person, Number(seq)));
  return { status: 404, body: { detail: "", code: "not_found" } };
}

function stretch(server: Server, room: string, person: string, wish: URLSearchParams) {
  const before = Number(wish.get("before") ?? Number.POSITIVE_INFINITY);
  const limit = Number(wish.get("limit") ?? 50);
  const earlier = server.messages(room, person).filter(({ seq }) => seq < before);
  const { head, cursor } = server.about(room, person) as { head: number; cursor: string };
  const has_before = earlier.length > limit;
  return { items: earlier.slice(-limit), head, cursor, has_before, has_after: false };
}

/** What has changed in all rooms of one's own since `after`. */
function all(server: Server, person: string, after: string | null) {
  const { rooms, gone, reset } = server.here(person, after);
  const changes = rooms.map(({ key }) => {
    const cursor = after && !reset ? server.cursorAt(key, after) : null;
    return server.changes(key, person, cursor, 1_000);
  });
  const whole = after && reset ? { all: true } : {};
  return { rooms: after ? changes : [], gone, token: server.token, more: false, ...whole };
}
