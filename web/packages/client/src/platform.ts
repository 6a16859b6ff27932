// What the client asks of the place it runs in: nothing here knows a document or a window.

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
  /** After so many milliseconds nobody waits any more for the answer to begin. */
  patience?: number;
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

/** An answer that comes in pieces. */
export interface StreamAnswer extends Answer {
  /** The next piece, or null at the end; fails when the line is cut. */
  next(): Promise<string | null>;
  stop(): void;
}

/** Something that all tabs of one origin can say and hear: a BroadcastChannel. */
export interface ChannelLike {
  postMessage(message: unknown): void;
  close(): void;
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** Structured values under a key, over reloads; a store that is full or forbidden forgets instead of failing. */
export interface Store {
  all(): Promise<unknown[]>;
  put(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
}

/** What happens around the page. */
export interface Surroundings {
  online(): void;
  offline(): void;
  visible(is: boolean): void;
  /** The page is left for good. */
  leave(): void;
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
  /** Milliseconds since 1970. */
  now(): number;
  /** 0 ≤ n < 1. */
  random(): number;
  /** 16 random bytes, for client ids. */
  bytes(): Uint8Array;
  /** Runs `work` after `ms` milliseconds, at most 24 days; the returned function calls it off. */
  later(ms: number, work: () => void): () => void;
  /** Reads an answer as it comes, where the runtime can. */
  stream?(url: string, call: Call): Promise<StreamAnswer>;
  /**
   * Waits until no other tab has `name`, or takes it from the one that has it; the returned function
   * gives it back. Absent where tabs cannot know of each other.
   */
  lead?(name: string, steals: boolean, ear: { got(): void; lost(): void }): () => void;
  channel?(name: string): ChannelLike;
  store?(name: string): Store;
  /** Tells what happens around the page until the returned function is called. */
  around?(ear: Surroundings): () => void;
}

/** A place that keeps texts for all of its tabs, as browsers do in local storage. */
export interface KeepingPlatform extends Platform {
  keep: Keep;
  /** Runs `work` while no other tab runs anything under the same name. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** A store that lives as long as the page. */
export function memoryStore(): Store {
  const kept = new Map<string, unknown>();
  return {
    all: async () => [...kept.values()],
    put: async (key, value) => void kept.set(key, value),
    remove: async (key) => void kept.delete(key),
  };
}

/** What can be broken off, and who breaks it off. */
export interface Stop {
  readonly signal: Signal;
  abort(): void;
}

export function newStop(): Stop {
  const { AbortController } = globalThis as unknown as { AbortController: new () => Stop };
  return new AbortController();
}
