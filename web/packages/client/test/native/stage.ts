// The stage of the story in memory: everything that can fail there, at random and yet the same every time.
import type { Stage } from "./story.ts";
import { type Browser, type Tab, World } from "./world.ts";

export const PEOPLE = ["anna", "boris", "vera"];
export const ROOMS = ["order:1", "deal:a b", "pair:1:2"];

export class MemoryStage implements Stage {
  readonly people = PEOPLE;
  readonly rooms = ROOMS;
  readonly world: World;
  readonly browsers = new Map<string, Browser>();
  readonly failed: string[] = [];

  private constructor(seed: number) {
    this.world = new World(seed);
    for (const room of ROOMS) this.world.server.make(room, PEOPLE);
  }

  static async open(seed: number): Promise<MemoryStage> {
    const stage = new MemoryStage(seed);
    for (const person of PEOPLE) {
      const browser = stage.world.browser(person);
      stage.browsers.set(person, browser);
      // One of them lives in a place without Web Locks.
      for (let tab = person === "anna" ? 3 : 1; tab > 0; tab -= 1) await browser.open();
    }
    return stage;
  }

  random = (): number => this.world.random();

  seats(person: string): Tab[] {
    const tabs = [...(this.browsers.get(person)?.tabs ?? [])];
    const awake = tabs.filter(({ isAsleep }) => !isAsleep);
    // Whoever wants to do something wakes the tab up for it.
    if (awake.length === 0) tabs[0]?.thaw();
    return awake.length > 0 ? awake : tabs.slice(0, 1);
  }

  links(person: string): number {
    return [...this.world.wires].filter(
      ({ tab, isOpen }) => isOpen && tab.browser.person === person,
    ).length;
  }

  async fail(): Promise<string> {
    const { world } = this;
    const what = this.#pick(Object.keys(FAILURES));
    const browser = this.#pick([...this.browsers.values()]);
    this.failed.push(what);
    await FAILURES[what]?.(world, browser, this.#pick([...browser.tabs]));
    return what;
  }

  pass(ms: number): Promise<void> {
    return this.world.time.pass(ms);
  }

  async calm(): Promise<void> {
    const { world } = this;
    world.loss = 0;
    world.slowest = 5;
    world.isBlocked = false;
    world.holdsStreams = false;
    for (const browser of this.browsers.values()) {
      for (const tab of browser.tabs) {
        tab.thaw();
        tab.setOnline(true);
        tab.see(true);
      }
    }
    await this.pass(10 * 60_000);
  }

  async messages(room: string, person: string) {
    return this.world.server.messages(room, person);
  }

  async members(room: string) {
    return this.world.server.members(room);
  }

  async me(room: string, person: string) {
    return this.world.server.me(room, person);
  }

  #pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.random() * all.length)] as T;
  }
}

type Failure = (world: World, browser: Browser, tab: Tab) => Promise<void> | void;

const wireOf = (world: World, browser: Browser) =>
  [...world.wires].find(({ tab }) => tab.browser === browser);

const FAILURES: Record<string, Failure> = {
  cut: (world, browser) => wireOf(world, browser)?.cut(),
  silence: (world, browser) => wireOf(world, browser)?.silence(),
  restart: (world) => world.restart(world.random() * 8_000, world.random() < 0.5),
  "another epoch": async (world) => {
    const copy = world.server.backup();
    world.server.restore(copy);
    await world.restart(500, false);
  },
  reload: async (_, browser, tab) => {
    await browser.reload(tab);
  },
  "another tab": async (_, browser) => {
    if (browser.tabs.size < 8) await browser.open();
  },
  "a tab is closed": (_, browser, tab) => {
    if (browser.tabs.size > 1) tab.close();
  },
  sleep: (_world, _browser, tab) => tab.freeze(),
  "wake up": (_, browser) => {
    for (const tab of browser.tabs) {
      tab.thaw();
      tab.see(true);
    }
  },
  offline: async (world, browser) => {
    for (const tab of browser.tabs) tab.setOnline(false);
    wireOf(world, browser)?.silence();
    await world.time.pass(world.random() * 30_000);
    for (const tab of browser.tabs) tab.setOnline(true);
  },
  "losing calls": (world) => {
    world.loss = world.loss > 0 ? 0 : 0.3;
  },
  slow: (world) => {
    world.slowest = world.slowest > 10 ? 5 : 1_500;
  },
  "no sockets": async (world, browser) => {
    world.isBlocked = !world.isBlocked;
    world.holdsStreams = world.random() < 0.3;
    wireOf(world, browser)?.cut();
  },
};
