// The native API: one socket for all rooms, and what stands in for it where sockets are blocked.
import type { Platform } from "../platform.ts";
import type { Session } from "../session.ts";
import { asTrouble, noAnswer, Trouble } from "../trouble.ts";
import { backoff } from "../waiting.ts";
import type { Calls, Draft, LinkPhase, LinkState, Told, Wire, WireEar, WireKind } from "../wire.ts";
import type { Changes, Message } from "../words.ts";
import { nativeCalls, refusalOf, wireCalls } from "./calls.ts";
import { type Carrier, type Frame, Socket } from "./socket.ts";

/** An answer to a frame is waited for this long, in milliseconds. */
const PATIENCE = 10_000;
/** Where sockets are blocked, one is tried again this often, in milliseconds. */
const HOPE = 5 * 60_000;
/** Messages with which a room begins. */
const NEWEST = 50;

type Fallbacks = Pick<typeof import("./stream.ts"), "Poll" | "Stream">;

/** The native API; `load` brings what stands in for a socket, which hardly anybody needs. */
export function nativeWith(load: () => Promise<Fallbacks>): WireKind {
  return {
    me: "/api/v1/me/",
    isRouted,
    make: (platform, session) => new NativeWire(platform, session, load),
  };
}

/** The native API of Beseda. */
export const native: WireKind = nativeWith(() => import("./stream.ts"));

async function isRouted({ fetch, origin }: Platform): Promise<boolean> {
  const answer = await fetch(`${origin}/api/v1/limits/`, {
    method: "GET",
    headers: { Accept: "application/json" },
  });
  if (answer.status >= 500) throw new Trouble("server", answer.status);
  // A host that routes something else only may answer with a page of its own.
  return answer.status === 200 && (await answer.text()).trimStart().startsWith("{");
}

interface Asked {
  done(frame: Frame): void;
  fail(trouble: Trouble): void;
}

class NativeWire implements Wire {
  readonly calls: Calls;
  readonly #calls: ReturnType<typeof wireCalls>;
  readonly #platform: Platform;
  readonly #session: Session;
  readonly #load: () => Promise<Fallbacks>;
  #ear: WireEar | null = null;
  #carrier: Carrier | null = null;
  #link: LinkState = { phase: "closed", code: 0, since: 0, by: "socket" };
  readonly #open = new Set<string>();
  readonly #asked = new Map<string, Asked>();
  #refs = 0;
  /** The list has come over this link: rooms are opened from then on. */
  #isHere = false;
  /** The rooms that are being asked for beside a stream, and whether they have moved meanwhile. */
  readonly #asking = new Map<string, { again: boolean }>();
  #people = "";
  #away = false;
  #hope: () => void = () => {};

  constructor(platform: Platform, session: Session, load: () => Promise<Fallbacks>) {
    this.#platform = platform;
    this.#session = session;
    this.#load = load;
    this.calls = nativeCalls(session);
    this.#calls = wireCalls(session);
  }

  start(ear: WireEar): void {
    this.#ear = ear;
    this.#link = { ...this.#link, phase: "connecting", code: 0, since: this.#platform.now() };
    this.#bySocket();
  }

  stop(): void {
    this.#hope();
    this.#ear = null;
    this.#carrier?.stop();
    this.#carrier = null;
    this.#open.clear();
    this.#asking.clear();
    this.#isHere = false;
    this.#fail();
    this.#people = "";
    this.#away = false;
    this.#link = { ...this.#link, phase: "closed", by: "socket" };
  }

  open(room: string): void {
    this.#open.add(room);
    if (this.#link.phase === "open") this.#begin(room);
  }

  close(room: string): void {
    this.#open.delete(room);
    this.#asking.delete(room);
    if (this.#isHere) this.#carrier?.say({ type: "close", room });
  }

  doubt(): void {
    this.#carrier?.doubt();
  }

  lose(): void {
    this.#carrier?.lose();
  }

  async send(room: string, draft: Draft): Promise<Message> {
    if (this.#link.phase !== "open") throw noAnswer();
    if (this.#link.by !== "socket") return this.#calls.send(room, draft);
    const { message } = await this.#ask({ type: "send", room, ...draft });
    return message as Message;
  }

  async read(room: string, seq: number): Promise<void> {
    if (this.#link.by === "socket") await this.#ask({ type: "read", room, seq });
    else await this.#calls.read(room, seq);
  }

  typing(room: string, on: boolean): void {
    this.#carrier?.say({ type: "typing", room, on });
  }

  watch(people: readonly string[]): void {
    const wanted = [...people].sort();
    if (this.#people === wanted.join()) return;
    this.#people = wanted.join();
    this.#carrier?.say({ type: "watch", people: wanted });
  }

  away(is: boolean): void {
    if (this.#away === is) return;
    this.#away = is;
    this.#carrier?.say({ type: "state", away: is });
  }

  #bySocket(): void {
    this.#by(
      "socket",
      new Socket(this.#platform, this.#session, {
        since: () => this.#ear?.since() ?? null,
        opened: (welcome) => {
          this.#heard(welcome);
          if (this.#people) this.#carrier?.say({ type: "watch", people: this.#people.split(",") });
          if (this.#away) this.#carrier?.say({ type: "state", away: true });
        },
        heard: (frame) => this.#heard(frame),
        changed: (phase, code) => this.#changed(phase, code),
        blocked: () => void this.#blocked(),
      }),
    );
  }

  /** Sockets do not open: where calls are answered, something on the way lets none through. */
  async #blocked(): Promise<void> {
    const carrier = this.#carrier;
    const isThere = await isRouted(this.#platform).catch(() => false);
    const fallbacks = isThere ? await this.#load().catch(() => null) : null;
    if (!fallbacks || this.#carrier !== carrier || this.#link.phase === "open") return;
    this.#byStream(fallbacks);
    this.#hope();
    this.#hope = this.#platform.later(HOPE, () => this.#bySocket());
  }

  #byStream({ Stream, Poll }: Fallbacks): void {
    const poll = () => {
      const ways = this.#streamWays(() => {});
      this.#by("poll", new Poll(this.#platform, this.#session, ways, this.#calls));
    };
    this.#by("stream", new Stream(this.#platform, this.#session, this.#streamWays(poll)));
  }

  #streamWays(blocked: () => void) {
    return {
      since: () => this.#ear?.since() ?? null,
      opened: () => this.#listen(),
      heard: (frame: Frame) => this.#heard(frame),
      token: (token: string) => this.#tell({ type: "token", token }),
      changed: (phase: LinkPhase, code: number) => this.#changed(phase, code),
      blocked,
    };
  }

  #by(by: LinkState["by"], carrier: Carrier): void {
    this.#carrier?.stop();
    this.#carrier = carrier;
    this.#link = { ...this.#link, by };
    this.#changed("connecting", 0);
    carrier.start();
  }

  #changed(phase: LinkPhase, code: number): void {
    const { phase: before, since } = this.#link;
    const isTurn = (phase === "open") !== (before === "open");
    this.#link = { ...this.#link, phase, code, since: isTurn ? this.#platform.now() : since };
    if (phase !== "open") {
      this.#isHere = false;
      this.#asking.clear();
      this.#fail();
    }
    this.#tell({ type: "link", link: this.#link });
  }

  #heard(frame: Frame): void {
    const told = frame as Frame & { room: string; token?: string };
    switch (frame.type) {
      case "welcome":
        this.#tell({ type: "limits", limits: frame.limits as never });
        break;
      case "here":
        this.#here(frame);
        break;
      case "added":
        this.#tell(told as unknown as Told);
        // Whoever is taken out of a room has it open no more.
        if (this.#open.has(told.room)) this.#begin(told.room);
        break;
      case "ping":
        if (told.token) this.#tell({ type: "token", token: told.token });
        break;
      case "sent": {
        const message = frame.message as Message;
        const { room, client_id } = message;
        // Where nobody waits, it came too late for who asked.
        if (!this.#answer(frame) && client_id)
          this.#tell({ type: "sent", room, client_id, message });
        break;
      }
      case "ok":
        this.#answer(frame);
        break;
      case "refused":
        this.#asked.get(String(frame.ref))?.fail(refusalOf(frame));
        break;
      case "moved":
        // A stream tells that something has changed; what it is, is asked for from where the room stands.
        if (this.#link.by !== "socket" && this.#open.has(told.room)) void this.#catchUp(told.room);
        else this.#tell(told as unknown as Told);
        break;
      default:
        // Changes too, of a room that was closed a moment ago: the next ones follow upon them. Whoever does not
        // know a word passes it over.
        this.#tell(told as unknown as Told);
    }
  }

  #here(frame: Frame): void {
    const { all, ...told } = frame as Frame & Omit<Extract<Told, { type: "here" }>, "whole">;
    this.#tell({ ...told, whole: all === true });
    if (!told.more && !this.#isHere) this.#listen();
  }

  /** The list is as it is now: what is told of a room from here on is newer. */
  #listen(): void {
    this.#isHere = true;
    for (const room of this.#open) this.#begin(room);
  }

  /** From here on everything of the room is told. */
  #begin(room: string): void {
    if (!this.#isHere) return;
    if (this.#link.by !== "socket") {
      void this.#catchUp(room);
      return;
    }
    const after = this.#ear?.cursor(room) ?? null;
    const from = after === null ? { limit: NEWEST } : { after };
    this.#ask({ type: "open", room, ...from }).catch((error) => this.#shut(room, asTrouble(error)));
  }

  #shut(room: string, { kind, code, detail }: Trouble): void {
    if (kind !== "network" && this.#open.has(room)) {
      this.#tell({ type: "shut", room, code, detail });
    }
  }

  /** Asks for all that has changed in a room, one answer after the other. */
  async #catchUp(room: string, tries = 0): Promise<void> {
    const running = this.#asking.get(room);
    if (running) {
      running.again = true;
      return;
    }
    const asking = { again: false };
    this.#asking.set(room, asking);
    const isWanted = () => this.#asking.get(room) === asking;
    try {
      for (let more = true; more && isWanted(); ) {
        asking.again = false;
        const after = this.#ear?.cursor(room) ?? null;
        const told = await (after === null ? this.#newest(room) : this.calls.changes(room, after));
        if (!isWanted()) return;
        more = told.more || asking.again || after === null;
        this.#tell({ ...told, type: "changes", live: !more });
      }
      if (isWanted()) this.#asking.delete(room);
    } catch (error) {
      if (!isWanted()) return;
      this.#asking.delete(room);
      const trouble = asTrouble(error);
      if (trouble.kind === "missing" || trouble.kind === "forbidden") this.#shut(room, trouble);
      else this.#again(room, tries);
    }
  }

  #again(room: string, tries: number): void {
    const carrier = this.#carrier;
    this.#platform.later(backoff(this.#platform, tries), () => {
      if (carrier === this.#carrier && this.#open.has(room)) void this.#catchUp(room, tries + 1);
    });
  }

  /** A room's newest messages, as a socket would begin: what changes while this asks is told once more. */
  async #newest(room: string): Promise<Changes> {
    const about = await this.calls.room(room);
    const { items } = await this.calls.messages(room, { limit: NEWEST });
    const { key, me, head, seq, cursor } = about;
    const rest = { members: null, receipts: [], more: false, reset: true };
    return { room: key, about, me, head, seq, cursor, messages: items, ...rest };
  }

  #ask(frame: Frame): Promise<Frame> {
    this.#refs += 1;
    const ref = String(this.#refs);
    return new Promise((done, fail) => {
      if (!this.#carrier?.say({ ...frame, ref })) throw noAnswer();
      const callOff = this.#platform.later(PATIENCE, () => {
        end();
        this.#carrier?.doubt();
        fail(noAnswer());
      });
      const end = () => {
        callOff();
        this.#asked.delete(ref);
      };
      this.#asked.set(ref, {
        done: (told) => {
          end();
          done(told);
        },
        fail: (trouble) => {
          end();
          fail(trouble);
        },
      });
    });
  }

  #answer(frame: Frame): boolean {
    const asked = this.#asked.get(String(frame.ref));
    asked?.done(frame);
    return asked !== undefined;
  }

  /** The link is gone: nobody knows what became of what was asked. */
  #fail(): void {
    for (const asked of [...this.#asked.values()]) asked.fail(noAnswer());
  }

  #tell(told: Told): void {
    this.#ear?.tell(told);
  }
}
