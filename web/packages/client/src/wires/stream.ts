// What stands in for the socket where sockets are blocked: a stream of events, or asking again and again.
import type { Platform, StreamAnswer } from "../platform.ts";
import type { Session } from "../session.ts";
import { asTrouble } from "../trouble.ts";
import { backoff } from "../waiting.ts";
import type { LinkPhase } from "../wire.ts";
import type { Message } from "../words.ts";
import { type AllChanges, queryOf, type RoomsPage, type wireCalls } from "./calls.ts";
import { type Carrier, type Frame, frameIn } from "./socket.ts";

/** The server says something every 15 s: a stream that is silent for longer is dead, in milliseconds. */
const SILENCE = 30_000;
/** A stream of which nothing has come through after this time is held back on the way, in milliseconds. */
const HELD_BACK = 10_000;
/** So long the server may hold an answer, in seconds. */
const WAIT = 25;

export interface StreamWays {
  since(): string | null;
  /**
   * Every room that moves is told from now on; a stream says so by `here`. Said again after a while: what rooms
   * tell only where they are open, such as who has read, is asked for then.
   */
  opened(): void;
  heard(frame: Frame): void;
  token(token: string): void;
  changed(phase: LinkPhase, code: number): void;
  /** Nothing comes through. */
  blocked(): void;
}

/** What both have in common: a loop that is begun anew whenever it is in doubt. */
abstract class Loop implements Carrier {
  protected readonly platform: Platform;
  protected readonly session: Session;
  protected readonly ways: StreamWays;
  protected turn = 0;
  #tries = 0;
  #callOff: () => void = () => {};

  constructor(platform: Platform, session: Session, ways: StreamWays) {
    this.platform = platform;
    this.session = session;
    this.ways = ways;
  }

  start(): void {
    this.again(0);
  }

  stop(): void {
    this.turn += 1;
    this.#callOff();
  }

  say(_frame: Frame): boolean {
    return false;
  }

  doubt(): void {
    this.again(0);
  }

  lose(): void {
    this.stop();
    this.ways.changed("waiting", 1006);
  }

  protected again(ms: number): void {
    this.stop();
    this.#callOff = this.platform.later(ms, () => void this.#run());
  }

  protected isOpen(): void {
    this.#tries = 0;
    this.ways.changed("open", 0);
  }

  protected abstract run(turn: number): Promise<void>;

  async #run(): Promise<void> {
    const { turn } = this;
    try {
      await this.run(turn);
      if (turn === this.turn) this.again(this.platform.random() * 500);
    } catch (error) {
      if (turn !== this.turn) return;
      const { kind, retryAfter } = asTrouble(error);
      // Who is nobody any more ends the session by that.
      if (kind === "unauthenticated") return;
      this.ways.changed("waiting", 1006);
      this.again(retryAfter || backoff(this.platform, this.#tries++));
    }
  }
}

/** `GET /api/v1/events/`: what the socket would tell. */
export class Stream extends Loop {
  #answer: StreamAnswer | null = null;

  override stop(): void {
    super.stop();
    this.#answer?.stop();
    this.#answer = null;
  }

  protected async run(turn: number): Promise<void> {
    const path = `/api/v1/events/${queryOf({ since: this.ways.since() })}`;
    const asked = this.platform.now();
    const answer = await this.session.stream(path).catch((error: unknown) => {
      // Whoever waits until an answer is whole holds back its beginning, too.
      if (this.platform.now() - asked < HELD_BACK) throw error;
      return null;
    });
    if (turn !== this.turn) {
      answer?.stop();
      return;
    }
    if (!answer) {
      this.ways.blocked();
      return;
    }
    this.#answer = answer;
    await this.#read(answer, turn);
  }

  async #read(answer: StreamAnswer, turn: number): Promise<void> {
    let heard = false;
    let text = "";
    for (;;) {
      const callOff = this.platform.later(heard ? SILENCE : HELD_BACK, () => {
        if (heard) answer.stop();
        else if (turn === this.turn) this.ways.blocked();
      });
      const piece = await answer.next().finally(callOff);
      if (turn !== this.turn || piece === null) return;
      if (!heard) this.isOpen();
      heard = true;
      const events = (text + piece).replaceAll("\r", "").split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        if (turn === this.turn) this.#event(event);
      }
    }
  }

  #event(event: string): void {
    const fields = event.split("\n").map((line) => /^(\w+): ?(.*)$/.exec(line));
    const of = (name: string) => fields.filter((one) => one?.[1] === name).map((one) => one?.[2]);
    const frame = frameIn(of("data").join("\n"));
    if (frame) this.ways.heard(frame);
    if (frame?.type === "ping") this.ways.opened();
    const id = of("id").at(-1);
    if (id) this.ways.token(id);
  }
}

/** `GET /api/v1/changes/`, held by the server until there are some. */
export class Poll extends Loop {
  readonly #calls: ReturnType<typeof wireCalls>;
  #begun = false;
  /** All rooms are being told, a page at a time. */
  #isAnew = false;

  constructor(
    platform: Platform,
    session: Session,
    ways: StreamWays,
    calls: ReturnType<typeof wireCalls>,
  ) {
    super(platform, session, ways);
    this.#calls = calls;
  }

  override stop(): void {
    super.stop();
    this.#begun = false;
    this.#isAnew = false;
  }

  protected async run(turn: number): Promise<void> {
    const since = this.ways.since() ?? (await this.#all(turn));
    if (since === null) return;
    for (let after = since; turn === this.turn; ) {
      // The first answer shows whether anybody is there, and is not waited for.
      const told = await this.#calls.allChanges(after, this.#begun ? WAIT : 0);
      if (turn !== this.turn) return;
      if (!this.#begun) {
        this.#begun = true;
        this.isOpen();
        this.ways.opened();
      } else if (told.rooms.length === 0) this.ways.opened();
      this.#tell(told);
      after = told.token;
    }
  }

  /** All rooms, a page at a time; gives the token of the first page. */
  async #all(turn: number): Promise<string | null> {
    let token: string | null = null;
    for (let cursor: string | null = null; ; ) {
      const page: RoomsPage = await this.#calls.rooms(cursor);
      if (turn !== this.turn) return null;
      token ??= page.token ?? null;
      cursor = page.next;
      const more = cursor !== null;
      this.ways.heard({ type: "here", rooms: page.items, gone: [], more, token, all: true });
      if (!more) return token;
    }
  }

  #tell({ rooms, gone, token, more, all }: AllChanges): void {
    this.#isAnew ||= all === true;
    if (this.#isAnew) {
      const known = rooms.flatMap(({ about }) => about ?? []);
      this.ways.heard({ type: "here", rooms: known, gone, more, token, all });
    }
    for (const { room, about, head, seq, cursor, messages, ...told } of rooms) {
      const last_message = messages.reduce<Message | null>(
        (best, one) => (best && best.seq > one.seq ? best : one),
        null,
      );
      const me = told.me ?? about?.me ?? null;
      this.ways.heard({ type: "moved", room, about, head, seq, cursor, me, last_message });
    }
    for (const room of gone) this.ways.heard({ type: "removed", room });
    this.#isAnew &&= more;
    // A list that breaks off half way is told anew.
    if (!this.#isAnew) this.ways.token(token);
  }
}
