// The server's end of one socket: hears commands, and tells what has changed.
import type { Refusal, Server } from "./server.ts";

type Frame = Record<string, unknown>;

export interface LineWays {
  now(): number;
  later(ms: number, work: () => void): () => void;
  /** 0 ≤ n < 1. */
  random(): number;
  /** Whose a token is, and until when; null when it is good for nothing. */
  proof(token: string | undefined): { person: string; until: number } | null;
  say(frame: Frame): void;
  close(code: number, reason?: string): void;
}

const PING = 25_000;
const PAGE = 20;

interface Told {
  seq: number;
  head: number;
  viewed: number;
}

export class Line {
  person = "";
  readonly #server: Server;
  readonly #ways: LineWays;
  readonly #open = new Map<string, string | null>();
  readonly #known = new Map<string, Told>();
  readonly #dirty = new Set<string>();
  #isHere = false;
  #isOver = false;
  #heardAt: number;
  #callOffs: (() => void)[] = [];
  #until: () => void = () => {};
  readonly #listener = (room: string) => this.#mark(room);

  constructor(server: Server, ways: LineWays) {
    this.#server = server;
    this.#ways = ways;
    this.#heardAt = ways.now();
  }

  /** From where to go on: only where nothing is left to be told. */
  get token(): string | null {
    return this.#dirty.size === 0 && this.#isHere ? this.#server.token : null;
  }

  end(): void {
    this.#isOver = true;
    this.#server.listeners.delete(this.#listener);
    this.#until();
    for (const callOff of this.#callOffs) callOff();
  }

  hear(frame: Frame): void {
    if (this.#isOver) return;
    this.#heardAt = this.#ways.now();
    if (!this.person) {
      this.#hello(frame);
      return;
    }
    const { type, ref, room } = frame as { type: string; ref?: string; room: string };
    const answer = (told: object | Refusal, name = "ok") => {
      if ("status" in told) this.#say({ type: "refused", ref, code: told.code, detail: "" });
      else this.#say({ type: name, ref, ...(name === "ok" ? {} : told) });
    };
    const server = this.#server;
    switch (type) {
      case "hello":
        answer(this.#renew(String(frame.token)) ?? { status: 401, code: "token_not_valid" });
        break;
      case "open": {
        const told = server.changes(room, this.person, null, 1);
        answer(told);
        if ("status" in told) break;
        this.#open.set(room, (frame.after as string | undefined) ?? null);
        this.#flush(room, Number(frame.limit) || PAGE);
        break;
      }
      case "close":
        this.#open.delete(room);
        answer({});
        break;
      case "send": {
        const told = server.send(room, this.person, frame as never);
        answer("status" in told ? told : { room, message: told }, "sent");
        break;
      }
      case "read":
        answer(server.read(room, this.person, Number(frame.seq)));
        break;
      case "typing":
      case "watch":
      case "state":
      case "pong":
        break;
      default:
        answer({ status: 400, code: "unknown_command" });
    }
  }

  #hello({ type, token, since }: Frame): void {
    const proof = type === "hello" ? this.#ways.proof(token as string | undefined) : null;
    if (!proof) {
      this.#ways.close(4001);
      return;
    }
    this.person = proof.person;
    this.#endAt(proof.until);
    this.#server.listeners.add(this.#listener);
    this.#say({
      type: "welcome",
      person: { id: this.person },
      ping_seconds: PING / 1000,
      limits: {},
    });
    const { rooms, gone, reset } = this.#server.here(this.person, (since as string) ?? null);
    for (const room of this.#server.roomsOf(this.person)) this.#know(room);
    const all = [...rooms];
    // The first piece says that these are all.
    let whole: Frame = since === undefined || reset ? { all: true } : {};
    do {
      const piece = all.splice(0, 3);
      const more = all.length > 0;
      const told = more ? {} : { gone, token: this.#server.token };
      this.#say({ type: "here", rooms: piece, gone: [], more, token: null, ...whole, ...told });
      whole = {};
    } while (all.length > 0);
    this.#isHere = true;
    this.#ping();
  }

  #renew(token: string): object | null {
    const proof = this.#ways.proof(token);
    if (proof?.person !== this.person) return null;
    this.#endAt(proof.until);
    return {};
  }

  #endAt(until: number): void {
    this.#until();
    const { now, later } = this.#ways;
    const ends = [
      later(Math.max(0, until - now() - 60_000), () =>
        this.#say({ type: "expiring", seconds: Math.round((until - now()) / 1000) }),
      ),
      later(until - now(), () => this.#ways.close(4001, "token_expired")),
    ];
    this.#until = () => {
      for (const end of ends) end();
    };
  }

  #ping(): void {
    this.#later(PING, () => {
      if (this.#ways.now() - this.#heardAt > 60_000) this.#ways.close(4010);
      else {
        // What is still to be told is not passed over by the token.
        for (const room of [...this.#dirty]) this.#tell(room);
        this.#say({ type: "ping", time: "", token: this.#server.token });
        this.#ping();
      }
    });
  }

  #mark(room: string): void {
    if (!this.#isHere || this.#dirty.has(room)) return;
    this.#dirty.add(room);
    this.#later(this.#ways.random() * 30, () => this.#tell(room));
  }

  #tell(room: string): void {
    if (!this.#dirty.delete(room)) return;
    const server = this.#server;
    const was = this.#known.get(room);
    if (!server.isIn(room, this.person)) {
      this.#open.delete(room);
      if (this.#known.delete(room)) this.#say({ type: "removed", room });
      return;
    }
    if (!was) {
      this.#know(room);
      this.#say({ type: "added", room, about: server.about(room, this.person, true) });
      return;
    }
    if (this.#open.has(room)) {
      this.#flush(room, PAGE);
      return;
    }
    const { seq, head, changed, viewed } = server.marks(room, this.person);
    const about = server.about(room, this.person, true);
    if (!about) return;
    // Where it is more than one message of somebody's, the counts are told.
    const isOne = seq === was.seq + 1 && viewed === was.viewed;
    const isMine = viewed !== was.viewed || seq !== was.seq;
    this.#know(room);
    if (head === was.head && !isMine) return;
    this.#say({
      type: "moved",
      room,
      about: changed > was.head ? about : null,
      head,
      seq,
      cursor: about.cursor,
      me: isMine && !isOne ? about.me : null,
      last_message: about.last_message,
    });
  }

  /** Everything of an open room since it was told last. */
  #flush(room: string, limit: number): void {
    this.#know(room);
    for (let more = true; more; ) {
      const told = this.#server.changes(room, this.person, this.#open.get(room) ?? null, limit);
      if ("status" in told) return;
      more = told.more;
      this.#open.set(room, told.cursor);
      this.#say({ type: "changes", ...told, live: !more });
    }
  }

  #know(room: string): void {
    const { seq, head, viewed } = this.#server.marks(room, this.person);
    this.#known.set(room, { seq, head, viewed });
  }

  #later(ms: number, work: () => void): void {
    this.#callOffs.push(this.#ways.later(ms, () => this.#isOver || work()));
  }

  #say(frame: Frame): void {
    if (!this.#isOver) this.#ways.say(frame);
  }
}
