// What the client asks of the place it runs in: nothing here knows a document or a window.
import { type RequestGlobals, uploadByRequest } from "./request.ts";

/** The part of a WebSocket that the client uses. */
export interface SocketLike {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
}

/** The part of an answer that the client uses. */
export interface Answer {
  status: number;
  headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** An answer whose body may be bytes. */
export interface BytesAnswer extends Answer {
  blob(): Promise<BlobLike>;
}

/** Bytes that the runtime holds: a Blob. */
export interface BlobLike {
  /** In bytes. */
  readonly size: number;
  /** The media type. */
  readonly type: string;
}

/** A file that somebody chose: a browser's File. */
export interface FileLike extends BlobLike {
  readonly name: string;
}

/** The part of a fetch call that the client uses. */
export interface Call {
  method: string;
  headers: Record<string, string>;
  body?: string;
}

/** A form with a file, and who watches it go. */
export interface UploadCall {
  headers: Record<string, string>;
  fields: Record<string, string>;
  /** Goes under the name `file`. */
  file: FileLike;
  /** Hears how much has gone, 0 to 1. */
  progress?(share: number): void;
  /** Aborts the upload. */
  signal?: Signal;
}

/** The part of an AbortSignal that the client uses. */
export interface Signal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
}

/** Text kept under a key; a store that is full or forbidden forgets instead of failing. */
export interface Keep {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(prefix: string): string[];
}

/** Everything outside of the client, so that tests can stand in for it. */
export interface Platform {
  /** Where the server is: `https://host[:port]`, and the path that a proxy shows it under; no trailing slash. */
  origin: string;
  fetch(url: string, call: Call): Promise<BytesAnswer>;
  /** POSTs a form; fails when no answer came. */
  upload(url: string, call: UploadCall): Promise<Answer>;
  openSocket(url: string): SocketLike;
  keep: Keep;
  /** Milliseconds since 1970. */
  now(): number;
  /** 0 ≤ n < 1. */
  random(): number;
  /** 16 random bytes, for client ids. */
  bytes(): Uint8Array;
  /** Runs `work` after `ms` milliseconds, at most 24 days; the returned function calls it off. */
  later(ms: number, work: () => void): () => void;
  /** Runs `work` while no other tab runs anything under the same name. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>;
}

interface Storage {
  length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What a browser, or any recent JavaScript runtime, has on its global object. */
interface Globals {
  location?: { origin: string };
  fetch(url: string, call: Call & { credentials: string }): Promise<BytesAnswer>;
  WebSocket: new (url: string) => SocketLike;
  localStorage?: Storage;
  crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };
  navigator?: { locks?: { request<T>(name: string, work: () => Promise<T>): Promise<T> } };
  setTimeout(work: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** 2^31 - 1 milliseconds, close to 25 days. */
const LONGEST_TIMER = 0x7fff_ffff;

/** A platform on what the runtime offers; `origin` is needed where there is no page. */
export function systemPlatform(origin?: string): Platform {
  const world = globalThis as unknown as Globals;
  const queues = new Map<string, Promise<unknown>>();
  return {
    origin: origin ?? world.location?.origin ?? "",
    fetch: (url, call) => world.fetch(url, { ...call, credentials: "same-origin" }),
    upload: (url, call) => uploadByRequest(globalThis as unknown as RequestGlobals, url, call),
    openSocket: (url) => new world.WebSocket(url),
    keep: keepIn(storageOf(world)),
    now: () => Date.now(),
    random: () => Math.random(),
    bytes: () => world.crypto.getRandomValues(new Uint8Array(16)),
    later(ms, work) {
      // A longer wait than a timer can hold would be none at all.
      const timer = world.setTimeout(work, Math.min(ms, LONGEST_TIMER));
      return () => world.clearTimeout(timer);
    },
    alone(name, work) {
      const locks = world.navigator?.locks;
      if (locks) return locks.request(name, work);
      // Without Web Locks (plain http on a foreign host) at least this tab takes its turns.
      const turn = (queues.get(name) ?? Promise.resolve()).then(work, work);
      queues.set(name, turn);
      return turn;
    },
  };
}

function storageOf(world: Globals): Storage | null {
  try {
    return world.localStorage ?? null;
  } catch {
    // Reading the property itself throws where cookies are blocked.
    return null;
  }
}

/** Text kept in `storage`, or in memory when there is none or it refuses. */
export function keepIn(storage: Storage | null): Keep {
  const memory = new Map<string, string>();
  return {
    get: (key) => memory.get(key) ?? storage?.getItem(key) ?? null,
    set(key, value) {
      try {
        if (!storage) throw new Error("no storage");
        storage.setItem(key, value);
        memory.delete(key);
      } catch {
        memory.set(key, value);
      }
    },
    remove(key) {
      memory.delete(key);
      storage?.removeItem(key);
    },
    keys(prefix) {
      const found = new Set(memory.keys());
      for (let index = 0; storage && index < storage.length; index += 1) {
        found.add(storage.key(index) ?? "");
      }
      return [...found].filter((key) => key.startsWith(prefix));
    },
  };
}
