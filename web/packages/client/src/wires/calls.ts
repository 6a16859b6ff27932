// The calls of the native API.
import type { Id } from "../people.ts";
import type { Session } from "../session.ts";
import { kindOf, Trouble } from "../trouble.ts";
import type { Calls, Draft, SearchWish, StretchWish } from "../wire.ts";
import type { Changes, ChatFile, Me, Message, Part, Room } from "../words.ts";

/** What is asked for of a person's rooms, all of them. */
export interface AllChanges {
  rooms: Changes[];
  gone: string[];
  token: string;
  more: boolean;
  /** From here on these are all: the token that was asked with was of another life of the database. */
  all?: boolean;
}

/** A page of one's own rooms; the first one says from where to go on. */
export interface RoomsPage extends Part<Room> {
  token?: string;
}

/** So many rooms that have moved are told at once, and so many messages of each. */
const CHANGES = 20;

export const roomPath = (room: string): string => `/api/v1/rooms/${encodeURIComponent(room)}/`;

/** `?a=1&b=2` of what is there. */
export function queryOf(wish: object): string {
  const words = Object.entries(wish)
    .filter(([, value]) => (value ?? null) !== null)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return words.length > 0 ? `?${words.join("&")}` : "";
}

export function nativeCalls(session: Session): Calls {
  const get = <T>(path: string) => session.call<T>("GET", path);
  const at = (room: string, seq: number) => `${roomPath(room)}messages/${seq}/`;
  const put = (path: string, on: boolean) => session.call<void>(on ? "PUT" : "DELETE", path);
  return {
    keyOf: (id) =>
      get<{ order: Id }>(`/api/chat/rooms/${id}/`).then(({ order }) => `order:${order}`),
    room: (key) => get(roomPath(key)),
    make: (wish) => session.call("POST", "/api/v1/rooms/", wish),
    change: (room, change) => session.call("PATCH", roomPath(room), change),
    view: (room, change) => session.call("PATCH", `${roomPath(room)}me/`, change),
    members: (room, cursor) => get(`${roomPath(room)}members/${queryOf({ cursor })}`),
    changeMembers: (room, change) => session.call("PATCH", `${roomPath(room)}members/`, change),
    messages: (room, wish: StretchWish) => get(`${roomPath(room)}messages/${queryOf(wish)}`),
    changes: (room, after) => get(`${roomPath(room)}changes/${queryOf({ after })}`),
    edit: (room, seq, text, mentions) =>
      session.call("PATCH", at(room, seq), mentions ? { text, mentions } : { text }),
    erase: (room, seq) => session.call("DELETE", at(room, seq)),
    react: (room, seq, emoji, on) =>
      put(`${at(room, seq)}reactions/${encodeURIComponent(emoji)}/`, on),
    pin: (room, seq, on) => put(`${at(room, seq)}pin/`, on),
    versions: (room, seq) => get(`${at(room, seq)}versions/`),
    pins: (room) => get(`${roomPath(room)}pins/`),
    upload: (room, file, watch) =>
      session.upload<ChatFile>(`${roomPath(room)}files/`, { fields: {}, file, ...watch }),
    search: (wish: SearchWish) => get(`/api/v1/search/${queryOf(wish)}`),
    people: (search) => get(`/api/v1/people/${queryOf({ search })}`),
  };
}

/** What a wire calls besides. */
export function wireCalls(session: Session) {
  const get = <T>(path: string, patience?: number) =>
    session.call<T>("GET", path, undefined, patience);
  return {
    rooms: (cursor: string | null) =>
      get<RoomsPage>(`/api/v1/rooms/${queryOf({ cursor, limit: 200 })}`),
    allChanges: (after: string, wait: number) =>
      get<AllChanges>(
        `/api/v1/changes/${queryOf({ after, wait, limit: CHANGES })}`,
        (wait + 10) * 1000,
      ),
    send: (room: string, draft: Draft) =>
      session.call<Message>("POST", `${roomPath(room)}messages/`, draft),
    read: (room: string, read_seq: number) =>
      session.call<Me>("PUT", `${roomPath(room)}receipt/`, { read_seq }),
  };
}

/** The status with which a call would have been refused for this reason; 400 for any other. */
const STATUSES: Record<string, number> = {
  throttled: 429,
  unavailable: 503,
  server_error: 500,
  not_authenticated: 401,
  token_not_valid: 401,
  no_such_room: 404,
};

/** A refusal in a frame, as a call would have failed. */
export function refusalOf({ code, detail, retry_after }: Record<string, unknown>): Trouble {
  const status = STATUSES[String(code)] ?? 400;
  const wait = (Number(retry_after) || 0) * 1000;
  return new Trouble(kindOf(status), status, String(detail ?? ""), wait, String(code));
}
