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
  const all = server.messages(room, person);
  const limit = Number(wish.get("limit") ?? 50);
  const told = (name: string) => (wish.has(name) ? Number(wish.get(name)) : null);
  const [before, after, around] = [told("before"), told("after"), told("around")];
  let end = all.length;
  if (before !== null) end = all.filter(({ seq }) => seq < before).length;
  if (after !== null) end = all.filter(({ seq }) => seq <= after).length + limit;
  if (around !== null) end = all.filter(({ seq }) => seq < around).length + Math.ceil(limit / 2);
  const from = Math.max(0, Math.min(end, all.length) - limit);
  const items = all.slice(after === null ? from : end - limit, end);
  const { head, cursor } = server.about(room, person) as { head: number; cursor: string };
  const first = items[0];
  const has_before = first !== undefined && all.indexOf(first) > 0;
  return { items, head, cursor, has_before, has_after: end < all.length };
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
