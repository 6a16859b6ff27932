// The messages with files that one room still has to bring to the server: one at a time, each always
// under the same client id. Their bytes live in this page only.

import type { FileLike, KeepingPlatform } from "../platform.ts";
import { asTrouble, type Trouble } from "../trouble.ts";
import { uuid7 } from "../uuid.ts";
import type { UploadWatch } from "./api.ts";
import type { Unsent, Upload } from "./outbox.ts";
import type { Message } from "./words.ts";

/** An upload that does not move for this long is broken off, in milliseconds. */
const STALLED = 30_000;
/** So often one file is tried before somebody has to ask for it again. */
const TRIES = 4;
/** The wait after "too often" where the server names none; it grows with each. In milliseconds. */
const PAUSE = 1_000;

/** A message on its way with its file. */
export type UnsentFile = Unsent & { upload: Upload };

/** What the uploads need from their room. */
export interface UploadWays {
  send(entry: UnsentFile, watch: UploadWatch): Promise<Message>;
  /** The server has it; whoever shows the message calls `settle`. */
  taken(message: Message, clientId: string): void;
  changed(): void;
}

interface Stop {
  readonly signal: NonNullable<UploadWatch["signal"]>;
  abort(): void;
}

export class Uploads {
  readonly #platform: KeepingPlatform;
  readonly #ways: UploadWays;
  #entries: readonly UnsentFile[] = [];
  readonly #tries = new Map<string, number>();
  /** The server has these, and the room does not show them yet. */
  readonly #taken = new Set<string>();
  #going: { clientId: string; stop: Stop } | null = null;
  #callOff: (() => void) | null = null;

  constructor(platform: KeepingPlatform, ways: UploadWays) {
    this.#platform = platform;
    this.#ways = ways;
  }

  get entries(): readonly UnsentFile[] {
    return this.#entries;
  }

  /** Whether bytes of this page are still wanted. */
  get isPending(): boolean {
    return this.#entries.some(({ clientId }) => !this.#taken.has(clientId));
  }

  add(text: string, file: FileLike): void {
    const at = this.#platform.now();
    const clientId = uuid7(at, this.#platform.bytes());
    const upload = { file, share: 0, said: "" };
    this.#entries = [...this.#entries, { clientId, text, at, failed: false, why: "", upload }];
    this.#ways.changed();
    this.#next();
  }

  /** The link is whole: what only the network kept back goes on by itself. */
  start(): void {
    for (const { clientId, why } of this.#entries) {
      const tried = this.#tries.get(clientId) ?? 0;
      if (why === "network" && tried < TRIES) this.#change(clientId, { failed: false, why: "" });
    }
    this.#next();
  }

  retry(clientId: string): void {
    this.#tries.delete(clientId);
    this.#change(clientId, { failed: false, why: "" }, { share: 0, said: "" });
    this.#next();
  }

  /** The server has the message. */
  settle(clientId: string): void {
    this.#taken.delete(clientId);
    if (this.#entries.some((entry) => entry.clientId === clientId)) this.discard(clientId);
  }

  discard(clientId: string): void {
    this.#entries = this.#entries.filter((entry) => entry.clientId !== clientId);
    this.#tries.delete(clientId);
    this.#taken.delete(clientId);
    if (this.#going?.clientId === clientId) this.#going.stop.abort();
    this.#ways.changed();
    this.#next();
  }

  /** Forgets everything: somebody else uses this page now. */
  drop(): void {
    this.#callOff?.();
    this.#entries = [];
    this.#going?.stop.abort();
  }

  #next(): void {
    if (this.#going) return;
    const entry = this.#entries.find(
      ({ failed, clientId }) => !failed && !this.#taken.has(clientId),
    );
    if (!entry) return;
    this.#callOff?.();
    this.#callOff = null;
    void this.#send(entry);
  }

  async #send(entry: UnsentFile): Promise<void> {
    const { clientId } = entry;
    this.#tries.set(clientId, (this.#tries.get(clientId) ?? 0) + 1);
    const stop = newStop();
    this.#going = { clientId, stop };
    const watched = this.#watch(clientId, stop);
    try {
      const message = await this.#ways.send(entry, watched.watch);
      this.#taken.add(clientId);
      this.#ways.taken(message, clientId);
    } catch (error) {
      this.#refused(clientId, asTrouble(error));
    } finally {
      watched.end();
      this.#going = null;
      if (!this.#callOff) this.#next();
    }
  }

  /** Tells of every whole percent, and breaks off what stands still. */
  #watch(clientId: string, stop: Stop): { watch: UploadWatch; end(): void } {
    let callOff = this.#platform.later(STALLED, () => stop.abort());
    let told = 0;
    const progress = (share: number) => {
      callOff();
      callOff = this.#platform.later(STALLED, () => stop.abort());
      const percent = Math.floor(Math.min(share, 1) * 100);
      if (percent === told) return;
      told = percent;
      this.#change(clientId, {}, { share: percent / 100 });
    };
    return { watch: { progress, signal: stop.signal }, end: () => callOff() };
  }

  #refused(clientId: string, trouble: Trouble): void {
    const { kind, status, detail, retryAfter } = trouble;
    if (!this.#entries.some((entry) => entry.clientId === clientId)) return;
    const tries = this.#tries.get(clientId) ?? 0;
    const passes = kind === "throttled" || status === 503;
    if (passes && tries < TRIES) {
      this.#change(clientId, {}, { share: 0 });
      this.#callOff = this.#platform.later(retryAfter || PAUSE * tries, () => {
        this.#callOff = null;
        this.#next();
      });
      return;
    }
    const said = kind === "invalid" ? detail : "";
    this.#change(clientId, { failed: true, why: whyOf(trouble) }, { share: 0, said });
  }

  #change(clientId: string, change: Partial<Unsent>, upload: Partial<Upload> = {}): void {
    this.#entries = this.#entries.map((entry) =>
      entry.clientId === clientId
        ? { ...entry, ...change, upload: { ...entry.upload, ...upload } }
        : entry,
    );
    this.#ways.changed();
  }
}

function whyOf({ kind, status }: Trouble): string {
  if (status === 413) return "too_big";
  if (kind === "throttled" || kind === "network") return kind;
  if (kind === "forbidden" || kind === "unauthenticated") return "not_allowed";
  if (status === 503) return "busy";
  return kind === "invalid" ? "" : "server_error";
}

function newStop(): Stop {
  const { AbortController } = globalThis as unknown as { AbortController: new () => Stop };
  return new AbortController();
}
