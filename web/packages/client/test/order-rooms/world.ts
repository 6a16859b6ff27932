// A world for the client's tests: a clock that stands still, a server in memory, sockets in hand.
import { ChatClient } from "../../src/order-rooms/client.ts";
import type { Message, Page, Room } from "../../src/order-rooms/words.ts";
import type { Id } from "../../src/people.ts";
import type {
  Answer,
  BytesAnswer,
  Call,
  Keep,
  KeepingPlatform,
  SocketLike,
  UploadCall,
} from "../../src/platform.ts";

export const ME = 1;
export const OTHER = 2;
export const ROOM = 5;

export class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly said: Record<string, unknown>[] = [];
  closed = false;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  hear(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  end(code: number, reason = ""): void {
    this.onclose?.({ code, reason });
  }

  /** The frames of one type that the client said. */
  of(type: string): Record<string, unknown>[] {
    return this.said.filter((frame) => frame.type === type);
  }
}

type Answering = (
  method: string,
  path: string,
  call: Call,
) => Promise<Answer | null> | Answer | null;

/** An upload that is under way. */
interface Uploading extends UploadCall {
  url: string;
  done(answer: Answer): void;
  fail(): void;
}

export class World {
  now = Date.parse("2026-03-12T09:00:00Z");
  readonly sockets: FakeSocket[] = [];
  readonly calls: { method: string; path: string; call: Call }[] = [];
  readonly uploads: Uploading[] = [];
  readonly kept = new Map<string, string>();
  messages: Message[] = [];
  unread = 0;
  /** What the host calls the one who is logged in, the other one in the room, and its order. */
  me: Id = ME;
  other: Id = OTHER;
  order: Id = 17;
  /** Answers a call itself, or leaves it to the world. */
  answer: Answering = () => null;
  #timers: { at: number; work: () => void }[] = [];

  readonly platform: KeepingPlatform;

  constructor(kept?: Map<string, string>) {
    if (kept) this.kept = kept;
    const alone = new Map<string, Promise<unknown>>();
    this.platform = {
      origin: "https://chat.example",
      fetch: async (url, call) => this.#fetch(url, call),
      upload: (url, call) =>
        new Promise((done, broken) => {
          const fail = () => broken(new Error("no answer"));
          call.signal?.addEventListener("abort", fail);
          this.uploads.push({ ...call, url, done, fail });
        }),
      openSocket: (url) => {
        const socket = new FakeSocket(url);
        this.sockets.push(socket);
        return socket;
      },
      keep: keepOf(this.kept),
      now: () => this.now,
      random: () => 0.5,
      bytes: () => crypto.getRandomValues(new Uint8Array(16)),
      later: (ms, work) => {
        const timer = { at: this.now + ms, work };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((one) => one !== timer);
        };
      },
      alone(name, work) {
        const turn = (alone.get(name) ?? Promise.resolve()).then(work, work);
        alone.set(name, turn);
        return turn;
      },
    };
  }

  /** Lets the time pass, and runs what falls due in it. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.now = Math.max(this.now, due.at);
      due.work();
      await settle();
    }
    this.now = end;
    await settle();
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  /** The newest 50, as a socket tells them when it opens. */
  history(): unknown {
    return { type: "message_history", messages: this.messages.slice(-50) };
  }

  /** Puts messages into the store, as others do while nobody listens. */
  write(count: number, sender = this.other): Message[] {
    const first = (this.messages.at(-1)?.id ?? 0) + 1;
    const written = Array.from({ length: count }, (_, index) => message(first + index, sender));
    this.messages = [...this.messages, ...written];
    return written;
  }

  async #fetch(url: string, call: Call): Promise<BytesAnswer> {
    const path = url.replace("https://chat.example", "");
    this.calls.push({ method: call.method, path, call });
    const own = await this.answer(call.method, path, call);
    if (own) return { blob: async () => new Blob(), ...own };
    if (path === "/api/me/") return json(200, { ...me, id: this.me });
    if (path === "/api/chat/rooms/") return json(200, [this.room()]);
    if (path === `/api/chat/rooms/${ROOM}/`) return json(200, this.room());
    const page = /^\/api\/chat\/rooms\/5\/messages\/\?page=(\w+)&page_size=(\d+)$/.exec(path);
    if (page) return this.#page(String(page[1]), Number(page[2]));
    return json(404, { detail: "Not found." });
  }

  #page(wish: string, size: number): BytesAnswer {
    const pages = Math.max(1, Math.ceil(this.messages.length / size));
    const page = wish === "last" ? pages : Number(wish);
    if (page > pages) return json(404, { detail: "Invalid page." });
    const told: Page<Message> = {
      count: this.messages.length,
      next: page < pages ? "next" : null,
      previous: page > 1 ? "previous" : null,
      results: this.messages.slice((page - 1) * size, page * size),
    };
    return json(200, told);
  }

  room(): Room {
    return {
      id: ROOM,
      order: this.order,
      participants: [this.me, this.other].map((id, index) => ({
        id: index + 1,
        user: person(id),
        last_read_at: null,
        joined_at: "2026-03-01T00:00:00.000000Z",
      })),
      last_message: this.messages.at(-1) ?? null,
      unread_count: this.unread,
      created_at: "2026-03-01T00:00:00.000000Z",
      updated_at: "2026-03-01T00:00:00.000000Z",
    };
  }
}

const me = {
  username: "anna",
  first_name: "Анна",
  last_name: "Петрова",
  full_name: "Анна Петрова",
  role: "client",
};

/** A client that is logged in, in a room whose history has come. */
export async function openRoom(world: World) {
  world.kept.set("tp_access_token", token(world.now, 900));
  world.kept.set("tp_refresh_token", "refresh-1");
  const client = new ChatClient(world.platform);
  await client.session.restore();
  const release = client.hold(ROOM);
  await settle();
  world.socket.hear(world.history());
  await settle();
  return { client, room: client.room(ROOM), release };
}

export function person(id: Id) {
  return { id, email: `p${id}@example.org`, first_name: `Имя${id}`, last_name: "" };
}

export function message(id: number, sender: Id = OTHER, text = `текст ${id}`): Message {
  return {
    id,
    room: ROOM,
    sender: person(sender),
    sender_name: `Имя${sender}`,
    message: text,
    file: null,
    is_read: false,
    created_at: new Date(Date.parse("2026-03-12T09:00:00Z") + id * 1000).toISOString(),
  };
}

/** What the host application says in nobody's name. */
export function notice(id: number, text = `сообщение ${id}`): Message {
  return { ...message(id, OTHER, text), sender: null, sender_name: "" };
}

export function json(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): BytesAnswer {
  return {
    status,
    headers: { get: (name) => headers[name] ?? null },
    text: async () => (body === null ? "" : JSON.stringify(body)),
    blob: async () => new Blob([JSON.stringify(body)], { type: "application/json" }),
  };
}

/** An access token that begins now and ends after `seconds`, with these claims besides. */
export function token(nowMs: number, seconds: number, jti = "a", more: object = {}): string {
  const part = (claims: unknown) => btoa(JSON.stringify(claims)).replaceAll("=", "");
  const iat = Math.floor(nowMs / 1000);
  const claims = { iat, exp: iat + seconds, jti, ...more };
  return `${part({ alg: "HS256" })}.${part(claims)}.signature-of-${jti}`;
}

function keepOf(kept: Map<string, string>): Keep {
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => void kept.set(key, value),
    remove: (key) => void kept.delete(key),
    keys: (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
  };
}

/** Lets every promise that is ready run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setTimeout(done));
}
