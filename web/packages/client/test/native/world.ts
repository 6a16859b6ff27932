// A world in memory: a clock that stands still, a server, browsers with tabs, and a network that fails as told.

import { type Chat, type ChatOptions, createChat } from "../../src/index.ts";
import type {
  BytesAnswer,
  ChannelLike,
  Platform,
  SocketLike,
  Store,
  StreamAnswer,
  Surroundings,
} from "../../src/platform.ts";
import { nativeWith } from "../../src/wires/native.ts";
import * as fallbacks from "../../src/wires/stream.ts";
import { answer, type Told } from "./http.ts";
import { Line } from "./line.ts";
import { Server } from "./server.ts";
import { seeded, Time } from "./time.ts";

/** A connection on its way between a tab and the server. */
class Wire implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly tab: Tab;
  readonly url: string;
  isOpen = false;
  isSilent = false;
  #isOver = false;
  readonly #line: Line;
  #up = 0;
  #down = 0;

  constructor(tab: Tab, url: string) {
    this.tab = tab;
    this.url = url;
    const { world } = tab;
    this.#line = new Line(world.server, {
      now: () => world.time.now,
      later: world.time.later,
      random: world.random,
      proof: (token) => world.proof(token),
      say: (frame) => this.#toTab(() => this.onmessage?.({ data: JSON.stringify(frame) })),
      close: (code, reason = "") => this.end(code, reason),
    });
    this.#toTab(() => {
      if (!world.isUp || world.isBlocked || !tab.isOnline) this.#over(1006, "");
      else {
        this.isOpen = true;
        this.onopen?.();
      }
    });
    world.wires.add(this);
  }

  send(text: string): void {
    if (this.#isOver || !this.isOpen) return;
    const { world } = this.tab;
    world.said.push(JSON.parse(text));
    this.#up = Math.max(this.#up, world.time.now + world.delay());
    world.time.later(this.#up - world.time.now, () => {
      if (!this.#isOver && !this.isSilent && world.isUp) this.#line.hear(JSON.parse(text));
    });
  }

  close(): void {
    this.#drop();
  }

  /** The server ends it, once what it has said before is heard. */
  end(code: number, reason = ""): void {
    this.#line.end();
    this.#toTab(() => this.#over(code, reason));
  }

  /** The line is cut: what is under way is lost. */
  cut(): void {
    if (this.#isOver) return;
    const { onclose } = this;
    this.#drop();
    this.tab.run(() => onclose?.({ code: 1006, reason: "" }));
  }

  /** Nothing goes through any more, and nobody is told. */
  silence(): void {
    this.isSilent = true;
    this.tab.world.time.later(60_000, () => this.#line.end());
  }

  #toTab(work: () => void): void {
    const { world } = this.tab;
    this.#down = Math.max(this.#down, world.time.now + world.delay());
    world.time.later(this.#down - world.time.now, () => {
      if (!this.#isOver && !this.isSilent) this.tab.run(work);
    });
  }

  #over(code: number, reason: string): void {
    const { onclose } = this;
    this.#drop();
    onclose?.({ code, reason });
  }

  #drop(): void {
    this.#isOver = true;
    this.isOpen = false;
    this.#line.end();
    this.tab.world.wires.delete(this);
  }
}

/** What the tabs of one person share. */
export class Browser {
  readonly person: string;
  readonly world: World;
  readonly tabs = new Set<Tab>();
  readonly stores = new Map<string, Map<string, unknown>>();
  readonly channels = new Set<{ name: string; tab: Tab; channel: ChannelLike }>();
  /** Who waits for a lock, the first one has it. */
  readonly locks = new Map<string, { tab: Tab; got(): void; lost(): void }[]>();
  hasTabs = true;

  constructor(world: World, person: string) {
    this.world = world;
    this.person = person;
  }

  /** Opens a tab and lets it begin. */
  async open(options: Partial<ChatOptions> = {}): Promise<Tab> {
    const tab = new Tab(this, options);
    this.tabs.add(tab);
    void tab.chat.start();
    await this.world.time.pass(50);
    return tab;
  }

  async reload(tab: Tab): Promise<Tab> {
    tab.close();
    return this.open();
  }

  pump(name: string): void {
    const first = this.locks.get(name)?.[0];
    const give = () => {
      if (this.locks.get(name)?.[0] === first) first?.tab.run(() => first.got());
    };
    if (first) this.world.time.later(1, give);
  }
}

export class Tab {
  readonly browser: Browser;
  readonly world: World;
  readonly chat: Chat;
  isOnline = true;
  #isClosed = false;
  #frozen: (() => void)[] | null = null;
  #around: Surroundings | null = null;

  constructor(browser: Browser, options: Partial<ChatOptions>) {
    this.browser = browser;
    this.world = browser.world;
    const getToken = async () => this.world.tokenOf(browser.person);
    const wires = [nativeWith(async () => fallbacks)] as const;
    this.chat = createChat({ platform: this.#platform(), getToken, wires, ...options });
  }

  /** Runs in this tab, unless it is gone; later, while it is asleep. */
  run(work: () => void): void {
    if (this.#isClosed) return;
    if (this.#frozen) this.#frozen.push(work);
    else work();
  }

  /** The tab is closed or crashes: nothing of it runs any more. */
  close(): void {
    this.#isClosed = true;
    this.browser.tabs.delete(this);
    for (const wire of [...this.world.wires]) if (wire.tab === this) wire.close();
    for (const one of [...this.browser.channels]) {
      if (one.tab === this) this.browser.channels.delete(one);
    }
    for (const name of [...this.browser.locks.keys()]) this.#unlock(name);
  }

  get isAsleep(): boolean {
    return this.#frozen !== null;
  }

  freeze(): void {
    this.#frozen ??= [];
  }

  thaw(): void {
    const waiting = this.#frozen ?? [];
    this.#frozen = null;
    for (const work of waiting) this.run(work);
  }

  see(is: boolean): void {
    this.run(() => this.#around?.visible(is));
  }

  setOnline(is: boolean): void {
    this.isOnline = is;
    this.run(() => (is ? this.#around?.online() : this.#around?.offline()));
  }

  #unlock(name: string, one?: object): void {
    const queue = this.browser.locks.get(name) ?? [];
    const kept = queue.filter((waiting) => (one ? waiting !== one : waiting.tab !== this));
    const freed = queue[0] !== kept[0];
    this.browser.locks.set(name, kept);
    if (freed) this.browser.pump(name);
  }

  #platform(): Platform {
    const { world, browser } = this;
    const tabs: Pick<Platform, "lead" | "channel"> = browser.hasTabs
      ? {
          lead: (name, steals, { got, lost }) => {
            const queue = browser.locks.get(name) ?? [];
            const one = { tab: this, got, lost };
            browser.locks.set(name, steals ? [one, ...queue.slice(1)] : [...queue, one]);
            const former = queue[0];
            if (steals && former) former.tab.run(() => former.lost());
            if (steals || queue.length === 0) browser.pump(name);
            return () => this.#unlock(name, one);
          },
          channel: (name) => this.#channel(name),
        }
      : {};
    return {
      origin: "https://chat.example",
      fetch: (url, call) => this.#fetch(url, call.method, call.headers, call.body),
      upload: (url, { headers, file, progress, signal }) => {
        progress?.(0.5);
        world.uploads.push({ name: file.name, signal: signal as never });
        return this.#request(headers, () => ({
          status: 201,
          body: { id: `file-${file.name}`, name: file.name, url: url },
        }));
      },
      openSocket: (url) => new Wire(this, url),
      now: () => world.time.now,
      random: world.random,
      bytes: () => Uint8Array.from({ length: 16 }, () => Math.floor(world.random() * 256)),
      later: (ms, work) => {
        let isOff = false;
        const callOff = world.time.later(ms, () => this.run(() => isOff || work()));
        return () => {
          isOff = true;
          callOff();
        };
      },
      store: (name) => this.#store(name),
      around: (ear) => {
        this.#around = ear;
        return () => {
          this.#around = null;
        };
      },
      ...(world.hasStreams ? { stream: (url, call) => this.#stream(url, call.headers) } : {}),
      ...tabs,
    };
  }

  #channel(name: string): ChannelLike {
    const { world, browser } = this;
    const channel: ChannelLike = {
      onmessage: null,
      postMessage: (message) => {
        const text = JSON.stringify(message, keepSets);
        for (const one of browser.channels) {
          if (one.name !== name || one.tab === this) continue;
          world.time.later(1, () =>
            one.tab.run(() => one.channel.onmessage?.({ data: JSON.parse(text, asSets) })),
          );
        }
      },
      close: () => {
        for (const one of [...browser.channels]) {
          if (one.channel === channel) browser.channels.delete(one);
        }
      },
    };
    browser.channels.add({ name, tab: this, channel });
    return channel;
  }

  #store(name: string): Store {
    const { stores } = this.browser;
    const kept = stores.get(name) ?? new Map<string, unknown>();
    stores.set(name, kept);
    return {
      all: async () => [...kept.values()],
      put: async (key, value) => void kept.set(key, structuredClone(value)),
      remove: async (key) => void kept.delete(key),
    };
  }

  #fetch(
    url: string,
    method: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<BytesAnswer> {
    const { server } = this.world;
    const wait = Number(new URL(url).searchParams.get("wait") ?? 0) * 1000;
    const after = new URL(url).searchParams.get("after");
    this.world.calls.push(`${method} ${url.replace("https://chat.example/api/v1/", "")}`);
    return this.#request(
      headers,
      (person) => answer(server, person, method, url, body),
      // A long poll is held until there is something.
      () => wait === 0 || after !== server.token,
      wait,
    );
  }

  #request(
    headers: Record<string, string>,
    work: (person: string | null) => Told,
    isReady = () => true,
    wait = 0,
  ): Promise<BytesAnswer> {
    const { world } = this;
    return new Promise((done, fail) => {
      const lost = () => this.run(() => fail(new Error("no answer")));
      const there = world.loses() || !this.isOnline;
      world.time.later(world.delay(), () => {
        if (there || !world.isUp) return lost();
        const until = world.time.now + wait;
        const look = () => {
          if (!world.isUp) return lost();
          if (!isReady() && world.time.now < until) {
            world.time.later(200, look);
            return;
          }
          const proof = world.proof(headers.Authorization?.replace("Bearer ", ""));
          const told = work(proof?.person ?? null);
          const back = world.loses();
          world.time.later(world.delay(), () =>
            back ? lost() : this.run(() => done(answerOf(told))),
          );
        };
        look();
      });
    });
  }

  /** What a socket would tell, as a stream of events. */
  async #stream(url: string, headers: Record<string, string>): Promise<StreamAnswer> {
    const { world } = this;
    const { searchParams } = new URL(url);
    const pieces: (string | null)[] = [];
    let wake = () => {};
    const put = (piece: string | null) =>
      world.time.later(world.delay(), () => {
        pieces.push(piece);
        this.run(() => wake());
      });
    const line = new Line(world.server, {
      now: () => world.time.now,
      later: world.time.later,
      random: world.random,
      proof: (token) => world.proof(token),
      say: (frame) => {
        const id = line.token === null ? "" : `id: ${line.token}\n`;
        put(`${id}data: ${JSON.stringify(frame)}\n\n`);
      },
      close: () => put(null),
    });
    const token = headers.Authorization?.replace("Bearer ", "");
    const person = world.proof(token)?.person ?? null;
    if (!world.isUp || !this.isOnline) throw new Error("no answer");
    if (person !== null && !world.holdsStreams) {
      line.hear({ type: "hello", token, since: searchParams.get("since") ?? undefined });
    }
    const stop = () => {
      line.end();
      world.streams.delete(stop);
      put(null);
    };
    world.streams.add(stop);
    if (world.holdsAnswers) await new Promise(() => undefined);
    return {
      status: person === null ? 401 : 200,
      headers: { get: () => null },
      text: async () => "",
      next: async () => {
        while (pieces.length === 0) {
          await new Promise<void>((done) => {
            wake = done;
          });
        }
        return pieces.shift() ?? null;
      },
      stop,
    };
  }
}

export class World {
  readonly time = new Time();
  readonly server = new Server();
  readonly wires = new Set<Wire>();
  readonly streams = new Set<() => void>();
  readonly said: Record<string, unknown>[] = [];
  readonly calls: string[] = [];
  readonly uploads: { name: string; signal?: { aborted: boolean } }[] = [];
  readonly random: () => number;
  isUp = true;
  /** No socket comes through. */
  isBlocked = false;
  hasStreams = true;
  /** Streams begin and nothing of them comes through. */
  holdsStreams = false;
  /** ... not even the beginning of the answer. */
  holdsAnswers = false;
  /** The share of requests, and of answers, that are lost. */
  loss = 0;
  /** The longest way of a message in one direction, in milliseconds. */
  slowest = 5;
  /** Whom the browser's cookie proves, where somebody comes without a token. */
  cookie: string | null = null;
  /** How long tokens are good, in seconds. */
  tokenSeconds = 900;
  #tokens = 0;

  constructor(seed = 1) {
    this.random = seeded(seed);
  }

  browser(person: string): Browser {
    return new Browser(this, person);
  }

  delay(): number {
    return Math.ceil(this.random() * this.slowest);
  }

  loses(): boolean {
    return this.random() < this.loss;
  }

  tokenOf(person: string): string {
    this.#tokens += 1;
    const part = (claims: unknown) => btoa(JSON.stringify(claims)).replaceAll("=", "");
    const iat = Math.floor(this.time.now / 1000);
    const exp = iat + this.tokenSeconds;
    return `${part({ alg: "HS256" })}.${part({ iat, exp, sub: person })}.${this.#tokens}`;
  }

  proof(token: string | undefined): { person: string; until: number } | null {
    if (!token) return this.cookie ? { person: this.cookie, until: Number.MAX_SAFE_INTEGER } : null;
    const { sub, exp } = JSON.parse(atob(token.split(".")[1] ?? ""));
    const until = exp * 1000;
    return until > this.time.now ? { person: sub, until } : null;
  }

  /** The server goes away for a while; `told` it says so, and when to come back. */
  async restart(ms: number, told: boolean): Promise<void> {
    if (told) for (const wire of [...this.wires]) wire.end(4009, "retry_ms=1200");
    await this.time.pass(told ? 20 : 0);
    this.isUp = false;
    for (const wire of [...this.wires]) wire.cut();
    for (const stop of [...this.streams]) stop();
    await this.time.pass(ms);
    this.isUp = true;
  }
}

function answerOf({ status, body }: Told): BytesAnswer {
  return {
    status,
    headers: { get: () => null },
    text: async () => JSON.stringify(body),
    blob: async () => new Blob(),
  };
}

/** Channels carry maps as they are. */
const keepSets = (_: string, value: unknown) =>
  value instanceof Map ? { "a map": [...value] } : value;
const asSets = (_: string, value: unknown) =>
  value !== null && typeof value === "object" && "a map" in value
    ? new Map((value as { "a map": [string, unknown][] })["a map"])
    : value;

/** Somebody who has come, in a room that is open. */
export async function open(world: World, person: string, key = "order:1") {
  const browser = world.browser(person);
  const tab = await browser.open();
  await world.time.pass(200);
  const room = tab.chat.room(key);
  const release = room.hold();
  await world.time.pass(200);
  return { browser, tab, chat: tab.chat, room, release };
}
